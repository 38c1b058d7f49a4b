"""Final columns of the tables: curated rows, quarantined rows, quality scores."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.opensky.fields import decoded_name
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


def with_row_hash(rows: DataFrame) -> DataFrame:
    """Return decoded rows with `row_hash` (bigint) of a row's values, for `content_checksum`.

    A column of its own: inside what Spark observes, every value would be fetched through a joined row.
    """
    names = [decoded_name(column) for column in STATES.columns]
    # The hash passes over nulls: without their places, a value would count alike in any of two columns.
    nulls = " | ".join(f"if({name} is null, {1 << place}, 0)" for place, name in enumerate(names))
    return rows.withColumn("row_hash", F.expr(f"xxhash64({nulls}, {', '.join(names)})"))


def content_checksum() -> Column:
    """Return an order-free checksum of deduplicated rows with their hashes: the exclusive or of these."""
    return F.coalesce(F.bit_xor(F.when(~F.col("is_repeat"), F.col("row_hash"))).cast("string"), F.lit("0"))


def _with_instants(rows: DataFrame) -> DataFrame:
    instants = [column for column in STATES.columns if column.type == "timestamp"]
    return rows.withColumns({column.name: F.timestamp_seconds(decoded_name(column)) for column in instants})


def _in_columns_of(table: Table, rows: DataFrame) -> DataFrame:
    return rows.select(*[F.col(column.name).cast(column.type) for column in table.columns])
