"""Compare a day's visible commit with its recount: counts, contents, quarantine and scores."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import Any

import duckdb

from duckdb_engine.engine import Engine
from duckdb_engine.verify.recompute import ACCEPTED, RecomputedDay, canonical
from flightlake.commits.record import CommitRecord, DayCounts
from flightlake.opensky.fields import KNOWN_FIELDS
from flightlake.quality.rules import FIELDS_UNKNOWN, fingerprint
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES

_EXAMPLES = 3
_SCORE_TOLERANCE = 1e-9
"""Percent; sums of the same counts in another order."""


@dataclass(frozen=True)
class DayVerdict:
    """What the recount found for a day.

    Attributes:
        published: counts of the visible commit.
        recounted: counts from raw.
        content_checksum: DuckDB's order-free checksum of the published rows, and of the recounted ones.
        differences: what does not add up, in words; empty where all is well.
        notes: what is worth knowing and no fault, such as responses that wait for the next conversion.
    """

    day: date
    commit: str
    raw_objects: int
    published: DayCounts
    recounted: DayCounts
    published_checksum: str
    recounted_checksum: str
    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return the verdict as the command line's JSON names it."""
        return {
            "date": self.day,
            "commit": self.commit,
            "adds_up": not self.differences,
            "raw_objects": self.raw_objects,
            "published": asdict(self.published),
            "recounted": asdict(self.recounted),
            "published_checksum": self.published_checksum,
            "recounted_checksum": self.recounted_checksum,
            "differences": self.differences,
            "notes": self.notes,
        }


@dataclass(frozen=True)
class Comparison:
    """One visible commit beside its recount, both within the engine's connection."""

    engine: Engine
    head: CommitRecord
    counted: RecomputedDay
    pointer_differences: list[str]
    notes: tuple[str, ...]

    def verdict(self) -> DayVerdict:
        """Return everything that differs, in words."""
        self._prepare()
        recounted = self._counts()
        differences = [
            *self.pointer_differences,
            *self._unreadable_differences(),
            *_count_differences(self.head.counts, recounted),
            *self._content_differences(),
            *self._quarantine_differences(),
            *self._score_differences(),
        ]
        published_checksum, recounted_checksum = self._checksum("published"), self._checksum("recounted")
        if published_checksum != recounted_checksum:
            differences.append(f"checksum of contents: published {published_checksum}, recounted {recounted_checksum}")
        return DayVerdict(
            self.head.day,
            self.head.commit,
            len(self.head.raw_keys),
            self.head.counts,
            recounted,
            published_checksum,
            recounted_checksum,
            tuple(differences),
            (*self.notes, *self._notes()),
        )

    def _prepare(self) -> None:
        """Bring published and recounted rows into the same columns, instants as microseconds."""
        self.engine.attach(*[table.name for table in CURATED_TABLES])
        published = ", ".join(_as_microseconds(column.name, column.type) for column in STATES.columns)
        recounted = ", ".join(
            f"{column.name}_s * 1000000 as {column.name}" if column.type == "timestamp" else column.name
            for column in STATES.columns
        )
        self._execute(
            f"create or replace temp view published as select {published} from states "
            f"where snapshot_date = date '{self.head.day}'"
        )
        self._execute(
            f"create or replace temp view recounted as select {recounted} from {ACCEPTED} "
            "qualify row_number() over (partition by icao24, snapshot_at_s "
            "order by last_contact_at_s desc, raw_key, row_number) = 1"
        )

    def _counts(self) -> DayCounts:
        accepted, curated = self._row_count(f"from {ACCEPTED}"), self._row_count("from recounted")
        rejected = len(self.counted.rejected)
        return DayCounts(self.counted.raw_rows, curated, rejected, accepted - curated)

    def _unreadable_differences(self) -> Iterator[str]:
        published = {item.raw_key for item in self.head.unreadable}
        for key in sorted(self.counted.unreadable.keys() - published):
            yield f"{key}: cannot be read ({self.counted.unreadable[key]}), the commit had read it"
        for key in sorted(published - self.counted.unreadable.keys()):
            yield f"{key}: can be read, the commit had left it out"

    def _content_differences(self) -> Iterator[str]:
        for here, there, words in (
            ("published", "recounted", "is published and not in raw"),
            ("recounted", "published", "is in raw and not published"),
        ):
            query = f"from (from {here} except all from {there})"
            count = self._row_count(query)
            examples = self._execute(f"{query} order by icao24, snapshot_at limit {_EXAMPLES}").fetchall()
            for row in examples:
                yield f"row {words}: {_named(row)}"
            if count > len(examples):
                yield f"... and {count - len(examples)} more rows: {words}"

    def _quarantine_differences(self) -> Iterator[str]:
        expected = {place: (row.icao24, row.reasons, row.json_text) for place, row in self.counted.rejected.items()}
        published = {
            (raw_key, number): (icao24, tuple(reasons), canonical(raw_row))
            for raw_key, number, icao24, reasons, raw_row in self._execute(
                "select raw_key, row_number, icao24, reasons, raw_row from states_quarantine "
                f"where snapshot_date = date '{self.head.day}'"
            ).fetchall()
        }
        unequal = (
            place for place in sorted(expected.keys() | published.keys()) if expected.get(place) != published.get(place)
        )
        for raw_key, number in islice(unequal, _EXAMPLES):
            place = raw_key, number
            yield (
                f"quarantine, {raw_key} row {number}: published {published.get(place)}, recounted {expected.get(place)}"
            )

    def _score_differences(self) -> Iterator[str]:
        if self.head.rule_fingerprint != fingerprint():
            return  # scores of other rules: there is nothing to hold them against
        published = {
            (dimension, rule): (checked, failed, score)
            for dimension, rule, checked, failed, score in self._execute(
                "select dimension, rule, checked_count, failed_count, score from quality_scores "
                f"where snapshot_date = date '{self.head.day}'"
            ).fetchall()
        }
        for score in self.counted.scores():
            found = published.get((score.dimension, score.rule))
            expected = (score.checked_count, score.failed_count, score.score)
            if found is None or found[:2] != expected[:2] or not _same_score(found[2], expected[2]):
                name = score.rule or score.dimension or "overall"
                yield f"quality, {name}: published {found}, recounted {expected}"

    def _notes(self) -> Iterator[str]:
        if self.head.rule_fingerprint != fingerprint():
            yield (
                f"published under the rules {self.head.rule_fingerprint} of flightlake {self.head.code_version}, not "
                f"today's: its rows are compared, its scores not; `flightlake convert --date {self.head.day} "
                "--rebuild` judges it anew"
            )
        if drifted := self.counted.failed[FIELDS_UNKNOWN]:
            yield f"{drifted} rows have more fields than the contract knows ({KNOWN_FIELDS}): the source has grown"

    def _checksum(self, relation: str) -> str:
        columns = ", ".join(column.name for column in STATES.columns)
        row = self._execute(f"select coalesce(sum(hash({columns})::hugeint), 0) from {relation}").fetchone()
        return f"{int(row[0]) % 2**64:016x}" if row else ""

    def _row_count(self, query: str) -> int:
        row = self._execute(f"select count(*) from ({query})").fetchone()
        return int(row[0]) if row else 0

    def _execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        return self.engine.connection.execute(sql)


def _count_differences(published: DayCounts, recounted: DayCounts) -> Iterator[str]:
    for name in ("raw_rows", "curated", "quarantined", "duplicates"):
        if getattr(published, name) != getattr(recounted, name):
            yield f"{name}: published {getattr(published, name)}, recounted {getattr(recounted, name)}"


def _as_microseconds(name: str, kind: str) -> str:
    return f"epoch_us({name}) as {name}" if kind == "timestamp" else name


def _named(row: tuple[object, ...]) -> str:
    values = zip((column.name for column in STATES.columns), row, strict=True)
    return ", ".join(f"{name}={value}" for name, value in values if value is not None)


def _same_score(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, abs_tol=_SCORE_TOLERANCE, rel_tol=0)
