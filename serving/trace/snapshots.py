"""Polls and snapshots around a time, and the one of them that answers for it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightlake.commits.log import CommitLog
from flightlake.errors import ObjectNotFoundError
from flightlake.layout import poll_due_at_of, polls_day_prefix, raw_states_day_prefix, snapshot_at_of
from flightlake.poll_record import PollRecord
from flightlake.ports import ObjectStore
from serving.trace.times import days_between

WINDOW = timedelta(minutes=15)
"""Largest distance of a poll or response that answers for a time: ten polls at 90 s."""

_MOST_RECORDS = 12
"""Number of ledger records that are read: each is one request to a bucket."""


@dataclass(frozen=True)
class LedgerPoll:
    """Poll of the ledger; `record` is None where the object of this key is no record."""

    key: str
    due_at: datetime
    record: PollRecord | None

    @property
    def raw_key(self) -> str:
        """Object that the poll wrote or found; empty without one."""
        return (self.record and self.record.raw_key) or ""


@dataclass(frozen=True)
class SnapshotMatch:
    """Snapshot, or poll without a response, that answers for a time.

    Attributes:
        at: the time asked for, UTC.
        polls: polls within the window, the nearest first.
        polls_around: due times of the last poll before and the first after, on the days in question.
        snapshots_around: times of the snapshots before and after, likewise.
        snapshot_at: time of the responses that answer; None where none does.
        raw_keys: those responses, also such as are gone.
        silent_poll: the nearest poll without a response, where it answers.
    """

    at: datetime
    polls: tuple[LedgerPoll, ...]
    polls_around: tuple[datetime | None, datetime | None]
    snapshots_around: tuple[datetime | None, datetime | None]
    snapshot_at: datetime | None = None
    raw_keys: tuple[str, ...] = ()
    silent_poll: LedgerPoll | None = None

    @property
    def poll(self) -> LedgerPoll | None:
        """The poll that answers: the first that brought the response, or the one that brought none."""
        brought = [poll for poll in self.polls if poll.raw_key in self.raw_keys]
        landed = [poll for poll in brought if poll.record and poll.record.outcome == "landed"]
        return self.silent_poll or min(landed or brought, key=lambda poll: poll.due_at, default=None)


def match_snapshot(store: ObjectStore, log: CommitLog, at: datetime) -> SnapshotMatch:
    """Return the snapshot that answers for a time (UTC), or the poll without a response where one is nearer."""
    days = days_between(at - WINDOW, at + WINDOW)
    listed = (info.key for day in days for info in store.list(polls_day_prefix(day)))
    due = {key: due_at for key in listed if (due_at := poll_due_at_of(key))}
    nearest = sorted((key for key in due if abs(due[key] - at) <= WINDOW), key=lambda key: (abs(due[key] - at), key))
    polls = tuple(LedgerPoll(key, due[key], _record(store, key)) for key in nearest[:_MOST_RECORDS])

    landed = [info.key for day in days for info in store.list(raw_states_day_prefix(day))]
    built = [key for day in days if (head := log.head(day)) for key in head.raw_keys]
    known = {*landed, *built, *(poll.raw_key for poll in polls)}
    times = {key: snapshot_at for key in known if (snapshot_at := snapshot_at_of(key))}

    # A poll that found a snapshot landed already brings it nearer: the source had nothing newer then.
    distances = {snapshot_at: abs(snapshot_at - at) for snapshot_at in times.values()}
    for poll in polls:
        if snapshot_at := times.get(poll.raw_key):
            distances[snapshot_at] = min(distances[snapshot_at], abs(poll.due_at - at))
    silent = [poll for poll in polls if poll.record and poll.raw_key not in times]
    quietest = min(silent, key=lambda poll: (abs(poll.due_at - at), poll.due_at), default=None)

    far, chosen = min(((far, found) for found, far in distances.items()), default=(timedelta.max, at))
    around = _around(due.values(), at), _around(distances, at)
    if far > WINDOW or (quietest and abs(quietest.due_at - at) < far):
        return SnapshotMatch(at, polls, *around, silent_poll=quietest)
    return SnapshotMatch(at, polls, *around, chosen, tuple(sorted(key for key in times if times[key] == chosen)))


def _record(store: ObjectStore, key: str) -> PollRecord | None:
    try:
        return PollRecord.from_document(json.loads(store.get(key)))
    except (ObjectNotFoundError, ValueError, TypeError, KeyError):
        return None


def _around(times: Iterable[datetime], at: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the last of the times up to an instant, and the first after it."""
    before = max((time for time in times if time <= at), default=None)
    return before, min((time for time in times if time > at), default=None)
