"""One aircraft, one file: rows go to files by ranges of addresses."""

from itertools import pairwise

import duckdb
import pytest
from pyspark.sql import SparkSession
from support.uneven_day import AMERICA, EUROPE, responses_of
from support.vectors import DAY, body, landed, vector

from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.schema.tables.states import STATES
from glue_jobs.build import states_build
from glue_jobs.build.day_builder import SparkDayBuilder

FILES = 4


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
