"""Build of one day of `states`: raw responses to Parquet folders, counted on the way."""

from dataclasses import dataclass, fields
from typing import Any

from pyspark.sql import Column, Observation, SparkSession
from pyspark.sql import functions as F

from flightlake.commits.record import DayCounts, Unreadable
from flightlake.errors import InvalidResponseError, StorageError
from flightlake.layout import ungzipped
from flightlake.opensky.decoder import parse_response
from flightlake.ports import ObjectStore
from flightlake.publishing.content_checksum import content_checksum
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.file_ranges import range_bounds
from flightlake.publishing.raw_day import UNEXPECTED_KEY, RawDay, other_day_reason
from flightlake.quality.rules import FIELDS_UNKNOWN
from flightlake.quality.scores import overall_score, scores
from flightlake.schema.contract import spark_ddl
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from glue_jobs.build.commit_writer import audited_row_count, write_folder
from glue_jobs.build.file_ranges import FILE_NUMBER, with_file_ranges
from glue_jobs.build.raw_reader import read_responses, state_vectors
from glue_jobs.session import frame_of
from glue_jobs.transforms.decode import decode
from glue_jobs.transforms.deduplicate import with_is_repeat
from glue_jobs.transforms.evaluate import count_columns, is_rejected, rule_counts, with_rule_results
from glue_jobs.transforms.tables import (
    CHECKSUM_SUMS,
    checksum_sums,
    to_quality_scores,
    to_quarantine,
    to_states,
    with_row_hashes,
)

RAW_BYTES_PER_ROW = 30
"""Gzipped bytes of a state vector in a global response, measured on recorded ones (27 to 33)."""

ROWS_PER_FILE = 1_500_000
"""About 25 MB of Parquet: few files for readers, and little enough for a core to sort in memory beside others."""

RUN_LENGTH = 100
"""Fewest responses of a day for which addresses get a dictionary: with fewer, runs are short and a dictionary makes 3 %
more bytes."""

PLACES = 1_000
"""Modulus of the row numbers that the driver collects of rejected rows, beside their responses: the amount does not
grow with the rows, and few other rows share both."""

_PLACE = f"row_number % {PLACES}"

_UNREAD = "unread"
"""Mark of a sound object that gave no rows, which must not be left out. A damaged object of the same archive part is
reported first, being the cause."""


@dataclass(frozen=True)
class ReadSummary:
    """Keys of the day's raw objects by their content in Spark; objects that it could not open are in no set."""

    with_rows: frozenset[str]
    empty: frozenset[str]
    unusable: frozenset[str]


def build_states(spark: SparkSession, store: ObjectStore, raw: RawDay, folders: dict[str, str]) -> DayBuild:
    """Write curated, quarantined and quality rows of a day into new folders and return their counts.

    Raises:
        StorageError: an object could not be read though it is sound; nothing must be published, a retry may succeed.
        ContractViolationError: the written files do not match the contract.
    """
    seen = _write_states(spark, store, raw, folders[STATES.name])
    _write_quarantine(
        spark, store, raw, folders[STATES_QUARANTINE.name], seen["numbers_of_rejects"], seen["places_of_rejects"]
    )
    day_scores = scores(rule_counts(seen.get))
    write_folder(to_quality_scores(spark, day_scores), store, folders[QUALITY_SCORES.name])
    row_counts = {
        table.name: audited_row_count(spark, store, table, folders[table.name])
        for table in (STATES, STATES_QUARANTINE, QUALITY_SCORES)
    }
    # Three of the four come from different places, so that their sum is a check: raw rows and duplicates were counted
    # while reading, the others in the files that were written.
    counts = DayCounts(
        raw_rows=seen["raw_rows"] or 0,
        curated=row_counts[STATES.name],
        quarantined=row_counts[STATES_QUARANTINE.name],
        duplicates=seen["duplicates"] or 0,
    )
    return DayBuild(
        folders,
        tuple(sorted(raw.keys)),
        counts,
        overall_score(day_scores),
        content_checksum(*(seen[name] for name in CHECKSUM_SUMS)),
        _unreadable(store, raw, ReadSummary(*(frozenset(seen[part.name]) for part in fields(ReadSummary)))),
        rule_counts(seen.get)[FIELDS_UNKNOWN].failed_count,
    )


def _write_states(spark: SparkSession, store: ObjectStore, raw: RawDay, folder: str) -> dict[str, Any]:
    """Write the curated rows in one pass over raw and return all observed counts."""
    responses, results, written = Observation(), Observation(), Observation()
    read = read_responses(spark, store, raw).observe(responses, *_response_columns())
    # Observed rows are copied one by one: the texts, which are not needed from here on, would be half of the bytes.
    evaluated = with_rule_results(decode(state_vectors(read.drop("raw_key")))).drop("raw_row")
    evaluated = evaluated.observe(results, *count_columns(), *_rejects_columns())
    accepted = with_file_ranges(evaluated.where(~is_rejected()), range_bounds(store, raw, _file_count(raw)))
    duplicates = F.sum(F.col("is_repeat").cast("bigint")).alias("duplicates")
    hashed = with_row_hashes(with_is_repeat(accepted, FILE_NUMBER))
    ranked = hashed.observe(written, duplicates, *checksum_sums())
    write_folder(to_states(ranked.where(~F.col("is_repeat"))), store, folder, in_runs=len(raw.objects) >= RUN_LENGTH)
    return responses.get | results.get | written.get


def _write_quarantine(
    spark: SparkSession, store: ObjectStore, raw: RawDay, folder: str, numbers: list[int], places: list[int]
) -> None:
    """Write the rejected rows: only responses that have some are read again, and only rows of their places decoded."""
    if not numbers:
        write_folder(frame_of(spark, [], spark_ddl(STATES_QUARANTINE)), store, folder)
        return
    keys = frozenset(raw.objects[number].key for number in numbers)
    vectors = state_vectors(read_responses(spark, store, raw, keys))
    rows = with_rule_results(decode(vectors.where(f"{_PLACE} in ({', '.join(map(str, places))})")))
    rejected = to_quarantine(rows.where(is_rejected())).repartition(_file_count(raw), "raw_key")
    write_folder(rejected.sortWithinPartitions("snapshot_at", "raw_key", "row_number"), store, folder)


def _rejects_columns() -> list[Column]:
    places = {"numbers_of_rejects": F.col("raw_number"), "places_of_rejects": F.expr(_PLACE)}
    return [F.collect_set(F.when(is_rejected(), place)).alias(name) for name, place in places.items()]


def _response_columns() -> list[Column]:
    is_usable, row_count = F.col("time").isNotNull(), F.coalesce(F.size("states"), F.lit(0))
    groups = (row_count > 0, is_usable & (row_count == 0), ~is_usable)
    named = zip(fields(ReadSummary), groups, strict=True)
    keys = [F.collect_set(F.when(group, F.col("raw_key"))).alias(part.name) for part, group in named]
    return [F.sum(row_count).alias("raw_rows"), *keys]


def _file_count(raw: RawDay) -> int:
    return 1 + raw.size_bytes // (RAW_BYTES_PER_ROW * ROWS_PER_FILE)


def _unreadable(store: ObjectStore, raw: RawDay, seen: ReadSummary) -> tuple[Unreadable, ...]:
    unexpected = [Unreadable(key, UNEXPECTED_KEY) for key in raw.unexpected_keys]
    reasons = {info.key: _reason(store, info.key, seen) for info in raw.objects if info.key not in seen.with_rows}
    if unread := [key for key, reason in reasons.items() if reason == _UNREAD]:
        raise StorageError(f"{unread[0]} is sound but was not read; nothing is published, run the conversion again")
    found = [Unreadable(key, reason) for key, reason in reasons.items() if reason is not None]
    return tuple(sorted(unexpected + found, key=lambda item: item.raw_key))


def _reason(store: ObjectStore, key: str, seen: ReadSummary) -> str | None:
    """Return why an object gave no rows; None where it has no rows, `_UNREAD` where it is sound.

    Raises:
        StorageError: the part of an archive that holds it is damaged.
    """
    try:
        response = parse_response(ungzipped(store.get(key)))
    except InvalidResponseError as error:
        return str(error)
    if key in seen.empty and not response.rows:
        return None
    if key not in seen.unusable:
        return _UNREAD
    return other_day_reason(response.snapshot_at)
