"""What the lake has around an instant: the snapshot that answers for it, or the poll that brought none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flightlake.commits.log import CommitLog
from flightlake.layout import raw_states_day_prefix, snapshot_at_of
from flightlake.ports import ObjectStore
from serving.trace.polls import Ledger, LedgerPoll
from serving.trace.times import days_between

WINDOW = timedelta(minutes=15)
"""How far from the instant asked for a poll or a response may lie and still answer for it: ten polls at 90 s."""


@dataclass(frozen=True)
class SnapshotMatch:
    """What answers for an instant: either a snapshot, or a poll that brought no response, or nothing.

    Attributes:
        at: the instant asked for.
        ledger: polls around it.
        snapshot_at: time of the responses that answer for it.
        raw_keys: those responses, whether or not they are still there.
        silent_poll: the poll that was nearest and brought no response.
        nearest: times of the snapshots before and after, however far, on the days in question.
    """

    at: datetime
    ledger: Ledger
    snapshot_at: datetime | None
    raw_keys: tuple[str, ...]
    silent_poll: LedgerPoll | None
    nearest: tuple[datetime | None, datetime | None]

    @property
    def poll(self) -> LedgerPoll | None:
        """The poll that answers for the instant: the one that brought the response first, or brought none."""
        if self.silent_poll is not None:
            return self.silent_poll
        brought = [poll for poll in self.ledger.near if poll.record and poll.record.raw_key in self.raw_keys]
        landed = [poll for poll in brought if poll.record and poll.record.outcome == "landed"]
        return min(landed or brought, key=lambda poll: poll.due_at, default=None)


def match_snapshot(store: ObjectStore, log: CommitLog, ledger: Ledger, at: datetime) -> SnapshotMatch:
    """Return what answers for an instant (UTC): the nearest of snapshots and of polls without a response."""
    keys = _known_keys(store, log, ledger, at)
    snapshots = {snapshot_at: abs(snapshot_at - at) for snapshot_at in keys.values()}
    silent = {}
    for poll in ledger.near:
        distance = abs(poll.due_at - at)
        if poll.snapshot_at is not None:
            snapshots[poll.snapshot_at] = min(distance, snapshots.get(poll.snapshot_at, distance))
        elif poll.record is not None:
            silent[poll] = distance
    chosen = min((far, snapshot_at) for snapshot_at, far in snapshots.items()) if snapshots else None
    quietest = min(silent, key=lambda poll: (silent[poll], poll.due_at), default=None)
    if chosen is None or chosen[0] > WINDOW or (quietest is not None and silent[quietest] < chosen[0]):
        return SnapshotMatch(at, ledger, None, (), quietest, _nearest(snapshots, at))
    raw_keys = tuple(sorted(key for key, snapshot_at in keys.items() if snapshot_at == chosen[1]))
    return SnapshotMatch(at, ledger, chosen[1], raw_keys, None, _nearest(snapshots, at))


def _known_keys(store: ObjectStore, log: CommitLog, ledger: Ledger, at: datetime) -> dict[str, datetime]:
    """Return the time of each response that lies in raw, was built into a commit, or stands in the ledger."""
    days = days_between(at - WINDOW, at + WINDOW)
    listed = [info.key for day in days for info in store.list(raw_states_day_prefix(day))]
    built = [key for day in days if (head := log.head(day)) for key in head.raw_keys]
    polled = [poll.record.raw_key for poll in ledger.near if poll.record and poll.record.raw_key]
    return {key: snapshot_at for key in (*listed, *built, *polled) if (snapshot_at := snapshot_at_of(key))}


def _nearest(snapshots: dict[datetime, timedelta], at: datetime) -> tuple[datetime | None, datetime | None]:
    before = max((snapshot_at for snapshot_at in snapshots if snapshot_at <= at), default=None)
    return before, min((snapshot_at for snapshot_at in snapshots if snapshot_at > at), default=None)
