"""The deployed poller on AWS as moto plays it, with the simulator as its source."""

import gc
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from support.aws import BUCKET, Aws
from support.polling import FullStore, HandClock, MemoryState, a_body, a_poller
from support.processes import run_python

from flightlake.errors import SourceUnavailableError, StorageError, UsageError
from flightlake.lake import Lake
from ingestion.aws_lambda import handler as handler_module
from ingestion.aws_lambda.handler import built_handler, lambda_handler
from ingestion.aws_lambda.invocation import Invocation, Reporter, Summary
from simulator.server import SimulatorServer
from simulator.sky import Sky

KEYS = [
    "execution_id",
    "status",
    "s3_key",
    "records_processed",
    "valid_records",
    "processing_time_seconds",
    "data_quality_score",
]


@dataclass
class Context:
    """What Lambda tells of an invocation."""

    aws_request_id: str = "an-execution"
    function_name: str = "poller"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:poller"


@pytest.fixture
def poller_on_aws(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorServer]:
    """A stack's environment; its source is a sky of now, so that nothing seems to come from the future."""
    for name in ("FLIGHTLAKE_BOX", "FLIGHTLAKE_EVENT_BUS"):
        monkeypatch.delenv(name, raising=False)
    secret = aws.client("secretsmanager").create_secret(
        Name="opensky", SecretString='{"client_id": "simulator", "client_secret": "simulator"}'
    )
    aws.client("events").create_event_bus(Name="lake")
    start = datetime.now(UTC)
    with SimulatorServer(Sky(seed=3, start=start, aircraft_count=150)) as server:
        for name, value in {
            "FLIGHTLAKE_LAKE": aws.make_lake_place(),
            "FLIGHTLAKE_INTERVAL_S": "90",
            "FLIGHTLAKE_SOURCE_URL": server.url,
            "FLIGHTLAKE_SECRET_ID": secret["ARN"],
            "FLIGHTLAKE_EVENT_BUS": "lake",
            "POWERTOOLS_SERVICE_NAME": f"flightlake-{uuid4().hex}",  # a logger keeps the stdout of its first test
            "POWERTOOLS_TRACE_DISABLED": "1",
        }.items():
            monkeypatch.setenv(name, value)
        built_handler.cache_clear()
        thresholds = gc.get_threshold()
        yield server
    gc.set_threshold(*thresholds)
    built_handler.cache_clear()
    ours = logging.getLogger("ingestion")
    ours.handlers.clear()
    ours.propagate = True
    ours.setLevel(logging.NOTSET)


def invoked(event: dict[str, Any]) -> Summary:
    return lambda_handler(event, Context())  # type: ignore[arg-type]  # the parts of a context that are used


def tick(at: datetime) -> dict[str, Any]:
    return {"source": "aws.scheduler", "time": at.isoformat()}


def keys_in_bucket(aws: Aws) -> list[str]:
    listed = aws.client("s3").list_objects_v2(Bucket=BUCKET)
    return [entry["Key"] for entry in listed.get("Contents", [])]


def metrics_in(output: str) -> dict[str, Any]:
    blobs = [json.loads(line) for line in output.splitlines() if '"_aws"' in line and "PollsLanded" in line]
    return blobs[-1] if blobs else {}


@pytest.mark.usefixtures("poller_on_aws")
def test_a_tick_lands_a_response_and_returns_its_summary(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    summary = invoked(tick(datetime.now(UTC)))
    assert list(summary) == KEYS
    assert (summary["execution_id"], summary["status"]) == ("an-execution", "landed")
    assert f"lake/{summary['s3_key']}" in keys_in_bucket(aws)
    assert 50 < summary["valid_records"] <= summary["records_processed"] < 200
    assert summary["data_quality_score"] is not None
    assert 90 < summary["data_quality_score"] <= 100
    assert 0 < summary["processing_time_seconds"] < 10
    metrics = metrics_in(capsys.readouterr().out)
    assert metrics["PollsLanded"] == [1.0]
    assert metrics["PollsFailed"] == [0.0]
    assert metrics["CreditsLeft"] == [3996.0]
    assert metrics["service"] == os.environ["POWERTOOLS_SERVICE_NAME"]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Flightlake"


def test_ticks_within_an_interval_poll_once(poller_on_aws: SimulatorServer, aws: Aws) -> None:
    slot_s = datetime.now(UTC).timestamp() // 90 * 90
    slot = datetime.fromtimestamp(slot_s, UTC)
    statuses = [invoked(tick(slot + timedelta(seconds=after)))["status"] for after in (0, 30, 60)]
    assert statuses == ["landed", "not_due", "not_due"]
    asked = [request for request in poller_on_aws.requests if request.path == "/api/states/all"]
    assert len(asked) == 1
    assert len([key for key in keys_in_bucket(aws) if "/polls/" in key]) == 1


@pytest.mark.usefixtures("poller_on_aws")
def test_a_delayed_message_is_a_poll_of_its_own(aws: Aws) -> None:
    now = datetime.now(UTC)
    body = json.dumps({"scheduled_at": (now - timedelta(seconds=30)).isoformat(), "delay_s": 30})
    summary = invoked({"Records": [{"eventSource": "aws:sqs", "body": body, "attributes": {}}]})
    assert summary["status"] == "landed"


@pytest.mark.usefixtures("poller_on_aws")
def test_a_test_fetches_and_checks_and_lands_nothing(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    summary = invoked({"test": True})
    assert list(summary) == KEYS
    assert (summary["status"], summary["s3_key"]) == ("tested", None)
    assert summary["valid_records"] > 50
    assert '"TestsFailed":[0.0]' in capsys.readouterr().out
    assert [key for key in keys_in_bucket(aws) if "raw/" in key] == []


@pytest.mark.usefixtures("poller_on_aws")
def test_refused_credentials_fail_the_poll_and_show_nowhere(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.client("secretsmanager").put_secret_value(
        SecretId="opensky", SecretString='{"client_id": "simulator", "client_secret": "wr0ng-secret"}'
    )
    assert invoked(tick(datetime.now(UTC)))["status"] == "failed"
    assert invoked({"test": True})["status"] == "failed"
    output = capsys.readouterr().out
    assert metrics_in(output)["PollsFailed"] == [1.0]
    assert "refuses the client id or secret" in output
    assert "wr0ng-secret" not in output


@pytest.mark.usefixtures("poller_on_aws")
def test_without_its_state_the_poll_fails_and_is_not_delivered_again(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.client("dynamodb").delete_table(TableName="flightlake-poll-state")
    assert invoked(tick(datetime.now(UTC)))["status"] == "failed"
    assert metrics_in(capsys.readouterr().out)["PollsFailed"] == [1.0]


@pytest.mark.usefixtures("poller_on_aws")
def test_an_event_nobody_takes_is_counted(aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(handler_module, "send_ingested_event", lambda poll, **_: False)
    assert invoked(tick(datetime.now(UTC)))["status"] == "landed"
    assert metrics_in(capsys.readouterr().out)["EventsNotSent"] == [1.0]


@pytest.mark.usefixtures("poller_on_aws")
def test_an_anonymous_poller_needs_neither_secret_nor_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLIGHTLAKE_SECRET_ID")
    monkeypatch.delenv("FLIGHTLAKE_EVENT_BUS")
    monkeypatch.setenv("FLIGHTLAKE_INTERVAL_S", "900")
    assert invoked(tick(datetime.now(UTC)))["status"] == "landed"


@pytest.mark.usefixtures("poller_on_aws")
def test_an_environment_that_makes_no_poller_is_named_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTLAKE_INTERVAL_S", "30")
    for _ in range(2):
        with pytest.raises(UsageError, match=r"fastest possible interval is 86\.4 s"):
            invoked({})


@pytest.mark.usefixtures("poller_on_aws")
def test_a_bucket_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTLAKE_LAKE", "s3://no-such-bucket/lake")
    with pytest.raises(StorageError, match="no such bucket"):
        invoked({})


class Ledger:
    """Takes metrics and annotations."""

    def __init__(self) -> None:
        self.metrics: dict[str, float] = {}

    def add_metric(self, name: str, unit: object, value: float) -> None:
        self.metrics[name] = value

    def put_annotation(self, key: str, value: str) -> None:
        self.metrics[f"{key}={value}"] = 1


def test_a_tick_that_comes_much_too_late_is_missed(folder_lake: Lake) -> None:
    clock, reported = HandClock(), Ledger()
    invocation = Invocation(a_poller(folder_lake.store, [], clock=clock), Reporter(reported, reported), None)  # type: ignore[arg-type]  # see Ledger
    due = clock.now()
    clock.move(90 + 120)
    clock.move(1)
    summary = invocation.run(tick(due), execution_id="late")
    assert summary["status"] == "failed"
    assert reported.metrics["PollsFailed"] == 1


def test_a_poll_that_has_not_landed_sends_no_event(folder_lake: Lake) -> None:
    reported, told = Ledger(), []
    poller = a_poller(folder_lake.store, [a_body(), a_body(), SourceUnavailableError("gone")], takes_s=90)
    invocation = Invocation(poller, Reporter(reported, reported), lambda poll: bool(told.append(poll)) or True)  # type: ignore[arg-type]  # see Ledger
    statuses = [invocation.run({}, execution_id="x")["status"] for _ in range(3)]
    assert statuses == ["landed", "duplicate", "failed"]
    assert len(told) == 1
    assert invocation.run({"Records": []}, execution_id="x")["status"] == "not_due"


def test_a_lake_that_is_full_is_a_failed_poll_without_a_response(folder_lake: Lake) -> None:
    reported = Ledger()
    poller = a_poller(FullStore(folder_lake.store, "raw/"), [a_body()], state=MemoryState())
    summary = Invocation(poller, Reporter(reported, reported), None).run({}, execution_id="x")  # type: ignore[arg-type]  # see Ledger
    assert (summary["status"], summary["s3_key"], summary["data_quality_score"]) == ("failed", None, None)


def test_importing_the_handler_reads_and_opens_nothing() -> None:
    status, output, errors = run_python(
        """
        import os, socket
        def refuse(*_):
            raise AssertionError("no connection on import")
        socket.socket.connect = refuse
        os.environ.clear()
        import ingestion.aws_lambda.handler
        print(ingestion.aws_lambda.handler.built_handler.cache_info().currsize)
        """
    )
    assert (status, output.strip(), errors) == (0, "0", "")


# Each would make every cold start longer: X-Ray's SDK alone, which the first invocation loads, takes as long as boto3.
@pytest.mark.parametrize(
    "idle", ["aws_xray_sdk", "asyncio", "sqlite3", "numpy", "duckdb", "rich", "local", "glue_jobs"]
)
def test_importing_the_handler_loads_nothing_that_it_can_do_without(
    modules_of_the_handler: set[str], idle: str
) -> None:
    assert "ingestion.aws_lambda.handler" in modules_of_the_handler
    assert idle not in modules_of_the_handler


@pytest.fixture(scope="module")
def modules_of_the_handler() -> set[str]:
    """Return the modules that a fresh process holds after the import."""
    status, output, errors = run_python("import sys, ingestion.aws_lambda.handler; print(*sys.modules)")
    assert (status, errors) == (0, "")
    return set(output.split())
