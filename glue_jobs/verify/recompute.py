"""Recomputation of a commit's raw objects: spread by Spark, decoded and evaluated in plain Python.

It shares with the conversion only the rules' texts and the contract: not Spark's JSON reader, its casts or its way of
finding repeats.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.archive.index import Member, archived_members, check_bytes
from flightlake.commits.record import CommitRecord
from flightlake.errors import DamagedArchiveError, InvalidResponseError
from flightlake.layout import archive_parts_prefix, raw_states_day_prefix
from flightlake.opensky.decoder import DECODED_COLUMNS
from flightlake.ports import ObjectStore
from flightlake.publishing.recompute import RawTotals, RecomputedResponse, expected_totals, recompute_response
from flightlake.quality.scores import RuleCount
from flightlake.schema.contract import Column, spark_ddl
from flightlake.schema.tables.states import STATES
from glue_jobs.session import frame_of

_SCHEMA = f"raw_key string, row_number int, reasons array<string>, raw_row string, summary string, {spark_ddl(STATES)}"
_EMPTY_OBJECT = "the body is empty"
_NO_VALUES = (None,) * len(STATES.columns)


def recompute(spark: SparkSession, store: ObjectStore, head: CommitRecord) -> DataFrame:
    """Return the rows of a commit's raw responses, and a summary of each response.

    Grain: one line per row, and one per response, in which `summary` (JSON text) is not null and the rest is.

    Columns: raw_key string, row_number int, reasons array<string> (null for a row to be published), raw_row string (of
    rejected rows, in canonical form), summary string, and those of `states`, of rejected rows only icao24 and
    snapshot_at.
    """
    archived = archived_members(store, head.day)
    keys, _ = expected_totals(head)
    loose = [key for key in keys if key not in archived]
    by_part: dict[str, list[Member]] = defaultdict(list)
    for key in keys:
        if key in archived:
            by_part[archived[key].part].append(archived[key])
    lines = spark.sparkContext.emptyRDD()
    if loose:
        objects = _read(spark, store, raw_states_day_prefix(head.day), loose)
        lines = objects.rdd.flatMap(partial(_lines_of_object, head.day))
    if by_part:
        parts = _read(spark, store, archive_parts_prefix(head.day), by_part)
        lines = lines.union(parts.rdd.flatMap(partial(_lines_of_part, head.day, dict(by_part))))
    return spark.createDataFrame(lines, _SCHEMA, verifySchema=False)


def rows_to_publish(lines: DataFrame) -> DataFrame:
    """Return the rows that belong into `states`: of repeats the newest contact, then the smallest key and number."""
    accepted = lines.where(F.col("summary").isNull() & F.col("reasons").isNull())
    rank = F.struct(-F.coalesce(F.unix_micros("last_contact_at"), F.lit(0)), F.col("raw_key"), F.col("row_number"))
    row = F.struct(*(column.name for column in STATES.columns))
    return accepted.groupBy("icao24", "snapshot_at").agg(F.min_by(row, rank).alias("row")).select("row.*")


def raw_totals(lines: DataFrame, store: ObjectStore, head: CommitRecord) -> RawTotals:
    """Return the totals of all summaries; raw objects without a summary are missing."""
    keys, totals = expected_totals(head)
    summaries = lines.where(F.col("summary").isNotNull()).select("raw_key", "summary").collect()
    for line in summaries:
        summary = json.loads(line["summary"])
        if "unreadable" in summary:
            totals.unreadable[line["raw_key"]] = summary["unreadable"]
        else:
            counts = {name: RuleCount(*count) for name, count in summary["rules"].items()}
            totals.add(summary["raw_rows"], summary["quarantined"], counts)
    unread = set(keys) - {line["raw_key"] for line in summaries}
    # Spark opens no file of 0 bytes: what was emptied would pass for what was deleted.
    for info in store.list(raw_states_day_prefix(head.day)) if unread else ():
        if info.key in unread and info.size_bytes == 0:
            totals.unreadable[info.key] = _EMPTY_OBJECT
    totals.missing |= unread - totals.unreadable.keys()
    return totals


def _read(spark: SparkSession, store: ObjectStore, prefix: str, keys: Iterable[str]) -> DataFrame:
    """Return the bytes of these objects under a prefix: `object_key` and `content`."""
    wanted = F.broadcast(frame_of(spark, ((key,) for key in keys), "object_key string"))
    return (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", "true")
        .option("__globPaths__", "false")
        .load(store.uri(prefix))
        .select(F.regexp_extract("path", f".*({prefix}.+)$", 1).alias("object_key"), "content")
        .join(wanted, "object_key", "left_semi")
    )


def _lines_of_part(day: date, by_part: dict[str, list[Member]], found: Any) -> Iterator[tuple[Any, ...]]:
    content = memoryview(found["content"])
    for member in by_part[found["object_key"]]:
        stored = bytes(content[member.offset : member.offset + member.length])
        try:
            check_bytes(stored, member)
        except DamagedArchiveError as error:
            yield _summary(member.raw_key, {"unreadable": str(error)})
            continue
        yield from _lines_of_object(day, {"object_key": member.raw_key, "content": stored})


def _lines_of_object(day: date, found: Any) -> Iterator[tuple[Any, ...]]:
    key = found["object_key"]
    try:
        response = recompute_response(key, bytes(found["content"]), day)
    except InvalidResponseError as error:
        yield _summary(key, {"unreadable": str(error)})
        return
    evaluation = response.evaluation
    rules = {name: (count.checked_count, count.failed_count) for name, count in evaluation.counts.items()}
    counts = {"raw_rows": evaluation.row_count, "quarantined": len(evaluation.rejections), "rules": rules}
    yield _summary(key, counts)
    yield from _row_lines(response)


def _row_lines(found: RecomputedResponse) -> Iterator[tuple[Any, ...]]:
    for number, row in found.accepted():
        values = dict(zip(DECODED_COLUMNS, row, strict=True)) | {"snapshot_at_s": found.response.time_s}
        yield (found.raw_key, number, None, None, None, *(_value(column, values) for column in STATES.columns))
    for icao24, time_s, raw_key, number, reasons, text in found.quarantined():
        values = {"icao24": icao24, "snapshot_at_s": time_s}
        yield (raw_key, number, reasons, text, None, *(_value(column, values) for column in STATES.columns))


def _summary(key: str, document: dict[str, Any]) -> tuple[Any, ...]:
    return (key, None, None, None, json.dumps(document), *_NO_VALUES)


def _value(column: Column, values: dict[str, Any]) -> Any:
    if column.type == "timestamp":
        seconds = values.get(f"{column.name}_s")
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    value = values.get(column.name)
    return float(value) if column.type == "double" and value is not None else value
