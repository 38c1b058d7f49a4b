"""QuickSight's dashboard validated by AWS's schema, and its queries run on a small lake."""

import copy
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint
from support.lakes import LakeBuilder

from duckdb_engine.engine import Engine
from duckdb_engine.sql.statements import statements_of
from infra.monitoring.quicksight_definition import DATA_SETS, DataSet
from infra.plan.recorder import Recording

PRINCIPAL = "arn:aws:quicksight:us-east-1:111122223333:group/default/analysts"
TYPES = {"TIMESTAMP": "DATETIME", "BIGINT": "INTEGER", "VARCHAR": "STRING", "DOUBLE": "DECIMAL", "HUGEINT": "INTEGER"}
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def recording(record_stack: Callable[..., Recording]) -> Recording:
    return record_stack("prod", quicksight="true", quicksightPrincipalArn=PRINCIPAL)


@pytest.fixture(scope="module")
def template(recording: Recording) -> dict[str, Any]:
    body = recording.named("aws:cloudformation/stack:Stack", "dashboard").inputs["templateBody"]
    assert len(body) < 51_200
    found: dict[str, Any] = json.loads(body)
    return found


def faults(template: dict[str, Any]) -> list[str]:
    found = lint(json.dumps(template), config=ManualArgs(regions=["us-east-1"]))
    return [f"{match.rule.id} {match.message}" for match in found if not match.rule.id.startswith("I")]


def test_nothing_is_made_unless_it_is_asked_for(recordings: Mapping[str, Recording]) -> None:
    assert [found for found in recordings["prod"].resources if "quicksight" in found.type] == []
    assert recordings["prod"].exports["dashboard"] == ""


def test_the_dashboard_is_what_awss_schema_allows(template: dict[str, Any]) -> None:
    assert faults(template) == []


@pytest.mark.parametrize("fault", ["wrong value", "unknown property"])
def test_a_fault_in_the_dashboard_is_found(template: dict[str, Any], fault: str) -> None:
    wrong = copy.deepcopy(template)
    sheet = wrong["Resources"]["Dashboard"]["Properties"]["Definition"]["Sheets"][0]
    bars = next(visual["BarChartVisual"] for visual in sheet["Visuals"] if "BarChartVisual" in visual)
    if fault == "wrong value":
        bars["ChartConfiguration"]["Orientation"] = "SIDEWAYS"
    else:
        bars["ChartConfiguration"]["Colour"] = "blue"
    assert faults(wrong)


def test_visuals_show_columns_that_there_are(template: dict[str, Any]) -> None:
    known = {data_set.name: {name for name, _ in data_set.columns} for data_set in DATA_SETS}

    def columns(node: Any) -> list[tuple[str, str]]:
        if isinstance(node, dict):
            here = [(node["DataSetIdentifier"], node["ColumnName"])] if "ColumnName" in node else []
            return here + [found for value in node.values() for found in columns(value)]
        return [found for value in node for found in columns(value)] if isinstance(node, list) else []

    shown = columns(template)
    assert len(shown) > 10
    assert all(column in known[data_set] for data_set, column in shown)


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda data_set: data_set.name)
def test_a_data_set_has_the_columns_and_types_that_its_query_gives(data_set: DataSet, tmp_path: Path) -> None:
    builder = LakeBuilder(tmp_path / "lake")
    with Engine(builder.lake) as engine:
        (statement,) = statements_of(data_set.sql)
        answer = engine.run(statement, {})
    assert [(name, TYPES[kind]) for name, kind in zip(answer.columns, answer.types, strict=True)] == list(
        data_set.columns
    )


def test_every_query_is_bound_to_its_partitions() -> None:
    for data_set in DATA_SETS:
        assert "_date >= current_date - interval '30' day" in data_set.sql


def test_data_is_refreshed_daily_and_shown_to_whom_it_is_for(recording: Recording) -> None:
    schedules = recording.of_type("aws:quicksight/refreshSchedule:RefreshSchedule")
    assert {found.name for found in schedules} == {data_set.slug for data_set in DATA_SETS}
    for data_set in recording.of_type("aws:quicksight/dataSet:DataSet"):
        assert [entry["principal"] for entry in data_set.inputs["permissions"]] == [PRINCIPAL]
    assert recording.exports["dashboard"] == "flightlake-prod-lake"
