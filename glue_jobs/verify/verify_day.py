"""Verification of published days with Spark."""

from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.commits.record import CommitRecord
from flightlake.lake import Lake
from flightlake.ports import ObjectStore
from flightlake.publishing.recompute import RawTotals, canonical
from flightlake.publishing.registry import STATES_LOG
from flightlake.publishing.verification import EXAMPLES, DayVerification, SurplusRows, verify_commit
from flightlake.quality.scores import Score
from flightlake.schema.contract import Table, spark_ddl
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from glue_jobs.verify.recompute import raw_totals, recompute, rows_to_publish


def verify_day(spark: SparkSession, lake: Lake, day: date) -> DayVerification | None:
    """Return the differences of a day; None where the day was never published."""
    head = STATES_LOG.commit_log(lake.store, lake.catalog).head(day)
    if head is None:
        return None
    lines = recompute(spark, lake.store, head).persist()
    try:
        curated = rows_to_publish(lines).persist()
        rows = SparkRows(spark, lake.store, head, raw_totals(lines, lake.store, head), lines, curated)
        return verify_commit(lake.store, lake.catalog, head, rows)
    finally:
        spark.catalog.clearCache()


@dataclass(frozen=True)
class SparkRows:
    """Rows of one day in Spark, those of the commit's files and the recomputed ones; see `RecomputedRows`.

    Attributes:
        head: the visible commit.
        lines: recomputed rows and rejects, see `recompute`.
        curated: recomputed rows to be published.
    """

    spark: SparkSession
    store: ObjectStore
    head: CommitRecord
    totals: RawTotals
    lines: DataFrame
    curated: DataFrame

    def curated_count(self) -> int:
        """Return the number of recomputed rows to be published, repeats left out."""
        return self.curated.count()

    def surplus(self, table: Table) -> tuple[SurplusRows, SurplusRows]:
        """Return the rows that only the commit's files hold, and those that only the recomputation gives."""
        published = self._published(table)
        if table == STATES_QUARANTINE:
            published = published.withColumn("raw_row", F.udf(canonical, "string")("raw_row"))
        recomputed = self.curated if table == STATES else self.lines.where(F.col("reasons").isNotNull())
        columns = [column.name for column in table.columns]
        ours, theirs = published.select(*columns), recomputed.select(*columns)
        return _surplus(table, ours, theirs), _surplus(table, theirs, ours)

    def published_scores(self) -> list[Score]:
        """Return the scores in the commit's files."""
        columns = ("dimension", "rule", "severity", "checked_count", "failed_count", "score")
        return [Score(*row) for row in self._published(QUALITY_SCORES).select(*columns).collect()]

    def checksums(self) -> None:
        """Return no checksums: they could tell no more than the comparison of all rows."""

    def _published(self, table: Table) -> DataFrame:
        # By the contract's names: a column that is younger than the day's files is null in them. The folder is named
        # by its partition too, which is no column of its files.
        files = self.spark.read.schema(spark_ddl(table)).option("__globPaths__", "false")
        return files.parquet(self.store.uri(self.head.folders[table.name]))


def _surplus(table: Table, these: DataFrame, others: DataFrame) -> SurplusRows:
    different = these.exceptAll(others)
    count = different.count()
    if not count:
        return SurplusRows()
    shown = [
        F.col(column.name).cast("string").alias(column.name) if column.type == "timestamp" else F.col(column.name)
        for column in table.columns
    ]
    first = different.orderBy(*different.columns).limit(EXAMPLES).select(*shown).collect()
    return SurplusRows(count, tuple(row.asDict() for row in first))
