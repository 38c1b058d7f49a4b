"""Alarms and dashboards use metrics that the code sends, and their runbooks exist and name real commands."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from support.stacks import ROOT
from support.vectors import DAY

from cli.app import COMMANDS
from flightlake.commits.log import CommitLog
from flightlake.lake import Lake
from flightlake.metrics import NAMESPACE
from flightlake.publishing.day_result import DayResult
from flightlake.schema.tables.registry import CURATED_TABLES
from glue_jobs.jobs.metrics import conversion_metrics, vacuum_metrics, verification_metrics
from infra.config.settings import STACKS
from infra.plan.recorder import Recording

ALARM, DASHBOARD = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/dashboard:Dashboard"
RUNBOOKS = ROOT / "docs" / "runbooks"
DOCUMENTS = sorted([*RUNBOOKS.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "README.md"])


@pytest.fixture(scope="module")
def sent() -> set[str]:
    """Every metric of our namespace that the code sends."""
    poller = (ROOT / "ingestion" / "aws_lambda" / "invocation.py").read_text()
    polls = set(re.findall(r'add_metric\(\s*"(\w+)"', poller)) | set(re.findall(r'\("(Polls\w+)", ', poller))
    assert len(polls) > 10
    jobs = [*verification_metrics(verified=0, differing=0), *vacuum_metrics([])]
    return polls | {metric.name for metric in jobs} | {"QualityScore", "NewestSnapshotAge"} | CONVERTED


CONVERTED = {"DaysPublished", "DaysFailed", "RowsCurated", "RowsQuarantined", "RowsDuplicate", "RowsDrifted"} | {
    "ConservationBroken"
}


def test_a_conversion_sends_what_the_alarms_expect(folder_lake: Lake) -> None:
    log = CommitLog("states", CURATED_TABLES, folder_lake.store, folder_lake.catalog)
    result = DayResult(DAY, None, 0, None, None, published=False)
    assert {metric.name for metric in conversion_metrics([result], log, now=None)} == CONVERTED  # type: ignore[arg-type]


def alarms(recording: Recording) -> dict[str, dict[str, Any]]:
    return {found.name: found.inputs for found in recording.of_type(ALARM)}


@pytest.mark.parametrize("stack", STACKS)
def test_every_alarm_notifies_a_topic_and_names_its_runbook(recordings: Mapping[str, Recording], stack: str) -> None:
    topic = f"arn:aws:sns:us-east-1:111122223333:flightlake-{stack}-alarms"
    for name, inputs in alarms(recordings[stack]).items():
        assert inputs["alarmActions"] == inputs["okActions"] == [topic]
        assert inputs["alarmDescription"].endswith(f"Runbook: docs/runbooks/{name}.md")
        assert (RUNBOOKS / f"{name}.md").is_file(), name


def test_every_runbook_belongs_to_an_alarm(recordings: Mapping[str, Recording]) -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == alarms(recordings["dev"]).keys()


def metrics_of(recording: Recording) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for inputs in alarms(recording).values():
        queries = inputs.get("metricQueries", [])
        metric = next((query["metric"] for query in queries if "metric" in query), inputs)
        yield metric["namespace"], metric["metricName"], metric["dimensions"]
    for found in recording.of_type(DASHBOARD):
        for widget in json.loads(found.inputs["dashboardBody"])["widgets"]:
            for namespace, name, *dimensions in widget["properties"].get("metrics", []):
                yield namespace, name, dict(zip(dimensions[::2], dimensions[1::2], strict=True))


@pytest.mark.parametrize("stack", STACKS)
def test_alarms_and_dashboards_use_metrics_that_are_sent(
    recordings: Mapping[str, Recording], sent: set[str], stack: str
) -> None:
    for namespace, name, dimensions in metrics_of(recordings[stack]):
        if namespace == NAMESPACE:
            assert name in sent
            assert dimensions == {"service": f"flightlake-{stack}"}


def test_thresholds_follow_the_stacks_choices(
    recordings: Mapping[str, Recording], record_stack: Callable[..., Recording]
) -> None:
    prod = alarms(recordings["prod"])
    assert prod["credits-nearly-gone"]["threshold"] == 0  # its plan spends all of its credits, each day
    assert alarms(recordings["dev"])["credits-nearly-gone"]["threshold"] == 400
    assert prod["publish-late"]["threshold"] == (6 + 3) * 3600
    assert prod["poller-slow"]["threshold"] == 60_000
    assert prod["no-fresh-snapshot"]["treatMissingData"] == "breaching"
    slow = alarms(record_stack("prod", tier="anonymous", pollIntervalSeconds="3600"))
    assert slow["no-fresh-snapshot"]["period"] == 4 * 3600
    assert slow["credits-nearly-gone"]["threshold"] == 40


def test_job_events_are_those_of_this_stacks_jobs(recordings: Mapping[str, Recording]) -> None:
    rule = recordings["dev"].named("aws:cloudwatch/eventRule:EventRule", "job-failed").inputs
    pattern = json.loads(rule["eventPattern"])
    jobs = {found.inputs["name"] for found in recordings["dev"].of_type("aws:glue/job:Job")}
    assert set(pattern["detail"]["jobName"]) == jobs
    assert pattern["detail-type"] == ["Glue Job State Change"]


@pytest.mark.parametrize("stack", STACKS)
def test_dashboards_do_not_overlap_and_name_their_region(recordings: Mapping[str, Recording], stack: str) -> None:
    found = recordings[stack].of_type(DASHBOARD)
    assert sorted(page.name for page in found) == ["cost", "executive", "operations"]
    for page in found:
        widgets = json.loads(page.inputs["dashboardBody"])["widgets"]
        cells = [
            (x, y)
            for w in widgets
            for x in range(w["x"], w["x"] + w["width"])
            for y in range(w["y"], w["y"] + w["height"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < 24
        assert all(w["properties"]["region"] == "us-east-1" for w in widgets if w["type"] == "metric")


def test_the_budget_notifies_at_shares_of_it_and_when_the_forecast_exceeds_it(
    recordings: Mapping[str, Recording],
) -> None:
    (budget,) = recordings["dev"].of_type("aws:budgets/budget:Budget")
    notified = [(entry["notificationType"], entry["threshold"]) for entry in budget.inputs["notifications"]]
    assert notified == [("ACTUAL", 50), ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    assert budget.inputs["costFilters"] == [{"name": "TagKeyValue", "values": ["user:Stack$dev"]}]
    assert budget.inputs["limitAmount"] == "25"


def test_an_address_receives_alarms_and_reports(record_stack: Callable[..., Recording]) -> None:
    recording = record_stack("dev", alarmEmail="on-call@example.org")
    found = recording.of_type("aws:sns/topicSubscription:TopicSubscription")
    assert {resource.inputs["endpoint"] for resource in found} == {"on-call@example.org"}
    assert len(found) == 2


def command_lines(path: Path) -> list[str]:
    text = path.read_text()
    spans = re.findall(r"`(flightlake [^`]+)`", text)
    blocks = re.findall(r"^(flightlake .+?)(?:\s{2,}#.*)?$", text, re.MULTILINE)
    return [re.sub(r"\s+", " ", line) for line in [*spans, *blocks] if "..." not in line]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_command_in_the_documents_exists(path: Path) -> None:
    for line in command_lines(path):
        _, name, *arguments = shlex.split(line)
        if name == "COMMAND":
            continue
        assert name in COMMANDS, line
        alone = typer.Typer(add_completion=False)
        alone.command(name)(import_module(f"cli.commands.{name}").command)
        command = typer.main.get_command(alone)
        with command.context_class(command, info_name=name) as context:
            known, _, _ = command.make_parser(context).parse_args(list(arguments))
        assert known is not None
