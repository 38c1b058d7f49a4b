"""Verification of a published day against a recomputation from raw: counts, scores, pointers, rows.

Engines recompute and compare rows by their own means (`RecomputedRows`). Everything else is compared here, so that
every engine names the same difference in the same words.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

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
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE

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


class RecomputedRows(Protocol):
    """Rows of one day as an engine has recomputed them from raw, beside the rows in the commit's files."""

    @property
    def totals(self) -> RawTotals:
        """Totals of the raw responses."""
        ...

    def curated_count(self) -> int:
        """Return the number of recomputed rows to be published, repeats left out."""
        ...

    def surplus(self, table: Table) -> tuple[SurplusRows, SurplusRows]:
        """Return the rows that only the commit's files hold, and those that only the recomputation gives.

        Rows are compared as multisets, null being equal to null, raw texts in their canonical form.

        Args:
            table: `states` or `states_quarantine`.
        """
        ...

    def published_scores(self) -> list[Score]:
        """Return the scores in the commit's files."""
        ...

    def checksums(self) -> tuple[str, str] | None:
        """Return an order-free checksum of the published and of the recomputed rows; None where there is none."""
        ...


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


def verify_commit(store: ObjectStore, catalog: Catalog, head: CommitRecord, rows: RecomputedRows) -> DayVerification:
    """Return all differences between a visible commit and its recomputation."""
    totals, curated = rows.totals, rows.curated_count()
    duplicates = totals.raw_rows - totals.quarantined - curated
    recomputed = DayCounts(totals.raw_rows, curated, totals.quarantined, duplicates)
    empty = [table for table in CURATED_TABLES if next(iter(store.list(head.folders[table.name])), None) is None]
    differences = [
        *_pointer_differences(catalog, head),
        *(f"{table.name}: the commit's folder {head.folders[table.name]} has no files" for table in empty),
        *_raw_differences(head, totals),
        *_count_differences(head.counts, recomputed),
    ]
    for table in (STATES, STATES_QUARANTINE):
        if table not in empty:
            differences += _row_differences(table, *rows.surplus(table))
    # Scores of other rules cannot be compared with today's; a note says so.
    if QUALITY_SCORES not in empty and head.rule_fingerprint == fingerprint():
        differences += _score_differences(rows.published_scores(), totals.scores())
    checksums = None if STATES in empty else rows.checksums()
    return DayVerification(
        head.day,
        head.commit,
        len(head.raw_keys),
        head.counts,
        recomputed,
        checksums,
        tuple(differences),
        tuple(_notes(store, head, totals)),
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
    same_counts = (one.severity, one.checked_count, one.failed_count) == (
        *(other.severity, other.checked_count, other.failed_count),
    )
    if one.score is None or other.score is None:
        return same_counts and one.score is other.score
    return same_counts and math.isclose(one.score, other.score, abs_tol=_SCORE_TOLERANCE, rel_tol=0)
