"""Views in Athena's form: the statement, and column types, which engines refuse as stale when wrong."""

import base64
import json
from pathlib import Path

import pytest
from support.lakes import LakeBuilder
from support.trino import DUCKDB_TYPES

from duckdb_engine.engine import Engine
from duckdb_engine.sql.statements import statements_of
from infra.views import View, glue_view, views

BY_NAME = {view.name: view for view in views()}


def test_the_first_readmes_view_has_the_types_that_its_queries_need() -> None:
    types = {column.name: (column.trino_type, column.hive_type) for column in BY_NAME["flight_data_processed"].columns}
    assert types["baro_altitude"] == types["velocity"] == ("double", "double")
    assert types["year"] == types["month"] == types["day"] == ("varchar", "string")
    assert types["on_ground"] == ("boolean", "boolean")
    assert types["category"] == ("integer", "int")
    assert types["time_position"] == ("timestamp(3)", "timestamp")
    assert len(types) == 21


def test_counts_are_bigints() -> None:
    types = [(column.name, column.trino_type) for column in BY_NAME["snapshots"].columns]
    assert types == [
        ("snapshot_date", "date"),
        ("snapshot_at", "timestamp(3)"),
        ("aircraft_count", "bigint"),
        ("on_ground_count", "bigint"),
        ("without_position_count", "bigint"),
    ]


@pytest.mark.parametrize("view", BY_NAME.values(), ids=lambda view: view.name)
def test_an_engine_finds_the_same_columns_and_types(view: View, tmp_path: Path) -> None:
    with Engine(LakeBuilder(tmp_path / "lake").lake) as engine:
        (statement,) = statements_of(f"select * from {view.name}")
        answer = engine.run(statement, {})
    assert list(zip(answer.columns, answer.types, strict=True)) == [
        (column.name, DUCKDB_TYPES[column.trino_type]) for column in view.columns
    ]


def test_a_view_is_stored_as_athena_stores_it() -> None:
    stored = glue_view(BY_NAME["snapshots"], "flightlake_dev")
    assert (stored["TableType"], stored["Owner"]) == ("VIRTUAL_VIEW", "flightlake")
    assert stored["Parameters"]["presto_view"] == "true"
    assert stored["ViewExpandedText"] == "/* Presto View */"
    assert stored["ViewOriginalText"].startswith("/* Presto View: ey")
    wrapped = stored["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    definition = json.loads(base64.b64decode(wrapped))
    assert definition["catalog"] == "awsdatacatalog"
    assert definition["schema"] == "flightlake_dev"
    assert definition["originalSql"].startswith("select\n    states.snapshot_date")
    assert definition["columns"][2] == {"name": "aircraft_count", "type": "bigint"}
    assert stored["StorageDescriptor"]["Columns"][1] == {"Name": "snapshot_at", "Type": "timestamp"}


def test_an_engine_knows_a_view_by_its_comment_which_a_description_would_replace() -> None:
    stored = glue_view(BY_NAME["snapshots"], "flightlake_dev")
    assert stored["Parameters"]["comment"] == "Presto View"
    assert "Description" not in stored


def test_a_view_has_a_serde_without_which_engines_refuse_it() -> None:
    assert glue_view(BY_NAME["snapshots"], "flightlake_dev")["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "-",
        "Parameters": {},
    }
