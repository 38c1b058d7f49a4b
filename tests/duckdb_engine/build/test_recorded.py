"""The recorded responses of the live service, from raw to published, against an independent recomputation.

Spark's days are held against these in `test_same_as_spark`.
"""

import random
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from duckdb_engine.build.day_builder import DuckDbDayBuilder
from duckdb_engine.build.memory import LEAST_DEFAULT_BYTES
from duckdb_engine.verify.verify_days import Verification
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.schema.tables.states import STATES
from ingestion.landing import land
from ingestion.response_files import read_body


def converted(lake: Lake, files: list[Path]) -> list[DayResult]:
    for path in files:
        land(lake.store, read_body(path), clock=SystemClock())
    builder = DuckDbDayBuilder(lake, LEAST_DEFAULT_BYTES)
    conversion = Publisher(STATES_LOG, builder, lake.store, lake.catalog, SystemClock())
    results = list(conversion.run(conversion.pending_days()))
    assert all(result.published and not result.unreadable for result in results)
    for result in results:
        verdict = Verification(lake).verify_day(result.day, lambda: None)
        assert verdict is not None
        assert verdict.differences == ()
    return results


@pytest.mark.slow
def test_a_series_over_midnight_gives_both_days_whole(folder_lake: Lake, shared_data: Path) -> None:
    files = sorted((shared_data / "opensky" / "global_20260508_over_midnight").glob("*.json.gz"))
    first, second = converted(folder_lake, files)
    assert (first.raw_objects, second.raw_objects) == (19, 1)
    assert first.counts is not None
    assert second.counts is not None
    assert asdict(first.counts) == {"raw_rows": 202_308, "curated": 202_307, "quarantined": 1, "duplicates": 0}
    assert asdict(second.counts) == {"raw_rows": 8_139, "curated": 8_138, "quarantined": 1, "duplicates": 0}
    assert min(first.quality_score or 0, second.quality_score or 0) > 98.4


@pytest.mark.slow
def test_a_long_run_keeps_every_response_and_its_categories_in_any_order_of_landing(
    folder_lake: Lake, shared_data: Path
) -> None:
    files = sorted((shared_data / "opensky" / "iberia_20250926_run_90s").glob("*.json.gz"))
    random.Random(7).shuffle(files)
    (result,) = converted(folder_lake, files)
    assert result.raw_objects == 199
    assert result.counts is not None
    assert (result.counts.raw_rows, result.counts.curated) == (37_367, 37_367)
    folder = folder_lake.store.uri(folder_lake.catalog.partitions(STATES)[result.day])
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select count(*), count(category), count(distinct snapshot_at) from '{folder}*.parquet'"
        ).fetchone()
    assert found == (37_367, 37_367, 199)


@pytest.mark.slow
def test_all_recorded_days_convert_and_quarantine_hardly_anything(folder_lake: Lake, shared_data: Path) -> None:
    results = converted(folder_lake, sorted((shared_data / "opensky").rglob("*.json.gz")))
    raw_rows = sum(result.counts.raw_rows for result in results if result.counts)
    quarantined = sum(result.counts.quarantined for result in results if result.counts)
    assert raw_rows == 563_747
    assert quarantined == 15
