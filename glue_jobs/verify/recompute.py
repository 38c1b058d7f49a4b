"""Count a day again from its raw objects: spread by Spark, decoded and judged in plain Python.

Shares with the conversion nothing but the rules' texts and the contract: not Spark's JSON reader, nor its casts, nor
its way of finding repeats.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from flightlake.archive.index import Member, archived_members, check_bytes
from flightlake.commits.record import CommitRecord
from flightlake.errors import InvalidResponseError, StorageError
from flightlake.layout import archive_parts_prefix, raw_states_day_prefix, ungzipped
from flightlake.opensky.decoder import DECODED_COLUMNS, parse_response
from flightlake.ports import ObjectStore
from flightlake.quality.evaluate import evaluate
from flightlake.quality.scores import RuleCount
from flightlake.schema.contract import Column, spark_ddl
from flightlake.schema.tables.states import STATES
from glue_jobs.session import frame_of

_SCHEMA = "raw_key string, row_number int, reasons array<string>, raw_icao24 string, summary string, " + spark_ddl(
    STATES
)
"""One line per row of a response; and one per response, whose `summary` (JSON) counts it or says why it has no rows."""

_INSTANTS = {column.name for column in STATES.columns if column.type == "timestamp"}


def recompute(spark: SparkSession, store: ObjectStore, record: CommitRecord) -> DataFrame:
    """Return every row of the responses that a commit was built from, and a summary line of each response.

    Columns: raw_key string, row_number int, reasons array<string> (empty for a row to be published), raw_icao24 string,
    summary string (null for a row), and those of `states`.
    """
    archived = archived_members(store, record.day)
    by_itself = [key for key in record.raw_keys if key not in archived]
    by_part: dict[str, list[Member]] = defaultdict(list)
    for key in record.raw_keys:
        if key in archived:
            by_part[archived[key].part].append(archived[key])
    lines = spark.sparkContext.emptyRDD()
    if by_itself:
        objects = _read(spark, store, raw_states_day_prefix(record.day), by_itself)
        lines = objects.rdd.flatMap(partial(_lines_of_object, record.day))
    if by_part:
        parts = _read(spark, store, archive_parts_prefix(record.day), by_part)
        lines = lines.union(parts.rdd.flatMap(partial(_lines_of_part, record.day, dict(by_part))))
    return spark.createDataFrame(lines, _SCHEMA, verifySchema=False)


def rows_to_publish(lines: DataFrame) -> DataFrame:
    """Return the rows that belong into `states`: of repeats the newest contact, then the smallest key and number."""
    accepted = lines.where(F.col("summary").isNull() & (F.size("reasons") == 0))
    rank = F.struct(-F.coalesce(F.unix_micros("last_contact_at"), F.lit(0)), F.col("raw_key"), F.col("row_number"))
    row = F.struct(*(column.name for column in STATES.columns))
    return accepted.groupBy("icao24", "snapshot_at").agg(F.min_by(row, rank).alias("row")).select("row.*")


def summaries(lines: DataFrame) -> dict[str, dict[str, Any]]:
    """Return the summary of each response by its key: `raw_rows`, `accepted` and `rules`, or `unreadable`."""
    found = lines.where(F.col("summary").isNotNull()).select("raw_key", "summary").collect()
    return {line["raw_key"]: json.loads(line["summary"]) for line in found}


def total_counts(by_response: dict[str, dict[str, Any]]) -> dict[str, RuleCount]:
    """Return checked and failed rows by rule name, over all responses."""
    checked: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for summary in by_response.values():
        for name, (checked_count, failed_count) in summary.get("rules", {}).items():
            checked[name] += checked_count
            failed[name] += failed_count
    return {name: RuleCount(checked[name], failed[name]) for name in checked}


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
        except StorageError as error:
            yield _summary(member.raw_key, {"unreadable": str(error)})
            continue
        yield from _lines_of_object(day, {"object_key": member.raw_key, "content": stored})


def _lines_of_object(day: date, found: Any) -> Iterator[tuple[Any, ...]]:
    key = found["object_key"]
    try:
        response = parse_response(ungzipped(bytes(found["content"])))
    except InvalidResponseError as error:
        yield _summary(key, {"unreadable": str(error)})
        return
    if response.snapshot_at.date() != day:
        yield _summary(key, {"unreadable": f"its time is of {response.snapshot_at.date()}"})
        return
    judgement = evaluate(response)
    rules = {name: (count.checked_count, count.failed_count) for name, count in judgement.counts.items()}
    yield _summary(key, {"raw_rows": judgement.row_count, "accepted": judgement.valid_count, "rules": rules})
    for number, decoded in enumerate(judgement.rows):
        values = dict(zip(DECODED_COLUMNS, decoded, strict=True)) | {"snapshot_at_s": response.time_s}
        rejection = judgement.rejections.get(number)
        if rejection is not None:
            yield (key, number, list(rejection.reasons), values["icao24"], None, *(None for _ in STATES.columns))
        else:
            yield (key, number, [], values["icao24"], None, *(_value(column, values) for column in STATES.columns))


def _summary(key: str, document: dict[str, Any]) -> tuple[Any, ...]:
    return (key, None, None, None, json.dumps(document), *(None for _ in STATES.columns))


def _value(column: Column, values: dict[str, Any]) -> Any:
    if column.name in _INSTANTS:
        seconds = values[f"{column.name}_s"]
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    value = values[column.name]
    return float(value) if column.type == "double" and value is not None else value
