"""The poll ledger around an instant: which polls were due, and what became of each."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightlake.errors import ObjectNotFoundError
from flightlake.layout import poll_due_at_of, polls_day_prefix, snapshot_at_of
from flightlake.poll_record import PollRecord
from flightlake.ports import ObjectStore
from serving.trace.times import days_between

_MOST_RECORDS = 12
"""How many records are read: each is one request to a bucket."""


@dataclass(frozen=True)
class LedgerPoll:
    """A poll as the ledger tells it.

    Attributes:
        key: of its record.
        record: None where the object is no record.
    """

    key: str
    due_at: datetime
    record: PollRecord | None

    @property
    def snapshot_at(self) -> datetime | None:
        """The time of the response that the poll brought, or found landed already; None where it brought none."""
        return snapshot_at_of(self.record.raw_key) if self.record and self.record.raw_key else None


@dataclass(frozen=True)
class Ledger:
    """The ledger around an instant.

    Attributes:
        near: polls within the window, the nearest first.
        before, after: due times of the last poll before the instant and the first after it, on the days in question.
    """

    near: tuple[LedgerPoll, ...]
    before: datetime | None
    after: datetime | None


def ledger_near(store: ObjectStore, at: datetime, *, window: timedelta) -> Ledger:
    """Return the polls that were due around an instant (UTC)."""
    listed = (info.key for day in days_between(at - window, at + window) for info in store.list(polls_day_prefix(day)))
    due = {key: due_at for key in listed if (due_at := poll_due_at_of(key)) is not None}
    nearest = sorted((key for key in due if abs(due[key] - at) <= window), key=lambda key: (abs(due[key] - at), key))
    return Ledger(
        tuple(LedgerPoll(key, due[key], _record(store, key)) for key in nearest[:_MOST_RECORDS]),
        max((due_at for due_at in due.values() if due_at <= at), default=None),
        min((due_at for due_at in due.values() if due_at > at), default=None),
    )


def _record(store: ObjectStore, key: str) -> PollRecord | None:
    try:
        return PollRecord.from_document(json.loads(store.get(key)))
    except (ObjectNotFoundError, ValueError, TypeError, KeyError):
        return None
