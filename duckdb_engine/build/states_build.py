"""One day of `states` built with DuckDB: raw to folders, counted on the way. Publishes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb

from duckdb_engine.build.decode_sql import DECODED
from duckdb_engine.build.evaluate_sql import added, count_columns, rule_counts
from duckdb_engine.build.files import DayFolder
from duckdb_engine.build.quarantine import Quarantine
from duckdb_engine.build.responses import ROWS, ResponseReader
from duckdb_engine.build.side_by_side import side_by_side
from duckdb_engine.types import DUCKDB_TYPES
from flightlake.commits.record import DayCounts, Unreadable
from flightlake.lake import Lake
from flightlake.publishing.content_checksum import (
    PRIME,
    TEXT_COLUMNS,
    content_checksum,
    hash_digits_sql,
    numbers_sql,
    text_hash_sql,
)
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.file_ranges import range_bounds
from flightlake.publishing.raw_day import UNEXPECTED_KEY, RawDay
from flightlake.quality.rules import FIELDS_UNKNOWN
from flightlake.quality.scores import RuleCount, Score, overall_score, scores
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE

_BYTES_PER_ROW = 30
"""Gzipped bytes of a state vector in a global response, measured on recorded ones (27 to 33)."""

_ROWS_PER_FILE = 1_000_000
"""Two row groups; two files are sorted in memory and written at a time."""

_ACCEPTED = "accepted"
_ORDER = "icao24, snapshot_at_s"

_UNKEPT = ("field_count", "is_readable")
_KEPT = ", ".join(name for name, _ in DECODED if name not in _UNKEPT)
_KEPT_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in DECODED if name not in _UNKEPT)
_COLUMNS = ", ".join(
    f"make_timestamptz({column.name}_s * 1000000) as {column.name}" if column.type == "timestamp" else column.name
    for column in STATES.columns
)


@dataclass(frozen=True)
class RangeCounts:
    """What was counted in one range of addresses: rows removed as repeats, and parts of the content checksum."""

    duplicates: int
    sums: tuple[int, ...]


@dataclass
class StatesBuild:
    """One build of a day.

    Attributes:
        bounds: first address of each file but the first.
    """

    connection: duckdb.DuckDBPyConnection
    lake: Lake
    raw: RawDay
    scratch: Path
    bounds: list[str] = field(default_factory=list)
    raw_rows: int = 0
    duplicates: int = 0
    sums: Sequence[int] = (0, 0)
    rule_counts: dict[str, RuleCount] = field(default_factory=dict)

    def run(self, folders: dict[str, str]) -> DayBuild:
        """Write accepted, rejected and quality rows into new folders and return what they hold."""
        states, rejected, quality = (
            DayFolder(self.lake, table, folders[table.name], self.scratch)
            for table in (STATES, STATES_QUARANTINE, QUALITY_SCORES)
        )
        quarantine = Quarantine(self.connection, self.lake, self.raw, self.scratch)
        quarantine.create()
        unreadable = self._read(quarantine)
        self._write_states(states)
        quarantine.write(rejected)
        day_scores = scores(self.rule_counts)
        self._write_scores(quality, day_scores)
        counts = DayCounts(
            raw_rows=self.raw_rows,
            curated=states.row_count(self.connection),
            quarantined=rejected.row_count(self.connection),
            duplicates=self.duplicates,
        )
        quality.row_count(self.connection)
        return DayBuild(
            folders,
            tuple(sorted(self.raw.keys)),
            counts,
            overall_score(day_scores),
            content_checksum(*self.sums),
            unreadable,
            self.rule_counts[FIELDS_UNKNOWN].failed_count if self.rule_counts else 0,
        )

    def _read(self, quarantine: Quarantine) -> tuple[Unreadable, ...]:
        file_count = 1 + self.raw.size_bytes // (_BYTES_PER_ROW * _ROWS_PER_FILE)
        self.bounds = range_bounds(self.lake.store, self.raw, file_count)
        reader = ResponseReader(self.connection, self.lake, self.raw, self.scratch)
        # Not temporary: files are written from two cursors, and each sees its own temporary tables only.
        self.connection.execute(f"create table {_ACCEPTED} ({_KEPT_COLUMNS})")
        for row_count in reader.batches():
            if row_count:
                self.raw_rows += row_count
                self._add_batch(quarantine)
        found = [Unreadable(key, UNEXPECTED_KEY) for key in self.raw.unexpected_keys]
        found += [Unreadable(key, reason) for key, reason in reader.unreadable.items()]
        return tuple(sorted(found, key=lambda item: item.raw_key))

    def _add_batch(self, quarantine: Quarantine) -> None:
        execute = self.connection.execute
        every, rejected = count_columns()
        counted = (
            execute(f"select {every} from {ROWS}").fetchone() or (),
            execute(f"select {rejected} from {ROWS} where is_rejected").fetchone() or (),
        )
        self.rule_counts = added(self.rule_counts, rule_counts(*counted))
        quarantine.add_batch()
        # Sorted, so that a range of addresses is found in few of the table's row groups.
        execute(f"insert into {_ACCEPTED} select {_KEPT} from {ROWS} where not is_rejected order by {_ORDER}")

    def _ranges(self) -> list[str]:
        """Return the condition of each file's range of addresses."""
        starts = ["true", *(f"icao24 >= '{first}'" for first in self.bounds)]
        ends = [*(f"icao24 < '{first}'" for first in self.bounds), "true"]
        return [f"{start} and {end}" for start, end in zip(starts, ends, strict=True)]

    def _write_states(self, folder: DayFolder) -> None:
        ranges = [partial(self._write_range, folder, *numbered) for numbered in enumerate(self._ranges())]
        written = side_by_side(self.connection, ranges)
        self.duplicates = sum(one.duplicates for one in written)
        self.sums = [sum(one.sums[place] for one in written) for place in (0, 1)]

    def _write_range(
        self, folder: DayFolder, number: int, condition: str, connection: duckdb.DuckDBPyConnection
    ) -> RangeCounts:
        """Write the accepted rows of a range of addresses as one file."""
        rows = f"(select *, rowid from {_ACCEPTED} where {condition})"
        duplicates = _remove_repeats(connection, rows)
        row_count, *sums = _checksum_parts(connection, rows)
        query = f"select {_COLUMNS} from {rows} order by {_ORDER}"
        folder.write(connection, number, query, row_count=row_count, is_large=bool(self.bounds))
        return RangeCounts(duplicates, tuple(sums))

    def _write_scores(self, folder: DayFolder, day_scores: list[Score]) -> None:
        columns = ", ".join(f"{column.name} {DUCKDB_TYPES[column.type]}" for column in QUALITY_SCORES.columns)
        self.connection.execute(f"create temp table day_scores ({columns})")
        values = [(s.dimension, s.rule, s.severity, s.checked_count, s.failed_count, s.score) for s in day_scores]
        self.connection.executemany("insert into day_scores values (?, ?, ?, ?, ?, ?)", values)
        folder.write(self.connection, 0, "select * from day_scores")


def _remove_repeats(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    """Keep of each aircraft and time the newest contact, then the smallest raw key, then the first row.

    Returns how many rows were removed.
    """
    connection.execute(
        f"delete from {_ACCEPTED} where rowid in (select rowid from {rows} where (icao24, snapshot_at_s) in "
        f"(select (icao24, snapshot_at_s) from {rows} group by icao24, snapshot_at_s having count(*) > 1) "
        "qualify row_number() over (partition by icao24, snapshot_at_s "
        "order by last_contact_at_s desc nulls last, raw_number, row_number) > 1)"
    )
    deleted = connection.fetchone()
    return int(deleted[0]) if deleted else 0


def _checksum_parts(connection: duckdb.DuckDBPyConnection, rows: str) -> list[int]:
    """Return how many rows there are, and their two parts of the content checksum."""
    texts = ", ".join(TEXT_COLUMNS)
    digits = [f"('0x' || {part})::bigint" for part in hash_digits_sql("text_hash")]
    sums = ", ".join(f"sum({part} * (total % {PRIME}) % {PRIME})" for part in digits)
    found = connection.execute(
        f"select sum(row_count), {sums} from (select {text_hash_sql()} as text_hash, total, row_count from "
        f"(select {texts}, sum({numbers_sql()})::bigint as total, count(*) as row_count "
        f"from {rows} group by {texts}))"
    ).fetchone()
    return [int(value or 0) for value in found or (0, 0, 0)]
