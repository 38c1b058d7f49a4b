"""Final columns of the tables: curated rows, quarantined rows, quality scores."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.opensky.fields import decoded_name
from flightlake.publishing.content_checksum import PRIME, hash_digits_sql, numbers_sql, text_hash_sql
from flightlake.quality.scores import Score
from flightlake.schema.contract import Table, spark_ddl
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from glue_jobs.session import frame_of
from glue_jobs.transforms.evaluate import reasons


def to_states(rows: DataFrame) -> DataFrame:
    """Return accepted, decoded rows in the columns of `states`."""
    return _in_columns_of(STATES, _with_instants(rows))


def to_quarantine(rows: DataFrame) -> DataFrame:
    """Return rejected rows with rule results in the columns of `states_quarantine`."""
    described = rows.withColumns({"reasons": reasons(), "raw_row": F.coalesce("raw_row", F.lit("null"))})
    return _in_columns_of(STATES_QUARANTINE, _with_instants(described))


def to_quality_scores(spark: SparkSession, scores: list[Score]) -> DataFrame:
    """Return the day's scores in the columns of `quality_scores`."""
    rows = [(s.dimension, s.rule, s.severity, s.checked_count, s.failed_count, s.score) for s in scores]
    return frame_of(spark, rows, spark_ddl(QUALITY_SCORES))


CHECKSUM_SUMS = ("checksum_1", "checksum_2")
"""Names of the two sums that make the content checksum."""


def with_row_hashes(rows: DataFrame) -> DataFrame:
    """Return decoded rows with what each adds to the sums of the content checksum: `row_hash_1`, `row_hash_2` (bigint).

    Columns of their own: inside what Spark observes, every value would be fetched through a joined row.
    """
    digits = [f"cast(conv({part}, 16, 10) as bigint)" for part in hash_digits_sql("text_hash")]
    hashes = [f"{part} * row_total % {PRIME} as row_hash_{n}" for n, part in enumerate(digits, start=1)]
    totals = rows.selectExpr("*", f"{text_hash_sql()} as text_hash", f"{numbers_sql()} as row_total")
    return totals.selectExpr(*rows.columns, *hashes)


def checksum_sums() -> list[Column]:
    """Return the aggregates of deduplicated rows with their hashes that `content_checksum` takes."""
    return [
        F.sum(F.when(~F.col("is_repeat"), F.col(f"row_hash_{n}"))).alias(name)
        for n, name in enumerate(CHECKSUM_SUMS, start=1)
    ]


def _with_instants(rows: DataFrame) -> DataFrame:
    instants = [column for column in STATES.columns if column.type == "timestamp"]
    return rows.withColumns({column.name: F.timestamp_seconds(decoded_name(column)) for column in instants})


def _in_columns_of(table: Table, rows: DataFrame) -> DataFrame:
    return rows.select(*[F.col(column.name).cast(column.type) for column in table.columns])
