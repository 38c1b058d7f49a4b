"""Answer to the question why an aircraft is in `states` at a time, or why it is not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flightlake.commits.record import CommitRecord
from flightlake.lake import Lake
from flightlake.quality.rules import fingerprint
from serving.trace.classify import Outcome, RowStatus, classify
from serving.trace.collect import Evidence, PublishedDay, collect
from serving.trace.explain import explain
from serving.trace.snapshots import LedgerPoll


@dataclass(frozen=True)
class Answer:
    """Outcome, the sentences that explain it (the first one states it), and the evidence."""

    outcome: Outcome
    sentences: tuple[str, ...]
    statuses: tuple[RowStatus, ...]
    evidence: Evidence

    def to_document(self) -> dict[str, Any]:
        """Return the answer as a document for JSON; instants are datetimes."""
        evidence, match, day = self.evidence, self.evidence.match, self.evidence.day
        return {
            "icao24": evidence.icao24,
            "asked_at": match.at,
            "outcome": self.outcome.value,
            "sentence": self.sentences[0],
            "notes": self.sentences[1:],
            "snapshot_at": match.snapshot_at,
            "rules_today": fingerprint(),
            "poll": match.poll and _poll_document(match.poll),
            "polls_near": [_poll_document(poll) for poll in sorted(match.polls, key=lambda poll: poll.due_at)],
            "responses": [
                {"raw_key": found.key, "row_count": found.row_count, "unreadable": found.unreadable}
                for found in evidence.responses
            ],
            "rows": [status.to_document() for status in self.statuses],
            "commit": day.shown and _commit_document(day.shown, day),
            "commits": [_commit_document(record, day) for record in day.records],
            "seen_before": evidence.published.before,
            "seen_after": evidence.published.after,
        }


def why(lake: Lake, icao24: str, at: datetime, *, now: datetime) -> Answer:
    """Return why an aircraft is in `states` at a time, or why it is not.

    Args:
        lake: the lake.
        icao24: six lower-case hex digits.
        at: UTC; the nearest snapshot within a quarter of an hour answers for it, or the nearest poll without one.
        now: the present time, UTC.

    Raises:
        StorageError: the lake cannot be read.
    """
    evidence = collect(lake, icao24, at)
    outcome, statuses = classify(evidence)
    return Answer(outcome, tuple(explain(outcome, statuses, evidence, now=now)), statuses, evidence)


def _commit_document(record: CommitRecord, day: PublishedDay) -> dict[str, Any]:
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
    if poll.record:
        return poll.record.to_document() | {"key": poll.key}
    return {"scheduled_at": poll.due_at.isoformat(), "outcome": None, "raw_key": None, "key": poll.key}
