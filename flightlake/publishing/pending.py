"""Days that need a build: new raw objects were landed, or the day was built under other rules."""

from dataclasses import dataclass
from datetime import date

from flightlake.commits.record import CommitRecord
from flightlake.publishing.raw_day import RawDay
from flightlake.quality.rules import fingerprint


@dataclass(frozen=True)
class PendingDays:
    """The days that hold raw objects and on which there may be work; a day stands in one list.

    Attributes:
        pending: those with raw objects that no record of theirs knows; they are built under today's rules anyway.
        outdated: those whose visible commit was built under other rules than today's.
        pinned: those of them that show an older commit on purpose; only somebody who names the day rebuilds it.
    """

    pending: tuple[date, ...] = ()
    outdated: tuple[date, ...] = ()
    pinned: tuple[date, ...] = ()

    def due(self, since: date | None) -> list[date]:
        """Return the days to convert, in order: the pending ones, and from `since` on the outdated ones."""
        rebuilt = () if since is None else (day for day in self.outdated if day >= since)
        return sorted([*self.pending, *rebuilt])


def is_pending(raw: RawDay, records: list[CommitRecord]) -> bool:
    """Tell whether a day holds raw objects that no record of it knows."""
    known = frozenset[str]().union(*(record.known_raw_keys for record in records))
    return not raw.keys <= known


def is_outdated(records: list[CommitRecord]) -> bool:
    """Tell whether the day's visible commit was built under other rules than today's."""
    return bool(records) and records[-1].rule_fingerprint != fingerprint()


def is_pinned(records: list[CommitRecord]) -> bool:
    """Tell whether the day shows an older commit because somebody rolled it back."""
    return bool(records) and records[-1].kind == "rollback"


def is_due(raw: RawDay, records: list[CommitRecord], since: date | None) -> bool:
    """Tell whether a day is to be converted: pending, or outdated and not pinned from `since` on (None: never)."""
    is_asked_for = since is not None and raw.day >= since
    return is_pending(raw, records) or (is_asked_for and is_outdated(records) and not is_pinned(records))


def find_pending(days: list[tuple[RawDay, list[CommitRecord]]], *, has_rules: bool) -> PendingDays:
    """Return the pending, outdated and pinned ones of these days.

    Args:
        days: each with its records, the oldest first.
        has_rules: whether the rules have a say in these days; the poll ledger is judged by none.
    """
    pending = tuple(raw.day for raw, records in days if is_pending(raw, records))
    others = {raw.day: records for raw, records in days if has_rules and raw.day not in pending}
    outdated = {day: is_pinned(records) for day, records in others.items() if is_outdated(records)}
    return PendingDays(
        pending,
        tuple(day for day, pinned in outdated.items() if not pinned),
        tuple(day for day, pinned in outdated.items() if pinned),
    )
