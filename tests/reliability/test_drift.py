"""A source that changes its rows: new fields land, are reported, and harm nothing; then the contract includes them."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.aws import BUCKET, Aws
from support.experiments import Experiment
from support.grown_contract import converted_by, program_with_columns
from support.vectors import DAY, NOON, landed, vector

from duckdb_engine.engine import Engine
from duckdb_engine.verify.verify_days import Verification
from flightlake.clock import SystemClock
from flightlake.commits.record import DayCounts
from flightlake.errors import InvalidResponseError
from flightlake.lake import Lake
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.schema.contract import Column
from flightlake.schema.tables.states import STATES
from flightlake.storage.glue_catalog import GlueCatalog
from glue_jobs.build.day_builder import SparkDayBuilder
from glue_jobs.verify.verify_day import verify_day
from ingestion.landing import land

QUESTION = "What if the source changes its rows?"
NEXT_DAY = NOON + 86_400


def response(*rows: Any, at: int = NOON, **others: Any) -> bytes:
    return json.dumps({"time": at, "states": list(rows), **others}).encode()


@pytest.mark.slow
def test_a_new_field_lands_is_told_and_hurts_nothing(
    folder_lake: Lake, spark: SparkSession, experiment: Experiment
) -> None:
    grown = [[*vector(icao24=f"{number:06x}"), 4, "new", {"deep": [1]}] for number in range(6)]
    land(folder_lake.store, response(*grown, vector(), licence="new beside time and states"), clock=SystemClock())
    moved, shorter = vector(icao24="aaaaaa"), vector(icao24="bbbbbb")[:16]
    moved.insert(3, "new")
    land(folder_lake.store, response(moved, shorter, at=NOON + 90), clock=SystemClock())
    renamed = json.dumps({"time": NOON + 180, "state_vectors": [vector()]}).encode()
    by_hand = landed(folder_lake.store, renamed, time=NOON + 180)

    conversion = Publisher(
        STATES_LOG,
        SparkDayBuilder(lambda: spark, folder_lake.store),
        folder_lake.store,
        folder_lake.catalog,
        SystemClock(),
    )
    (result,) = conversion.run([DAY])
    assert (result.published, result.drifted_rows) == (True, 6)
    assert result.counts == DayCounts(raw_rows=9, curated=7, quarantined=2, duplicates=0)
    assert [(item.raw_key, item.reason.partition(";")[0]) for item in result.unreadable] == [
        (by_hand, "states: missing")
    ]
    with Engine(folder_lake) as engine:
        curated = engine.query("select icao24, callsign, category from states order by icao24").rows
        reasons = engine.query("select icao24, reasons from states_quarantine order by icao24").rows
        told = engine.query(
            "select severity, checked_count, failed_count from quality_scores where rule = 'fields_unknown'"
        ).rows
    assert curated == [*((f"{number:06x}", "DLH9LF", 4) for number in range(6)), ("3c6444", "DLH9LF", None)]
    assert reasons == [("aaaaaa", ["field_types"]), ("bbbbbb", ["row_length"])]
    assert told == [("warn", 7, 6)]

    plain, by_spark = Verification(folder_lake).verify_day(DAY, lambda: None), verify_day(spark, folder_lake, DAY)
    assert plain
    assert by_spark
    assert (plain.differences, by_spark.differences) == ((), ())
    assert plain.notes == ("6 rows have more fields than the contract knows (18): the source has grown",)
    experiment.found(
        QUESTION,
        tried="Six rows with a 19th and a 20th field, one with a new field in its midst, one that has lost a field, a "
        "new key beside `time` and `states`, and `states` under another name",
        result=f"{result.counts.curated} rows are published and {result.drifted_rows} counted as grown by conversion, "
        f"scores and verify; the {result.counts.quarantined} whose fields have moved are quarantined with their text; "
        "the renamed response is named as unreadable. Spark and plain Python agree.",
    )


@pytest.mark.parametrize("body", [{"time": NOON, "vectors": []}, {"timestamp": NOON, "states": []}], ids=str)
def test_a_renamed_key_is_refused_at_the_door(folder_lake: Lake, body: dict[str, Any]) -> None:
    with pytest.raises(InvalidResponseError, match=r"states: missing|time: None"):
        land(folder_lake.store, json.dumps(body).encode(), clock=SystemClock())


def test_catalogs_show_a_new_column_while_old_days_keep_what_they_have(folder_lake: Lake, aws: Aws) -> None:
    grown = replace(STATES, columns=(*STATES.columns, Column("emitter", "string", "new", source_index=18)))
    glue, client = (
        GlueCatalog(aws.make_database("grown"), f"s3://{BUCKET}/lake/", aws.client("glue")),
        aws.client("glue"),
    )
    for catalog in (folder_lake.catalog, glue):
        for table, day in ((STATES, DAY), (grown, date(2026, 5, 9))):
            catalog.create_table(table, "curated/states/")
            catalog.move_pointer(table, day, f"curated/states/snapshot_date={day}/commit=a/")
        assert list(catalog.partitions(grown)) == [DAY, date(2026, 5, 9)]
    shown = json.loads(Path(folder_lake.store.uri("catalog.json")).read_text())["tables"]["states"]["columns"]
    assert [column["Name"] for column in shown][-2:] == ["snapshot_at", "emitter"]
    table = client.get_table(DatabaseName="grown", Name="states")["Table"]["StorageDescriptor"]["Columns"]
    old, new = (
        partition["StorageDescriptor"]["Columns"]
        for partition in sorted(
            client.get_partitions(DatabaseName="grown", TableName="states")["Partitions"], key=lambda p: p["Values"]
        )
    )
    assert (table[: len(old)], table) == (old, new)


NEW_COLUMNS = (
    'Column("emitter", "string", "version of the transmitter", source_index=18)',
    'Column("noise_db", "double", "noise", "dB", source_index=19)',
    'Column("site_code", "int", "site", source_index=20)',
    'Column("message_count", "bigint", "messages", source_index=21)',
    'Column("is_quiet", "boolean", "quiet", source_index=22)',
    'Column("first_heard_at", "timestamp", "first message", "UTC", source_index=23)',
)
GOOD_TAILS: tuple[list[Any], ...] = (
    [],
    ["ADS-B 2"],
    ["  ", 5],
    ["x", 1.5, 3, 4, True, NEXT_DAY],
    ["y", -2, 0, 0, False, None, {"and": "more"}],
)
BAD_TAILS: tuple[list[Any], ...] = (
    [5],
    [None, "1.5"],
    [None, float("nan")],
    [None, None, 10**9],
    [None, None, None, 10**12],
    [None, None, None, None, 1],
    [None, None, None, None, None, 1.5],
)


@pytest.mark.slow
def test_a_line_more_in_the_contract_and_new_days_carry_the_field(
    folder_lake: Lake, spark: SparkSession, tmp_path: Path, experiment: Experiment
) -> None:
    assert folder_lake.root
    known = [*vector(), 4]
    land(folder_lake.store, response([*known, "ADS-B 3"]), clock=SystemClock())
    conversion = Publisher(
        STATES_LOG,
        SparkDayBuilder(lambda: spark, folder_lake.store),
        folder_lake.store,
        folder_lake.catalog,
        SystemClock(),
    )
    assert [result.drifted_rows for result in conversion.run([DAY])] == [1]

    tails = [*GOOD_TAILS, *BAD_TAILS]
    rows = [[*vector(at=NEXT_DAY, icao24=f"{number:06x}"), 4, *tail] for number, tail in enumerate(tails)]
    land(folder_lake.store, response(*rows, at=NEXT_DAY), clock=SystemClock())
    program = program_with_columns(tmp_path / "grown", *NEW_COLUMNS)
    told = converted_by(program, folder_lake.root)
    new_values = [tuple(row[name] for name in told["columns"][-7:-1]) for row in told["by_duckdb"]]
    assert [row["snapshot_date"] for row in told["by_duckdb"]] == ["2026-05-08"] + ["2026-05-09"] * 5
    assert new_values == [
        ("None",) * 6,
        ("None",) * 6,
        ("ADS-B 2", *("None",) * 5),
        ("None", "5.0", *("None",) * 4),
        ("x", "1.5", "3", "4", "True", "2026-05-09 12:00:00"),
        ("y", "-2.0", "0", "0", "False", "None"),
    ]
    assert [tuple(row[name] for name in told["columns"][-7:-1]) for row in told["by_spark"]] == new_values
    assert told["counts"] == {"2026-05-09": [12, 5, 7, 0]}
    assert told["drifted_rows"] == {"2026-05-09": 1}
    assert told["differences"]["2026-05-09"] == []
    assert told["outdated"] == ["2026-05-08"]
    assert all("ADS-B 3" in str(told["differences"][day]) for day in ("2026-05-08", "2026-05-08 by Spark"))

    again = converted_by(program, folder_lake.root, "2026-05-08")
    assert [row["emitter"] for row in again["by_duckdb"]] == ["ADS-B 3", "None", "ADS-B 2", "None", "x", "y"]
    assert set(map(str, again["differences"].values())) == {"[]"}
    experiment.found(
        QUESTION,
        tried=f"{len(NEW_COLUMNS)} columns more in the contract, one of each type, over a lake whose old day was built "
        "without them",
        result="The new day carries the fields and the old one reads null, in DuckDB and in Spark, by one `select *`; "
        f"{len(BAD_TAILS)} rows of other types are quarantined, by both decoders; the old day is named as built under "
        "other rules, and its rebuild brings the field back from raw.",
    )
