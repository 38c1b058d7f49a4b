"""The recount by Spark finds what readers see differently from what was received."""

import logging
from dataclasses import asdict

import pytest
from pyspark.sql import SparkSession
from support.aws import Aws
from support.published import COUNTS, rewritten
from support.vectors import DAY

from flightlake.lake import Lake
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from glue_jobs.jobs.verify_states import main
from glue_jobs.verify.verify_day import verify_day


@pytest.fixture(autouse=True)
def _job_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@pytest.mark.usefixtures("spark")
def test_a_sound_day_adds_up_and_is_counted_as_verified(
    small_lake: Lake, caplog: pytest.LogCaptureFixture, aws: Aws
) -> None:
    assert main(["--lake", small_lake.address, "--service", "flightlake-dev"]) == 0
    assert f"{DAY}, commit" in caplog.text
    assert "adds up: DayCounts(raw_rows=" in caplog.text
    metrics = aws.client("cloudwatch").list_metrics(Namespace="Flightlake")["Metrics"]
    assert sorted(metric["MetricName"] for metric in metrics) == ["DaysDiffering", "DaysVerified"]
    assert metrics[0]["Dimensions"] == [{"Name": "service", "Value": "flightlake-dev"}]


def test_everything_that_differs_is_named(spark: SparkSession, small_lake: Lake) -> None:
    altered = "select * replace (case when icao24 = 'c0ffee' then 1e0 else baro_altitude_m end as baro_altitude_m)"
    rewritten(small_lake, STATES, f"{altered} from {{file}}")
    rewritten(small_lake, STATES_QUARANTINE, "select * replace ([]::varchar[] as reasons) from {file}")
    rewritten(small_lake, QUALITY_SCORES, "select * replace (failed_count + 1 as failed_count) from {file}")
    (key,) = [info.key for info in small_lake.store.list("raw/states/")][:1]
    small_lake.catalog.move_pointer(STATES, DAY, "curated/states/snapshot_date=2026-05-08/commit=other/")
    verdict = verify_day(spark, small_lake, DAY)
    assert verdict is not None
    assert asdict(verdict.recounted) == COUNTS
    said = "\n".join(verdict.differences)
    assert "states: readers see curated/states/snapshot_date=2026-05-08/commit=other/, the log says" in said
    assert "states: 1 rows published, not recounted, such as {'icao24': 'c0ffee'" in said
    assert "states: 1 rows recounted, not published" in said
    assert "quarantine: " in said
    assert "quality, overall: published" in said
    small_lake.store.delete([key])
    verdict = verify_day(spark, small_lake, DAY)
    assert verdict is not None
    assert f"{key} is gone: the day can no longer be built from it" in verdict.differences
    assert any(line.startswith("raw_rows: published ") for line in verdict.differences)


def test_a_day_that_was_never_published_is_named(small_lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["--lake", small_lake.address, "--date", "2020-01-01"]) == 1
    assert "never published: 2020-01-01" in caplog.text
