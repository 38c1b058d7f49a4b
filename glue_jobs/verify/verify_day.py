"""Verify published days: what readers see against a recount from raw."""

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord, DayCounts
from flightlake.lake import Lake
from flightlake.layout import raw_states_day_prefix
from flightlake.quality.rules import fingerprint
from flightlake.quality.scores import scores
from flightlake.schema.contract import spark_ddl
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.registry import CURATED_TABLES, table_named
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from glue_jobs.verify.recompute import recompute, rows_to_publish, summaries, total_counts

logger = logging.getLogger(__name__)

_EXAMPLES = 3
_SCORE_TOLERANCE = 1e-9
"""Percent; sums of the same counts in another order."""


@dataclass(frozen=True)
class DayVerdict:
    """What the recount found for a day: what differs, in words; nothing where all adds up."""

    day: date
    commit: str
    recounted: DayCounts
    differences: tuple[str, ...]


def verify_day(spark: SparkSession, lake: Lake, day: date) -> DayVerdict | None:
    """Return what the recount of a day finds; None where the day was never published."""
    head = CommitLog(STATES.name, CURATED_TABLES, lake.store, lake.catalog).head(day)
    if head is None:
        return None
    lines = recompute(spark, lake.store, head).persist()
    try:
        by_response = _empty_objects(lake, day) | summaries(lines)
        published = rows_to_publish(lines).persist()
        counts = _counts(lines, published)
        differences = (
            *_pointer_differences(lake, head),
            *_unreadable_differences(head, by_response),
            *_count_differences(head.counts, counts),
            *_row_differences("states", _published(spark, lake, head, STATES.name), published),
            *_row_differences("quarantine", _quarantine(spark, lake, head), _rejected(lines)),
            *_score_differences(spark, lake, head, by_response),
        )
    finally:
        spark.catalog.clearCache()
    return DayVerdict(day, head.commit, counts, differences)


def _empty_objects(lake: Lake, day: date) -> dict[str, dict[str, Any]]:
    # Spark opens no file of 0 bytes: what was emptied would pass for what was deleted.
    found = lake.store.list(raw_states_day_prefix(day))
    return {info.key: {"unreadable": "it has 0 bytes"} for info in found if info.size_bytes == 0}


def _counts(lines: DataFrame, published: DataFrame) -> DayCounts:
    rows = lines.where(F.col("summary").isNull())
    raw_rows = rows.count()
    rejected = rows.where(F.size("reasons") > 0).count()
    curated = published.count()
    return DayCounts(raw_rows, curated, rejected, raw_rows - rejected - curated)


def _published(spark: SparkSession, lake: Lake, head: CommitRecord, table: str) -> DataFrame:
    # By the contract's names: a column that is younger than the day's files is null in them. The folder is named by its
    # partition too, which is no column of its files.
    schema = spark_ddl(table_named(table))
    return spark.read.schema(schema).option("__globPaths__", "false").parquet(lake.store.uri(head.folders[table]))


def _quarantine(spark: SparkSession, lake: Lake, head: CommitRecord) -> DataFrame:
    published = _published(spark, lake, head, STATES_QUARANTINE.name)
    return published.select("raw_key", "row_number", "icao24", "reasons")


def _rejected(lines: DataFrame) -> DataFrame:
    rejected = lines.where(F.col("summary").isNull() & (F.size("reasons") > 0))
    return rejected.select("raw_key", "row_number", F.col("raw_icao24").alias("icao24"), "reasons")


def _pointer_differences(lake: Lake, head: CommitRecord) -> Iterator[str]:
    for table in CURATED_TABLES:
        visible = lake.catalog.partitions(table).get(head.day)
        if visible != head.folders[table.name]:
            yield (
                f"{table.name}: readers see {visible or 'nothing'}, the log says {head.folders[table.name]}; "
                "the next conversion repairs it"
            )


def _unreadable_differences(head: CommitRecord, by_response: dict[str, dict[str, str]]) -> Iterator[str]:
    said = {item.raw_key for item in head.unreadable}
    for key in sorted(head.raw_keys):
        if key not in by_response:
            yield f"{key} is gone: the day can no longer be built from it"
        elif ("unreadable" in by_response[key]) != (key in said):
            why = by_response[key].get("unreadable")
            yield f"{key}: published as {'unreadable' if key in said else 'read'}, recounted as {why or 'readable'}"


def _count_differences(published: DayCounts, found: DayCounts) -> Iterator[str]:
    for name in ("raw_rows", "curated", "quarantined", "duplicates"):
        if getattr(published, name) != getattr(found, name):
            yield f"{name}: published {getattr(published, name)}, recounted {getattr(found, name)}"


def _row_differences(what: str, published: DataFrame, found: DataFrame) -> Iterator[str]:
    """Compare as multisets, null being equal to null."""
    columns = found.columns
    ours, theirs = published.select(*columns), found
    for left, right, verdict in (
        (ours, theirs, "published, not recounted"),
        (theirs, ours, "recounted, not published"),
    ):
        different = left.exceptAll(right)
        count = different.count()
        if count:
            examples = "; ".join(str(row.asDict()) for row in different.take(_EXAMPLES))
            yield f"{what}: {count} rows {verdict}, such as {examples}"


def _score_differences(
    spark: SparkSession, lake: Lake, head: CommitRecord, by_response: dict[str, dict[str, str]]
) -> Iterator[str]:
    if head.rule_fingerprint != fingerprint():
        logger.info("published under other rules, so the scores are not compared: %s", head.day)
        return
    published = _published(spark, lake, head, QUALITY_SCORES.name)
    found = {(row["dimension"], row["rule"]): row for row in published.collect()}
    for score in scores(total_counts(by_response)):
        row = found.pop((score.dimension, score.rule), None)
        name = score.rule or score.dimension or "overall"
        expected = (score.checked_count, score.failed_count, score.score)
        said = None if row is None else (row["checked_count"], row["failed_count"], row["score"])
        if said is None or said[:2] != expected[:2] or not _same_score(said[2], expected[2]):
            yield f"quality, {name}: published {said}, recounted {expected}"
    for dimension, rule in sorted(found, key=str):
        yield f"quality, {rule or dimension or 'overall'}: published, but no rule of this version"


def _same_score(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, abs_tol=_SCORE_TOLERANCE, rel_tol=0)
