"""Read raw objects with Spark; of responses one row per state vector, as the text that was received."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.landed import RawDay
from lake.layout import raw_states_day_prefix
from lake.ports import ObjectStore
from lake.response import FIRST_TIME_S, LAST_TIME_S

RESPONSE_SCHEMA = "time bigint, states array<string>, unparsed string"
"""Each state vector stays text, so that one odd row cannot spoil its response."""


def read_rows(spark: SparkSession, store: ObjectStore, raw: RawDay, keys: frozenset[str] | None = None) -> DataFrame:
    """Return the state vectors of a day's responses, not yet decoded.

    Grain: one row per state vector; a response without any (an empty sky, or one that cannot be used) gives one row
    whose `row_number` is null.

    Columns: raw_key string, time bigint (Unix seconds; null where the response cannot be used), row_number int,
    raw_row string (the vector's JSON text, null for JSON null).

    An object that Spark cannot read gives no row at all; the caller compares `raw_key` with what was landed.

    Args:
        spark: session.
        store: where the raw zone lies.
        raw: the day and its objects; what lands later is left to the next run.
        keys: read only these of the day's responses; None for all.
    """
    wanted = keys if keys is not None else frozenset(info.key for info in raw.objects)
    # An object that is no sound gzip costs itself; the caller finds it missing and looks why.
    responses = read_objects(spark, store, raw_states_day_prefix(raw.day), wanted, RESPONSE_SCHEMA, skip_broken=True)
    is_instant = F.col("time").between(FIRST_TIME_S, LAST_TIME_S)
    # Asked in this order: an instant beyond the calendar would stop the day. Of what Spark cannot parse to its end it
    # keeps what stood before, such as a time without states: that is no empty sky.
    is_whole = is_instant & F.col("unparsed").isNull()
    is_usable = F.when(is_whole, F.to_date(F.timestamp_seconds("time")) == F.lit(raw.day))
    return responses.withColumn("time", F.when(is_usable, F.col("time"))).select(
        F.col("object_key").alias("raw_key"),
        "time",
        F.posexplode_outer(F.when(F.col("time").isNotNull(), F.col("states"))).alias("row_number", "raw_row"),
    )


def read_objects(
    spark: SparkSession,
    store: ObjectStore,
    prefix: str,
    keys: frozenset[str],
    schema: str,
    *,
    skip_broken: bool = False,
) -> DataFrame:
    """Return one row per JSON object under a prefix: the schema's columns and `object_key`.

    Args:
        spark: session.
        store: where the objects lie.
        prefix: of one day.
        keys: what to read; anything else under the prefix is left out.
        schema: DDL with a column `unparsed string`, which holds the text of what is no JSON of this schema.
        skip_broken: give no row for an object that cannot be read, instead of failing.
    """
    known = F.broadcast(spark.createDataFrame([(key,) for key in sorted(keys)], "object_key string"))
    return (
        spark.read.schema(schema)
        # One object is one "line": a NUL byte ends it, and landing lets none in. Read so, Spark keeps the exact text
        # of a nested value; its other ways of reading (wholetext, multiLine) write numbers anew.
        .option("lineSep", "\0")
        .option("allowUnquotedControlChars", "true")
        .option("columnNameOfCorruptRecord", "unparsed")
        .option("recursiveFileLookup", "true")
        .option("ignoreCorruptFiles", str(skip_broken).lower())
        # A lake's folder may be named with brackets or stars, which Spark would take for a pattern.
        .option("__globPaths__", "false")
        .json(store.uri(prefix))
        .withColumn("object_key", F.regexp_extract("_metadata.file_path", f".*({prefix}.+)$", 1))
        .join(known, "object_key", "left_semi")
    )
