"""DuckDB and Spark publish the same day: rows, counts, quarantine with texts, scores, drift, unreadable, checksum."""

import gzip
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from support.both_engines import built_by_both
from support.mutations import mutations
from support.vectors import DAY, NOON, body, landed, vector

from flightlake.clock import SystemClock
from flightlake.errors import InvalidResponseError
from flightlake.lake import Lake
from flightlake.layout import raw_states_day_prefix
from flightlake.poll_record import PollRecord
from ingestion.landing import land
from ingestion.ledger import record_poll
from ingestion.response_files import read_body

SEED = 14
ODD_VALUES: tuple[Any, ...] = (
    *(None, "", " ", "x", "3C6444", "ÄÖ 漢字", 0, -0.0, 1, -1, 1.5, 1e-7, 1e9, 1e30, 10**12, 10**13, True, False),
    *([], [1, 2], [1.5], {}, {"a": 1}, "null", "[]", 2_147_483_648, 253_402_300_799, "7700"),
)
ODD_TEXTS = (
    b'{"time": %d, "states": [ ["A1",  1e30, NaN, 205.740,\n null], null, "text", {"a": 1.50} ] }',
    b'{"time": %d, "states": [["3c6444", "DLH\\u0031", null]], "more": [1, {"b": "]"}]}',
    b'{"states": [[], [[]], ["\\"", "\\\\"]], "time": %d}',
    b'{"time": %d, "states": null}',
    b'{"time": %d, "states": [1, 2.50, true, "a", -0]}',
)


def odd_rows(count: int) -> list[list[Any]]:
    """Return good rows with one or two fields, or their number, made odd."""
    draw = random.Random(SEED)
    rows = []
    for number in range(count):
        row = vector(icao24=f"{number:06x}")
        for _ in range(draw.choice((1, 1, 2))):
            row[draw.randrange(len(row))] = draw.choice(ODD_VALUES)
        rows.append([row, row[: draw.randrange(len(row))], [*row, *draw.choices(ODD_VALUES, k=2)]][number % 7 % 3])
    return rows


def polled(lake: Lake, minute: int, outcome: str) -> None:
    at = datetime.fromtimestamp(NOON, UTC) + timedelta(minutes=minute)
    found: Any = outcome
    record_poll(lake.store, PollRecord(at, None, found, "a reason", "http://source", 4, None, 3, None))


def test_odd_rows_and_damaged_objects_come_out_alike(folder_lake: Lake, spark: SparkSession, tmp_path: Path) -> None:
    landed(folder_lake.store, body(*odd_rows(700)))
    repeats = [vector(last_contact=NOON - age, velocity=200 + age) for age in (3, 1, 2, 1)]
    landed(folder_lake.store, body(*repeats, time=NOON + 1), time=NOON + 1)
    for number, text in enumerate(ODD_TEXTS, start=2):
        landed(folder_lake.store, text % (NOON + number), time=NOON + number)
    prefix = raw_states_day_prefix(DAY) + "hour=12/flight_data_20260508_1230"
    for number, data in enumerate((b"", b"no gzip", gzip.compress(body(vector()))[:40], gzip.compress(b"{}"))):
        folder_lake.store.put_if_absent(f"{prefix}0{number}_0000000{number}.json.gz", data)
    for minute, outcome in enumerate(("landed", "failed", "skipped_budget")):
        polled(folder_lake, minute, outcome)
    by_duckdb, by_spark = built_by_both(folder_lake, spark, tmp_path)
    assert [day.counts.raw_rows for day in by_duckdb] == [717, 3]
    for one, other in zip(by_duckdb, by_spark, strict=True):
        assert one == other


@pytest.mark.slow
def test_mutated_responses_come_out_alike(
    folder_lake: Lake, spark: SparkSession, tmp_path: Path, shared_data: Path
) -> None:
    files = sorted((shared_data / "opensky" / "global_single").glob("*.json.gz"))[:3]
    for mutation in mutations([read_body(file) for file in files], 600, seed=SEED):
        if not mutation.is_packed:
            try:
                land(folder_lake.store, mutation.body, clock=SystemClock())
            except InvalidResponseError:
                continue
    by_duckdb, by_spark = built_by_both(folder_lake, spark, tmp_path)
    assert sum(day.counts.raw_rows for day in by_duckdb) > 500
    for one, other in zip(by_duckdb, by_spark, strict=True):
        assert one == other


@pytest.mark.slow
@pytest.mark.parametrize(
    "series", ["global_20251231_20x160s", "global_20260508_over_midnight", "iberia_20250926_run_90s", "global_single"]
)
def test_recorded_days_come_out_alike(
    series: str, folder_lake: Lake, spark: SparkSession, tmp_path: Path, shared_data: Path
) -> None:
    for file in sorted((shared_data / "opensky" / series).glob("*.json.gz")):
        land(folder_lake.store, read_body(file), clock=SystemClock())
    by_duckdb, by_spark = built_by_both(folder_lake, spark, tmp_path)
    assert by_duckdb
    for one, other in zip(by_duckdb, by_spark, strict=True):
        assert one == other
