"""What a conversion tells CloudWatch."""

from datetime import timedelta

import pytest
from pyspark.sql import SparkSession
from support.vectors import DAY

from flightlake.commits.log import CommitLog
from flightlake.commits.record import DayCounts
from flightlake.errors import ConservationBrokenError, QualityTooLowError
from flightlake.lake import Lake
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.registry import STATES_LOG
from glue_jobs.jobs.metrics import conversion_metrics, newest_snapshot_at


def figures(results: list[DayResult], lake: Lake, *, late: timedelta) -> dict[str, float]:
    log = CommitLog(STATES_LOG.name, STATES_LOG.tables, lake.store, lake.catalog)
    newest = newest_snapshot_at(log)
    now = newest + late if newest else None
    return {metric.name: metric.value for metric in conversion_metrics(results, log, now=now)}  # type: ignore[arg-type]


def result(*, score: float | None = None, error: Exception | None = None) -> DayResult:
    counts = DayCounts(raw_rows=10, curated=7, quarantined=2, duplicates=1)
    outcome = {"published": error is None, "failed": error is not None, "error": error}
    return DayResult(DAY, "c", 1, counts, score, drifted_rows=None if error else 4, **outcome)  # type: ignore[arg-type]


@pytest.mark.usefixtures("spark")
def test_published_and_failed_days_are_told_apart(small_lake: Lake) -> None:
    results = [
        result(score=99.0),
        result(score=98.0, error=QualityTooLowError("low", score=40.0)),
        result(score=98.0, error=ConservationBrokenError("lost")),
    ]
    assert figures(results, small_lake, late=timedelta(minutes=5)) == {
        "DaysPublished": 1,
        "DaysFailed": 2,
        "RowsCurated": 7,
        "RowsQuarantined": 2,
        "RowsDuplicate": 1,
        "RowsDrifted": 4,
        "ConservationBroken": 1,
        "QualityScore": 40.0,
        "NewestSnapshotAge": 300.0,
    }


def test_a_lake_without_a_published_day_has_no_newest_snapshot(spark: SparkSession, folder_lake: Lake) -> None:
    assert "NewestSnapshotAge" not in figures([], folder_lake, late=timedelta())
