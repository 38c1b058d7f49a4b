"""Result of converting one day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flightlake.commits.record import DayCounts, Unreadable
from flightlake.errors import FlightLakeError


@dataclass(frozen=True)
class DayResult:
    """Result of converting one day.

    Attributes:
        commit: id of the visible commit; None where nothing is visible.
        published: whether this run published it.
        reason: why it was not published, or None.
        error: what stopped it, or None.
        drifted_rows: rows with more fields than the contract knows; None where this run did not build the day.
    """

    day: date
    commit: str | None
    raw_objects: int
    counts: DayCounts | None
    quality_score: float | None
    published: bool
    unreadable: tuple[Unreadable, ...] = ()
    reason: str | None = None
    failed: bool = False
    error: FlightLakeError | None = None
    drifted_rows: int | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the result as the command line's JSON names it; counts are null where nothing is visible."""
        counts = self.counts
        return {
            "date": self.day.isoformat(),
            "commit": self.commit,
            "raw_objects": self.raw_objects,
            "raw_rows": counts and counts.raw_rows,
            "curated": counts and counts.curated,
            "quarantined": counts and counts.quarantined,
            "duplicates": counts and counts.duplicates,
            "quality_score": self.quality_score,
            "published": self.published,
            "drifted_rows": self.drifted_rows,
            "unreadable": [{"raw_key": item.raw_key, "reason": item.reason} for item in self.unreadable],
            "reason": self.reason,
        }
