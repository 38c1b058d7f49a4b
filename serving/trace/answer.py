"""An answer to "why is this aircraft here, or not, at this time": its outcome, and the trail that leads there."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from flightlake.commits.record import CommitRecord
from flightlake.quality.rules import fingerprint
from serving.trace.polls import LedgerPoll
from serving.trace.published import PublishedDay, PublishedRows
from serving.trace.responses import RawResponse
from serving.trace.snapshot_match import SnapshotMatch


class Outcome(StrEnum):
    """How a search ends. Of several rows the one whose outcome stands first here decides the answer."""

    VISIBLE = "visible"
    QUARANTINED = "quarantined"
    REPEAT = "repeat"
    DIFFERS = "differs"
    LEFT_OUT = "left_out"
    ROLLED_BACK = "rolled_back"
    PENDING = "pending"
    UNPUBLISHED = "unpublished"
    UNREADABLE = "unreadable"
    RAW_GONE = "raw_gone"
    EMPTY_SKY = "empty_sky"
    NO_AIRCRAFT = "no_aircraft"
    REFUSED = "refused"
    POLL_FAILED = "poll_failed"
    POLL_SKIPPED = "poll_skipped"
    NOT_POLLED = "not_polled"


@dataclass(frozen=True)
class RowStatus:
    """What became of one row of the aircraft.

    Attributes:
        raw_row: its JSON text; None where the response is gone and the row is not in quarantine.
        rejected_by: rejecting rules of today that it breaks; None where the row cannot be judged any more.
        reasons: rules for which the visible commit holds it in quarantine.
        won_by: raw key and row number of the row that won, where this one is a repeat.
    """

    outcome: Outcome
    raw_key: str | None
    row_number: int | None
    icao24: str
    raw_row: str | None
    rejected_by: tuple[str, ...] | None
    warned_by: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    won_by: tuple[str, int] | None = None

    @property
    def place(self) -> str:
        """Where the row stands, in words."""
        return "a row whose response is gone" if self.raw_key is None else f"row {self.row_number} of {self.raw_key}"

    def to_document(self) -> dict[str, Any]:
        """Return the status as the command line's JSON names it."""
        return {
            "outcome": self.outcome.value,
            "raw_key": self.raw_key,
            "row_number": self.row_number,
            "icao24": self.icao24,
            "raw_row": self.raw_row,
            "today": None
            if self.rejected_by is None
            else {"rejected_by": self.rejected_by, "warned_by": self.warned_by},
            "quarantined_for": self.reasons,
            "won_by": self.won_by and {"raw_key": self.won_by[0], "row_number": self.won_by[1]},
        }


@dataclass(frozen=True)
class Trail:
    """Everything that was found on the way; nothing is published where no response answers for the instant."""

    icao24: str
    match: SnapshotMatch
    day: PublishedDay
    responses: tuple[RawResponse, ...] = ()
    rows: PublishedRows = field(default_factory=PublishedRows)
    statuses: tuple[RowStatus, ...] = ()

    @property
    def at(self) -> datetime:
        """The instant that is answered: the snapshot's, or the one asked for where there is none."""
        return self.match.snapshot_at or self.match.at


@dataclass(frozen=True)
class Answer:
    """The outcome, the sentences that say so (the first one says it, the others add to it), and the trail."""

    outcome: Outcome
    sentences: tuple[str, ...]
    trail: Trail

    def to_document(self) -> dict[str, Any]:
        """Return the answer as the command line's JSON names it."""
        trail, match, day = self.trail, self.trail.match, self.trail.day
        return {
            "icao24": trail.icao24,
            "asked_at": match.at,
            "outcome": self.outcome.value,
            "sentence": self.sentences[0],
            "notes": self.sentences[1:],
            "snapshot_at": match.snapshot_at,
            "rules_today": fingerprint(),
            "poll": match.poll and _poll_document(match.poll),
            "polls_near": [_poll_document(poll) for poll in sorted(match.ledger.near, key=lambda poll: poll.due_at)],
            "responses": [
                {"raw_key": found.key, "row_count": found.row_count, "unreadable": found.unreadable}
                for found in trail.responses
            ],
            "rows": [status.to_document() for status in trail.statuses],
            "commit": commit_document(day.shown, day) if day.shown else None,
            "commits": [commit_document(record, day) for record in day.records],
            "seen_before": trail.rows.before,
            "seen_after": trail.rows.after,
        }


def commit_document(record: CommitRecord, day: PublishedDay) -> dict[str, Any]:
    """Return a commit record as the command line's JSON names it."""
    return {
        "date": record.day,
        "sequence": record.sequence,
        "commit": record.commit,
        "kind": record.kind,
        "created_at": record.created_at,
        "built_at": day.origin(record).created_at,
        "rule_fingerprint": record.rule_fingerprint,
        "code_version": record.code_version,
        "visible": record == day.shown,
    }


def _poll_document(poll: LedgerPoll) -> dict[str, Any]:
    told = (
        poll.record.to_document()
        if poll.record
        else {"scheduled_at": poll.due_at.isoformat(), "outcome": None, "raw_key": None}
    )
    return told | {"key": poll.key}
