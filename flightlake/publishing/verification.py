"""Verification of a published day against a recomputation from raw: counts, scores, pointers, rows.

Engines recompute and compare rows by their own means (`ComparedRows`). Everything else is compared here, so that
every engine names the same difference in the same words.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord, DayCounts
from flightlake.errors import StorageError
from flightlake.layout import raw_states_day_prefix
from flightlake.opensky.fields import KNOWN_FIELDS
from flightlake.ports import Catalog, ObjectStore
from flightlake.publishing.recompute import RawTotals
from flightlake.quality.rules import FIELDS_UNKNOWN, fingerprint
from flightlake.quality.scores import Score
from flightlake.schema.contract import Table
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.registry import CURATED_TABLES

EXAMPLES = 3
"""Rows that are shown of those that differ."""

_SCORE_TOLERANCE = 1e-9
"""Percent; sums of the same counts in another order."""


@dataclass(frozen=True)
class SurplusRows:
    """Rows that one side has and the other has not, or has less often.

    Attributes:
        examples: the first of them, ordered by all columns with nulls first; values by column, instants as text.
    """

    count: int = 0
    examples: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class ComparedRows:
    """Rows of one day as an engine has recomputed them from raw and compared them with the commit's files.

    Attributes:
        totals: of the raw responses.
        curated_count: recomputed rows to be published, repeats left out.
        surplus: by table, the rows that only the commit's files hold, and those that only the recomputation gives.
            Compared as multisets, null being equal to null, raw texts in canonical form.
        published_scores: those in the commit's files.
        checksums: order-free, of the published and the recomputed rows; None where the engine computes none.
    """

    totals: RawTotals
    curated_count: int
    surplus: dict[Table, tuple[SurplusRows, SurplusRows]]
    published_scores: list[Score]
    checksums: tuple[str, str] | None = None


@dataclass(frozen=True)
class DayVerification:
    """Result of verifying one published day.

    Attributes:
        published: counts of the visible commit.
        recomputed: counts from raw.
        checksums: of the published rows and of the recomputed ones; None where the engine computes none.
        differences: one sentence for each; empty where the day is right.
        notes: information that is no fault, such as responses that wait for the next conversion.
    """

    day: date
    commit: str
    raw_objects: int
    published: DayCounts
    recomputed: DayCounts
    checksums: tuple[str, str] | None
    differences: tuple[str, ...]
    notes: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the result under the keys of the command line's JSON."""
        published_checksum, recomputed_checksum = self.checksums or (None, None)
        return {
            "date": self.day,
            "commit": self.commit,
            "adds_up": not self.differences,
            "raw_objects": self.raw_objects,
            "published": asdict(self.published),
            "recounted": asdict(self.recomputed),
            "published_checksum": published_checksum,
            "recounted_checksum": recomputed_checksum,
            "differences": self.differences,
            "notes": self.notes,
        }


def days_to_verify(log: CommitLog, dates: Sequence[date]) -> list[date]:
    """Return the days asked for, or every published one where none is asked for.

    Raises:
        StorageError: a day that is asked for was never published.
    """
    published = log.days()
    if missing := [day.isoformat() for day in dates if day not in published]:
        raise StorageError(f"never published: {', '.join(missing)}; `flightlake history` lists the published days")
    return list(dates) or published


def written_tables(store: ObjectStore, head: CommitRecord) -> list[Table]:
    """Return the tables of a commit whose folders have files."""
    return [table for table in CURATED_TABLES if any(True for _ in store.list(head.folders[table.name]))]


def verify_commit(store: ObjectStore, catalog: Catalog, head: CommitRecord, rows: ComparedRows) -> DayVerification:
    """Return all differences between a visible commit and its recomputation."""
    totals = rows.totals
    duplicates = totals.raw_rows - totals.quarantined - rows.curated_count
    recomputed = DayCounts(totals.raw_rows, rows.curated_count, totals.quarantined, duplicates)
    written = written_tables(store, head)
    differences = [
        *_pointer_differences(catalog, head),
        *(
            f"{t.name}: the commit's folder {head.folders[t.name]} has no files"
            for t in CURATED_TABLES
            if t not in written
        ),
        *_raw_differences(head, totals),
        *_count_differences(head.counts, recomputed),
        *(text for table, surplus in rows.surplus.items() for text in _row_differences(table, *surplus)),
    ]
    # Scores of other rules cannot be compared with today's; a note says so.
    if QUALITY_SCORES in written and head.rule_fingerprint == fingerprint():
        differences += _score_differences(rows.published_scores, totals.scores())
    notes = tuple(_notes(store, head, totals))
    return DayVerification(
        *(head.day, head.commit, len(head.raw_keys), head.counts, recomputed),
        checksums=rows.checksums,
        differences=tuple(differences),
        notes=notes,
    )


def _pointer_differences(catalog: Catalog, head: CommitRecord) -> Iterator[str]:
    for table in CURATED_TABLES:
        visible, folder = catalog.partitions(table).get(head.day), head.folders[table.name]
        if visible != folder:
            sees = f"readers see {visible or 'nothing'}, the log says {folder}"
            yield f"{table.name}: {sees}; the next conversion repairs it"


def _raw_differences(head: CommitRecord, totals: RawTotals) -> Iterator[str]:
    published = {item.raw_key for item in head.unreadable}
    for key in sorted(head.raw_keys):
        if key in totals.missing:
            yield f"{key} is gone: the day can no longer be built from it"
        elif (key in totals.unreadable) != (key in published):
            was = "unreadable" if key in published else "read"
            yield f"{key}: published as {was}, recomputed as {totals.unreadable.get(key, 'readable')}"


def _count_differences(published: DayCounts, recomputed: DayCounts) -> Iterator[str]:
    for name in ("raw_rows", "curated", "quarantined", "duplicates"):
        if getattr(published, name) != getattr(recomputed, name):
            yield f"{name}: published {getattr(published, name)}, recomputed {getattr(recomputed, name)}"


def _row_differences(table: Table, published: SurplusRows, recomputed: SurplusRows) -> Iterator[str]:
    for surplus, words in ((published, "published and not in raw"), (recomputed, "in raw and not published")):
        if surplus.count:
            yield f"{table.name}: {surplus.count} rows are {words}, such as {'; '.join(map(_text, surplus.examples))}"


def _score_differences(published: list[Score], recomputed: list[Score]) -> Iterator[str]:
    left: dict[tuple[str | None, str | None], Score] = {}
    for score in published:
        if left.setdefault((score.dimension, score.rule), score) is not score:
            yield f"quality, {_name(score)}: published more than once"
    for score in recomputed:
        found = left.pop((score.dimension, score.rule), None)
        if found is None or not _is_same(found, score):
            described = "nothing" if found is None else _score_text(found)
            yield f"quality, {_name(score)}: published {described}, recomputed {_score_text(score)}"
    for score in left.values():
        yield f"quality, {_name(score)}: published, but no rule of this version"


def _notes(store: ObjectStore, head: CommitRecord, totals: RawTotals) -> Iterator[str]:
    landed = {info.key for info in store.list(raw_states_day_prefix(head.day))}
    if waiting := len(landed - head.known_raw_keys):
        yield f"{waiting} responses wait for the next conversion"
    if head.rule_fingerprint != fingerprint():
        yield (
            f"published under the rules {head.rule_fingerprint} of flightlake {head.code_version}, not today's: its "
            f"rows are compared, its scores are not; `flightlake convert --date {head.day} --rebuild` builds it anew"
        )
    if drifted := totals.failed[FIELDS_UNKNOWN]:
        yield f"{drifted} rows have more fields than the contract knows ({KNOWN_FIELDS}): the source has grown"


def _text(row: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items() if value is not None)


def _name(score: Score) -> str:
    return score.rule or score.dimension or "overall"


def _score_text(score: Score) -> str:
    severity = f"{score.severity}, " if score.severity else ""
    return f"({severity}{score.failed_count} of {score.checked_count} failed, score {score.score})"


def _is_same(one: Score, other: Score) -> bool:
    if replace(one, score=None) != replace(other, score=None) or one.score is None or other.score is None:
        return one == other
    return math.isclose(one.score, other.score, abs_tol=_SCORE_TOLERANCE, rel_tol=0)
