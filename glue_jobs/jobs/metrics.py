"""CloudWatch metrics of the jobs; alarms and dashboards depend on their names."""

from collections.abc import Sequence
from datetime import datetime

from flightlake.commits.log import CommitLog
from flightlake.commits.vacuum import ExpiredCommit
from flightlake.errors import ConservationBrokenError, QualityTooLowError
from flightlake.layout import snapshot_at_of
from flightlake.metrics import Metric
from flightlake.publishing.day_result import DayResult


def conversion_metrics(results: Sequence[DayResult], log: CommitLog, *, now: datetime) -> list[Metric]:
    """Return the metrics of a conversion.

    Args:
        results: one for each day.
        log: of `states`.
        now: UTC instant.
    """
    published = [result for result in results if result.published]
    counts = [result.counts for result in published if result.counts is not None]
    broken = [result for result in results if isinstance(result.error, ConservationBrokenError)]
    metrics = [
        Metric("DaysPublished", len(published)),
        Metric("DaysFailed", sum(result.failed for result in results)),
        Metric("RowsCurated", sum(count.curated for count in counts)),
        Metric("RowsQuarantined", sum(count.quarantined for count in counts)),
        Metric("RowsDuplicate", sum(count.duplicates for count in counts)),
        Metric("RowsDrifted", sum(result.drifted_rows or 0 for result in published)),
        Metric("ConservationBroken", len(broken)),
    ]
    scores = _built_scores(results)
    if scores:
        metrics.append(Metric("QualityScore", min(scores), "Percent"))
    newest = newest_snapshot_at(log)
    if newest is not None:
        metrics.append(Metric("NewestSnapshotAge", (now - newest).total_seconds(), "Seconds"))
    return metrics


def verification_metrics(*, verified: int, differing: int) -> list[Metric]:
    """Return the metrics of a verification: verified days, and those of them that differ."""
    return [Metric("DaysVerified", verified), Metric("DaysDiffering", differing)]


def vacuum_metrics(removed: Sequence[ExpiredCommit]) -> list[Metric]:
    """Return the metrics of a vacuum."""
    return [
        Metric("FoldersRemoved", len(removed)),
        Metric("BytesRemoved", sum(folder.size_bytes for folder in removed), "Bytes"),
    ]


def newest_snapshot_at(log: CommitLog) -> datetime | None:
    """Return the time of the newest response that readers see; None where nothing is published."""
    days = log.days()
    head = log.head(days[-1]) if days else None
    instants = [at for key in (head.raw_keys if head else ()) if (at := snapshot_at_of(key)) is not None]
    return max(instants, default=None)


def _built_scores(results: Sequence[DayResult]) -> list[float]:
    """Return the scores of the days that this run built, published or refused."""
    refused = [result.error.score for result in results if isinstance(result.error, QualityTooLowError)]
    built = [r.quality_score for r in results if r.published and r.quality_score is not None]
    return refused + built
