"""One aircraft, one file: rows go to files by ranges of addresses, which a few of the day's responses tell."""

import random
from datetime import UTC, datetime
from itertools import pairwise

import duckdb
import pytest
from pyspark.sql import SparkSession
from support.vectors import DAY, NOON, body, landed, vector

from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.layout import raw_states_day_prefix, raw_states_key, snapshot_date_of
from flightlake.publishing.file_ranges import range_bounds
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.raw_day import RawDay, list_raw_day
from flightlake.publishing.registry import STATES_LOG
from flightlake.schema.tables.states import STATES
from glue_jobs.build import states_build
from glue_jobs.build.day_builder import SparkDayBuilder

FILES = 4
RANDOM = random.Random(5)
EUROPE = [f"{RANDOM.randrange(0x3C0000, 0x4D0000):06x}" for _ in range(300)]
AMERICA = [f"{RANDOM.randrange(0xA00000, 0xAE0000):06x}" for _ in range(100)]


def responses_of(lake: Lake, addresses: list[str], count: int) -> None:
    for at in range(NOON, NOON + 60 * count, 60):
        landed(lake.store, body(*(vector(icao24=icao24, at=at) for icao24 in addresses), time=at), time=at)


def raw_day(lake: Lake) -> RawDay:
    return list_raw_day(lake.store, raw_states_day_prefix(DAY), DAY, day_of=snapshot_date_of)


def test_files_get_equal_shares_of_rows_that_lie_unevenly(folder_lake: Lake) -> None:
    responses_of(folder_lake, EUROPE + AMERICA, 7)
    firsts = range_bounds(folder_lake.store, raw_day(folder_lake), FILES)
    assert firsts == sorted(firsts)
    shares = [sum(first <= icao24 for icao24 in EUROPE + AMERICA) for first in firsts]
    assert shares == pytest.approx([300, 200, 100], abs=5), "as a day's rows lie, not as addresses do"


def test_the_responses_that_hold_most_rows_decide(folder_lake: Lake) -> None:
    responses_of(folder_lake, EUROPE, 3)
    for at in range(NOON + 3_600, NOON + 3_640):
        landed(folder_lake.store, body(vector(icao24="a00001", at=at), time=at), time=at)
    assert all(first < "a" for first in range_bounds(folder_lake.store, raw_day(folder_lake), FILES))


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b"no JSON", id="no JSON"),
        pytest.param(body(None, [], [None], ["'; drop"], [["a"]], "[]"), id="odd rows"),
        pytest.param(body(), id="an empty sky"),
    ],
)
def test_a_day_that_tells_nothing_is_one_file(folder_lake: Lake, odd: bytes) -> None:
    landed(folder_lake.store, odd)
    folder_lake.store.put_if_absent(raw_states_key(datetime(2026, 5, 8, 13, tzinfo=UTC), b"other"), b"no gzip")
    assert range_bounds(folder_lake.store, raw_day(folder_lake), FILES) == []


def test_a_giant_response_is_not_read_by_the_driver(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    responses_of(folder_lake, EUROPE, 1)
    monkeypatch.setattr("glue_jobs.build.file_ranges._LARGEST_BYTES", raw_day(folder_lake).size_bytes - 1)
    assert range_bounds(folder_lake.store, raw_day(folder_lake), FILES) == []


def test_an_aircraft_lies_in_one_file_and_files_do_not_overlap(
    folder_lake: Lake, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states_build, "ROWS_PER_FILE", 1)
    monkeypatch.setattr(states_build, "RAW_BYTES_PER_ROW", 2_000)
    responses_of(folder_lake, EUROPE + AMERICA, 2)
    # Twice the same: who removes repeats must still see an aircraft's rows together.
    landed(folder_lake.store, body(*(vector(icao24=icao24) for icao24 in reversed(EUROPE + AMERICA))))
    conversion = Publisher(
        STATES_LOG,
        SparkDayBuilder(lambda: spark, folder_lake.store),
        folder_lake.store,
        folder_lake.catalog,
        SystemClock(),
    )
    (result,) = conversion.run([DAY])
    assert result.counts is not None
    assert (result.counts.curated, result.counts.duplicates) == (800, 400)
    folder = folder_lake.catalog.partitions(STATES)[DAY]
    with duckdb.connect() as connection:
        files = connection.execute(
            "select min(icao24), max(icao24), count(*) from read_parquet("
            f"'{folder_lake.store.uri(folder)}/*.parquet', filename = true) group by filename order by 1"
        ).fetchall()
    assert len(files) >= FILES
    assert all(last < first for (_, last, _), (first, _, _) in pairwise(files))
    assert max(count for *_, count in files) < 2 * min(count for *_, count in files)
