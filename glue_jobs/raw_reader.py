"""Read a day's raw responses with Spark: one row per state vector, as the text that was received."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.landed import RawDay
from lake.layout import RAW_STATES_PREFIX, raw_states_day_prefix
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
    known = F.broadcast(spark.createDataFrame([(key,) for key in sorted(wanted)], "raw_key string"))
    responses = (
        spark.read.schema(RESPONSE_SCHEMA)
        # One response is one "line": a NUL byte ends it, and landing lets none in. Read so, Spark keeps the exact text
        # of each state vector; its other ways of reading (wholetext, multiLine) write numbers anew.
        .option("lineSep", "\0")
        .option("allowUnquotedControlChars", "true")
        .option("columnNameOfCorruptRecord", "unparsed")
        .option("recursiveFileLookup", "true")
        .option("ignoreCorruptFiles", "true")
        # A lake's folder may be named with brackets or stars, which Spark would take for a pattern.
        .option("__globPaths__", "false")
        .json(store.uri(raw_states_day_prefix(raw.day)))
        .withColumn("raw_key", F.regexp_extract("_metadata.file_path", f".*({RAW_STATES_PREFIX}.+)$", 1))
        .join(known, "raw_key", "left_semi")
    )
    in_day = F.to_date(F.timestamp_seconds("time")) == F.lit(raw.day)
    is_usable = F.col("time").between(FIRST_TIME_S, LAST_TIME_S) & in_day
    return responses.withColumn("time", F.when(is_usable, F.col("time"))).select(
        "raw_key",
        "time",
        F.posexplode_outer(F.when(F.col("time").isNotNull(), F.col("states"))).alias("row_number", "raw_row"),
    )
