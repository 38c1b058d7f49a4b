"""Verification with Spark names each difference in the same words as the one without."""

import logging
from dataclasses import asdict

import pytest
from pyspark.sql import SparkSession
from support.aws import Aws
from support.published import COUNTS
from support.vectors import DAY, NOON, body, landed, vector
from support.verified import FAULTS, NOTED

from duckdb_engine.verify.verify_days import Verification
from flightlake.lake import Lake
from flightlake.publishing.verification import DayVerification
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


def verified_by_both(spark: SparkSession, lake: Lake) -> tuple[DayVerification, DayVerification]:
    by_duckdb, by_spark = Verification(lake).verify_day(DAY, lambda: None), verify_day(spark, lake, DAY)
    assert by_duckdb
    assert by_spark
    return by_duckdb, by_spark


ALONE = ("the files are gone", "a raw object was emptied", "an archived response is damaged")
TOGETHER = tuple(name for name in FAULTS if name not in (*ALONE, "a rejected row is lost"))
"""Faults that can be planted into one lake; those of a table's files come before that of its pointer."""


@pytest.mark.parametrize("names", [TOGETHER, *((name,) for name in ALONE)])
def test_both_verifiers_name_all_differences_in_the_same_words(
    spark: SparkSession, small_lake: Lake, names: tuple[str, ...]
) -> None:
    for name in names:
        FAULTS[name].plant(small_lake)
    by_duckdb, by_spark = verified_by_both(spark, small_lake)
    assert by_spark.differences == by_duckdb.differences
    assert len(by_spark.differences) >= len(names) / 2
    assert by_spark.notes == by_duckdb.notes
    assert by_spark.recomputed == by_duckdb.recomputed


def test_both_verifiers_note_what_is_no_fault(
    spark: SparkSession, small_lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    NOTED.plant(small_lake)
    landed(small_lake.store, body(vector(at=NOON + 180), time=NOON + 180), time=NOON + 180)
    by_duckdb, by_spark = verified_by_both(spark, small_lake)
    assert by_spark.notes == by_duckdb.notes
    assert by_spark.differences == by_duckdb.differences == ()
    assert asdict(by_spark.recomputed) == COUNTS
    waiting, other_rules = by_spark.notes
    assert waiting == "1 responses wait for the next conversion"
    assert NOTED.named[0] in other_rules
    assert main(["--lake", small_lake.address]) == 0
    assert f"{DAY}: {waiting}" in caplog.text


def test_a_day_that_was_never_published_is_named(small_lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["--lake", small_lake.address, "--date", "2020-01-01"]) == 1
    assert "never published: 2020-01-01" in caplog.text
