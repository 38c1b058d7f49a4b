"""Verification of published days with Spark."""

from dataclasses import fields
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.commits.record import CommitRecord
from flightlake.lake import Lake
from flightlake.ports import ObjectStore
from flightlake.publishing.recompute import canonical
from flightlake.publishing.registry import STATES_LOG
from flightlake.publishing.verification import (
    EXAMPLES,
    ComparedRows,
    DayVerification,
    SurplusRows,
    verify_commit,
    written_tables,
)
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
    try:
        return verify_commit(lake.store, lake.catalog, head, _compared_rows(spark, lake.store, head))
    finally:
        spark.catalog.clearCache()


def _compared_rows(spark: SparkSession, store: ObjectStore, head: CommitRecord) -> ComparedRows:
    published = {table: _published(spark, store, head, table) for table in written_tables(store, head)}
    lines = recompute(spark, store, head).persist()
    recomputed = {STATES: rows_to_publish(lines).persist(), STATES_QUARANTINE: lines.where("reasons is not null")}
    return ComparedRows(
        raw_totals(lines, store, head),
        recomputed[STATES].count(),
        {
            table: _both_surplus(table, published[table], rows)
            for table, rows in recomputed.items()
            if table in published
        },
        _scores(published[QUALITY_SCORES]) if QUALITY_SCORES in published else [],
    )


def _scores(published: DataFrame) -> list[Score]:
    return [Score(*row) for row in published.select(*(field.name for field in fields(Score))).collect()]


def _published(spark: SparkSession, store: ObjectStore, head: CommitRecord, table: Table) -> DataFrame:
    # By the contract's names: a column that is younger than the day's files is null in them. The folder is named by its
    # partition too, which is no column of its files.
    reader = spark.read.schema(spark_ddl(table)).option("__globPaths__", "false")
    rows = reader.parquet(store.uri(head.folders[table.name]))
    is_quarantine = table == STATES_QUARANTINE
    return rows.withColumn("raw_row", F.udf(canonical, "string", useArrow=False)("raw_row")) if is_quarantine else rows


def _both_surplus(table: Table, published: DataFrame, recomputed: DataFrame) -> tuple[SurplusRows, SurplusRows]:
    columns = [column.name for column in table.columns]
    ours, theirs = published.select(*columns), recomputed.select(*columns)
    return _surplus(table, ours, theirs), _surplus(table, theirs, ours)


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
