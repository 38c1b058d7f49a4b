"""Outcomes of a trace and of each row in it, with their sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from serving.trace.collect import Evidence
from serving.trace.responses import Row
from serving.trace.snapshots import LedgerPoll


class Outcome(StrEnum):
    """Outcome of a trace, or of one row in it; the first listed of several rows' outcomes is the trace's.

    Attributes:
        text: the sentence, in which `serving.trace.explain` fills the names in braces.
    """

    text: str

    def __new__(cls, value: str, text: str) -> Self:
        """Return the member of this value, with its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.text = text
        return member

    VISIBLE = "visible", "{icao24} is in `states` at {time}: {row}{in_commit}."
    QUARANTINED = (
        "quarantined",
        "{icao24} is not in `states` at {time} but in quarantine{of_commit}: {row} breaks {reasons}.",
    )
    REPEAT = "repeat", "{subject} is a repeat: {winner} won, as {advantage}."
    DIFFERS = (
        "differs",
        "{icao24} should be in `states` at {time}, by {row}, and is neither there nor in quarantine: {likely_cause}.",
    )
    LEFT_OUT = "left_out", "{subject} is not published: {head_commit} left the response out: {unreadable_reason}."
    ROLLED_BACK = (
        "rolled_back",
        (
            "{subject} {until_rollback} the day was rolled back to commit {head_id} ({rolled_back_at}); "
            "`flightlake convert --date {day} --rebuild` builds it anew."
        ),
    )
    PENDING = (
        "pending",
        (
            "{subject} waits for the next conversion: no commit of {day} knows the response yet; "
            "`flightlake convert` builds the day."
        ),
    )
    UNPUBLISHED = (
        "unpublished",
        (
            "{subject} is landed, but {day} was never published; "
            "`flightlake convert --date {day}` publishes it or says why not."
        ),
    )
    UNREADABLE = (
        "unreadable",
        "Unknown: the response of {time} cannot be read, and no row of it is published: {unreadable_keys}.",
    )
    RAW_GONE = "raw_gone", "{certainty}: the response of {time} is gone{conclusion}."
    EMPTY_SKY = (
        "empty_sky",
        "No aircraft at all: the source was asked and its response of {time} has no rows: {keys}.",
    )
    NO_AIRCRAFT = "no_aircraft", "No aircraft: there is data of {time}, and no row of {icao24} in it: {filled_keys}."
    REFUSED = (
        "refused",
        (
            "No data: the poll due at {due} got an answer that is no usable response: {poll_reason}. "
            "The body is kept: {refused_key}."
        ),
    )
    POLL_FAILED = "poll_failed", "No data: the poll due at {due} failed: {poll_reason}."
    POLL_SKIPPED = "poll_skipped", "No data: the poll due at {due} was not sent ({poll_outcome}): {poll_reason}."
    NOT_POLLED = (
        "not_polled",
        "No data: within {window} of {time} no response was landed and no poll that the ledger can tell of was due.",
    )


@dataclass(frozen=True)
class RowStatus:
    """Outcome of one row; `winner` is the row that won where this one is a repeat."""

    outcome: Outcome
    row: Row
    winner: Row | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the status in JSON's types."""
        row, winner = self.row, self.winner
        is_checked = row.rejected_by is not None
        return {
            "outcome": self.outcome.value,
            "raw_key": row.raw_key,
            "row_number": row.row_number,
            "icao24": row.icao24,
            "raw_row": row.raw_row,
            "today": {"rejected_by": row.rejected_by, "warned_by": row.warned_by} if is_checked else None,
            "quarantined_for": row.quarantined_for,
            "won_by": winner and {"raw_key": winner.raw_key, "row_number": winner.row_number},
        }


def classify(evidence: Evidence) -> tuple[Outcome, tuple[RowStatus, ...]]:
    """Return the outcome, and the status of every row, raw or only published, the best outcome first."""
    rows = [row for response in evidence.responses for row in response.rows]
    statuses = [_status(row, rows, evidence) for row in rows]
    statuses += _without_raw(statuses, evidence)
    statuses.sort(key=lambda status: tuple(Outcome).index(status.outcome))
    return statuses[0].outcome if statuses else _outcome_without_rows(evidence), tuple(statuses)


def _status(row: Row, rows: Sequence[Row], evidence: Evidence) -> RowStatus:
    quarantined = evidence.published.quarantined.get((row.raw_key, row.row_number))
    if quarantined:
        return RowStatus(Outcome.QUARANTINED, replace(row, quarantined_for=quarantined.quarantined_for))
    winner = _winner(row, rows, evidence)
    outcome = _outcome(row, evidence, is_winner=row is winner)
    return RowStatus(outcome, row, winner if outcome is Outcome.REPEAT else None)


def _outcome(row: Row, evidence: Evidence, *, is_winner: bool) -> Outcome:
    key, day = row.raw_key or "", evidence.day
    head, shown = day.head, day.shown
    if head is None:
        return Outcome.UNPUBLISHED
    if not day.knows(key):
        return Outcome.PENDING
    if key not in head.raw_keys:
        return Outcome.ROLLED_BACK if head.kind == "rollback" else Outcome.DIFFERS
    if any(item.raw_key == key for item in head.unreadable):
        return Outcome.LEFT_OUT
    if row.icao24 not in evidence.published.curated or shown is None or key not in shown.raw_keys:
        return Outcome.DIFFERS
    return Outcome.VISIBLE if is_winner else Outcome.REPEAT


def _winner(row: Row, rows: Sequence[Row], evidence: Evidence) -> Row:
    """Return the row that wins among repeats in the visible commit; rows in quarantine do not compete."""
    built_from = evidence.day.shown.raw_keys if evidence.day.shown else ()
    rivals = [
        other
        for other in rows
        if other.icao24 == row.icao24
        and other.raw_key in built_from
        and (other.raw_key, other.row_number) not in evidence.published.quarantined
    ]
    return min(rivals, key=lambda rival: rival.precedence, default=row)


def _without_raw(statuses: Sequence[RowStatus], evidence: Evidence) -> Iterator[RowStatus]:
    """Yield the rows that are published though their responses cannot be read any more."""
    found = {(status.row.raw_key, status.row.row_number) for status in statuses}
    for place, row in evidence.published.quarantined.items():
        if place not in found:
            yield RowStatus(Outcome.QUARANTINED, row)
    visible = {status.row.icao24 for status in statuses if status.outcome is Outcome.VISIBLE}
    for icao24 in sorted(evidence.published.curated - visible):
        yield RowStatus(Outcome.VISIBLE, Row(None, None, icao24))


def _outcome_without_rows(evidence: Evidence) -> Outcome:
    if evidence.match.snapshot_at is None:
        return _outcome_without_response(evidence.match.silent_poll)
    readable = [response for response in evidence.responses if response.unreadable is None]
    if readable:
        return Outcome.NO_AIRCRAFT if any(response.row_count for response in readable) else Outcome.EMPTY_SKY
    return Outcome.RAW_GONE if all(response.is_gone for response in evidence.responses) else Outcome.UNREADABLE


def _outcome_without_response(poll: LedgerPoll | None) -> Outcome:
    if poll is None or poll.record is None:
        return Outcome.NOT_POLLED
    if poll.record.outcome.startswith("skipped"):
        return Outcome.POLL_SKIPPED
    return Outcome.REFUSED if poll.raw_key else Outcome.POLL_FAILED
