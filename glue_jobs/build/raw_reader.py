"""Readers of raw objects with Spark: responses, ledger records, and state vectors as received text."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import reduce

from pyspark.sql import DataFrame, DataFrameReader, SparkSession
from pyspark.sql import functions as F

from flightlake.archive.index import Member, archived_members
from flightlake.layout import raw_states_day_prefix
from flightlake.opensky.decoder import FIRST_TIME_S, LAST_TIME_S
from flightlake.ports import ObjectStore
from flightlake.publishing.raw_day import RawDay
from glue_jobs.session import frame_of

RESPONSE_SCHEMA = "time bigint, states array<string>, unparsed string"
"""Each state vector stays text, so that one odd row cannot spoil its response."""


def read_responses(
    spark: SparkSession, store: ObjectStore, raw: RawDay, keys: frozenset[str] | None = None
) -> DataFrame:
    """Return a day's responses.

    Grain: one row per response; none for an object that Spark cannot read: the caller compares with the landed keys.

    Columns: raw_key string, raw_number int (its place among the day's keys in their order), time bigint (Unix seconds;
    null where the response cannot be used), states array<string> (each vector's JSON text; null for JSON null, and
    where the response cannot be used).

    Args:
        spark: session.
        store: where the raw zone lies.
        raw: the day and its objects; objects that land later are left to the next run.
        keys: read only these of the day's responses; None for all.
    """
    wanted = {key: number for key, number in raw.numbers.items() if keys is None or key in keys}
    found = _found_responses(spark, store, raw.day, wanted, by_name=keys is not None)
    is_instant = F.col("time").between(FIRST_TIME_S, LAST_TIME_S)
    # In this order, because an instant beyond the calendar would stop the day. Of a text that Spark cannot parse to
    # its end it keeps the beginning, such as a time without states: that is no empty response.
    is_whole = is_instant & F.col("unparsed").isNull()
    is_usable = F.when(is_whole, F.to_date(F.timestamp_seconds("time")) == F.lit(raw.day))
    return found.withColumn("time", F.when(is_usable, F.col("time"))).select(
        F.col("object_key").alias("raw_key"),
        F.col("object_number").alias("raw_number"),
        "time",
        F.when(F.col("time").isNotNull(), F.col("states")).alias("states"),
    )


def state_vectors(responses: DataFrame) -> DataFrame:
    """Return the state vectors of responses, not yet decoded.

    Grain: one row per state vector.

    Columns: those of `responses`, with `row_number` int and `raw_row` string (the vector's JSON text, null for JSON
    null) in place of `states`.
    """
    others = [column for column in responses.columns if column != "states"]
    return responses.select(*others, F.posexplode("states").alias("row_number", "raw_row"))


def _found_responses(
    spark: SparkSession, store: ObjectStore, day: date, wanted: Mapping[str, int], *, by_name: bool
) -> DataFrame:
    """Return one row per response, from the archive where it is archived, else from its own object.

    Args:
        spark: session.
        store: where the raw zone lies.
        day: UTC.
        wanted: their numbers by key.
        by_name: open these objects only, for a few of many. Otherwise the day's folder is listed and all of its
            objects are opened.
    """
    archived = {key: member for key, member in archived_members(store, day).items() if key in wanted}
    loose = {key: number for key, number in wanted.items() if key not in archived}
    frames = []
    if archived:
        numbers = {key: number for key, number in wanted.items() if key in archived}
        frames.append(keep_keys(_read_parts(spark, store, archived.values()), numbers))
    if loose:
        # An object that is no sound gzip costs itself; the caller finds it missing and looks for the reason.
        reader, prefix = json_reader(spark, RESPONSE_SCHEMA, skip_broken=True), raw_states_day_prefix(day)
        paths = [store.uri(key) for key in loose] if by_name else store.uri(prefix)
        frames.append(keep_keys(read_objects(reader, prefix, paths), loose))
    if not frames:
        return frame_of(spark, [], f"object_key string, {RESPONSE_SCHEMA}, object_number int")
    return reduce(DataFrame.unionByName, frames)


def _read_parts(spark: SparkSession, store: ObjectStore, members: Iterable[Member]) -> DataFrame:
    """Return one row per response in the parts of an archive that hold these members, as `read_objects` does.

    A damaged part gives the rows before the damage; the caller finds the others missing and looks for the reason.
    """
    schema = f"raw_key string, response struct<{RESPONSE_SCHEMA.rpartition(', ')[0]}>, unparsed string"
    parts = sorted({store.uri(member.part) for member in members})
    read = json_reader(spark, schema, skip_broken=True).json(parts)
    return read.select(F.col("raw_key").alias("object_key"), "response.time", "response.states", "unparsed")


def read_objects(reader: DataFrameReader, prefix: str, paths: str | list[str]) -> DataFrame:
    """Return one row per JSON object: the columns of the reader's schema and `object_key`.

    Args:
        reader: from `json_reader`.
        prefix: of one day, which every key begins with.
        paths: of the prefix, or of objects under it.
    """
    objects = reader.option("recursiveFileLookup", "true").json(paths)
    return objects.withColumn("object_key", F.regexp_extract("_metadata.file_path", f".*({prefix}.+)$", 1))


def keep_keys(objects: DataFrame, numbers: Mapping[str, int]) -> DataFrame:
    """Return the rows whose `object_key` is one of these, with its `object_number`; others are left out."""
    wanted = frame_of(objects.sparkSession, numbers.items(), "object_key string, object_number int")
    return objects.join(F.broadcast(wanted), "object_key")


def json_reader(spark: SparkSession, schema: str, *, skip_broken: bool) -> DataFrameReader:
    """Return a reader for NUL-delimited JSON objects.

    Args:
        spark: session.
        schema: DDL with a column `unparsed string`, which holds any text that is no JSON of this schema.
        skip_broken: give no row for an object that cannot be read, instead of failing.
    """
    return (
        spark.read.schema(schema)
        # One response is one "line": a NUL byte ends it, and landing lets none in. Read so, Spark keeps the exact text
        # of a nested value; its other ways of reading (wholetext, multiLine) write numbers anew.
        .option("lineSep", "\0")
        .option("allowUnquotedControlChars", "true")
        .option("columnNameOfCorruptRecord", "unparsed")
        .option("ignoreCorruptFiles", str(skip_broken).lower())
        # A lake's folder may be named with brackets or stars, which Spark would take for a pattern.
        .option("__globPaths__", "false")
    )
