"""One day of `states` built with DuckDB: raw to folders, counted on the way. Publishes nothing."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from duckdb_engine.build.decode_sql import DECODED
from duckdb_engine.build.evaluate_sql import added, count_columns, rule_counts
from duckdb_engine.build.files import DayFolder
from duckdb_engine.build.quarantine import Quarantine
from duckdb_engine.build.responses import ROWS, ResponseReader
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
"""Two row groups, one for each core; a range is sorted in memory."""

_UNKEPT = ("field_count", "is_readable")
_KEPT = ", ".join(name for name, _ in DECODED if name not in _UNKEPT)
_KEPT_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in DECODED if name not in _UNKEPT)
_COLUMNS = ", ".join(
    f"make_timestamptz({column.name}_s * 1000000) as {column.name}" if column.type == "timestamp" else column.name
    for column in STATES.columns
)


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
    rule_counts: dict[str, RuleCount] = field(default_factory=dict)
    sums: list[int] = field(default_factory=lambda: [0, 0])

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
        for number in range(len(self.bounds) + 1):
            self.connection.execute(f"create temp table accepted_{number} ({_KEPT_COLUMNS})")
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
        for number, condition in enumerate(self._ranges()):
            execute(f"insert into accepted_{number} select {_KEPT} from {ROWS} where not is_rejected and {condition}")

    def _ranges(self) -> list[str]:
        """Return the condition of each file's range of addresses."""
        starts = ["true", *(f"icao24 >= '{first}'" for first in self.bounds)]
        ends = [*(f"icao24 < '{first}'" for first in self.bounds), "true"]
        return [f"{start} and {end}" for start, end in zip(starts, ends, strict=True)]

    def _write_states(self, folder: DayFolder) -> None:
        for number in range(len(self.bounds) + 1):
            rows = f"accepted_{number}"
            self._remove_repeats(rows)
            self._add_checksum(rows)
            folder.write(
                self.connection,
                number,
                f"select {_COLUMNS} from {rows} order by icao24, snapshot_at",
                is_large=bool(self.bounds),
            )
            self.connection.execute(f"drop table {rows}")

    def _remove_repeats(self, rows: str) -> None:
        """Keep of each aircraft and time the newest contact, then the smallest raw key, then the first row."""
        self.connection.execute(
            f"delete from {rows} where rowid in (select rowid from {rows} where (icao24, snapshot_at_s) in "
            f"(select (icao24, snapshot_at_s) from {rows} group by icao24, snapshot_at_s having count(*) > 1) "
            "qualify row_number() over (partition by icao24, snapshot_at_s "
            "order by last_contact_at_s desc nulls last, raw_number, row_number) > 1)"
        )
        deleted = self.connection.fetchone()
        self.duplicates += int(deleted[0]) if deleted else 0

    def _add_checksum(self, rows: str) -> None:
        texts = ", ".join(TEXT_COLUMNS)
        digits = [f"('0x' || {part})::bigint" for part in hash_digits_sql("text_hash")]
        sums = ", ".join(f"sum({part} * (total % {PRIME}) % {PRIME})" for part in digits)
        found = self.connection.execute(
            f"select {sums} from (select {text_hash_sql()} as text_hash, total from "
            f"(select {texts}, sum({numbers_sql()})::bigint as total from {rows} group by {texts}))"
        ).fetchone()
        self.sums = [one + int(other or 0) for one, other in zip(self.sums, found or (), strict=True)]

    def _write_scores(self, folder: DayFolder, day_scores: list[Score]) -> None:
        columns = ", ".join(f"{column.name} {DUCKDB_TYPES[column.type]}" for column in QUALITY_SCORES.columns)
        self.connection.execute(f"create temp table day_scores ({columns})")
        values = [(s.dimension, s.rule, s.severity, s.checked_count, s.failed_count, s.score) for s in day_scores]
        self.connection.executemany("insert into day_scores values (?, ?, ?, ?, ?, ?)", values)
        folder.write(self.connection, 0, "select * from day_scores")
