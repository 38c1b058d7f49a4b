"""The sentences of an answer: first the outcome, then what else belongs to the trail."""

from collections.abc import Callable, Iterator
from datetime import datetime

from serving.trace.answer import Outcome, Trail
from serving.trace.explain_row import commit_named, explain_row, explain_rules
from serving.trace.polls import LedgerPoll
from serving.trace.snapshot_match import WINDOW, SnapshotMatch
from serving.trace.times import shown, span


def explain(outcome: Outcome, trail: Trail, *, now: datetime) -> Iterator[str]:
    """Yield the outcome's own sentence, and then what adds to it.

    Args:
        outcome: how the search ended.
        trail: what was found.
        now: the present instant, UTC.
    """
    if trail.match.snapshot_at is None:
        yield WITHOUT_RESPONSE[outcome](trail.match)
        yield from _about_silence(outcome, trail.match, now)
        return
    if trail.statuses:
        for status in trail.statuses:
            yield explain_row(status, trail)
            yield from explain_rules(status, trail.day)
    else:
        yield WITHOUT_ROWS[outcome](trail)
        yield from _about_neighbours(trail)
    yield from _about_responses(outcome, trail)
    yield from _about_poll(trail.match)


def _no_aircraft(trail: Trail) -> str:
    places = ", ".join(f"{found.key} ({found.row_count} rows)" for found in trail.responses if found.row_count)
    return f"No aircraft: there is data of {shown(trail.at)}, and no row of {trail.icao24} in it: {places}."


def _empty_sky(trail: Trail) -> str:
    return (
        f"No aircraft at all: the source was asked and its response of {shown(trail.at)} has no rows: {_keys(trail)}."
    )


def _unreadable(trail: Trail) -> str:
    reasons = "; ".join(f"{found.key}: {found.unreadable}" for found in trail.responses)
    return f"Unknown: the response of {shown(trail.at)} cannot be read, and no row of it is published: {reasons}."


def _raw_gone(trail: Trail) -> str:
    built = trail.day.built_with(trail.responses[0].key)
    if built is None:
        return f"Unknown: the response of {shown(trail.at)} is gone, and no commit was built from it: {_keys(trail)}."
    return (
        f"No aircraft is published: the response of {shown(trail.at)} is gone ({_keys(trail)}); when "
        f"{commit_named(built, trail.day)} was built from it, no row of {trail.icao24} came of it."
    )


def _refused(match: SnapshotMatch) -> str:
    poll = match.silent_poll
    kept = f" The body is kept: {poll.record.raw_key}." if poll and poll.record else ""
    return f"No data: the poll due at {_due(poll)} got an answer that is no usable response: {_reason(poll)}.{kept}"


def _poll_failed(match: SnapshotMatch) -> str:
    return f"No data: the poll due at {_due(match.silent_poll)} failed: {_reason(match.silent_poll)}."


def _poll_skipped(match: SnapshotMatch) -> str:
    poll = match.silent_poll
    outcome = poll.record.outcome if poll and poll.record else ""
    return f"No data: the poll due at {_due(poll)} was not sent ({outcome}): {_reason(poll)}."


def _not_polled(match: SnapshotMatch) -> str:
    return (
        f"No data: within {span(WINDOW)} of {shown(match.at)} no response was landed and no poll that the ledger "
        "can tell of was due."
    )


WITHOUT_RESPONSE: dict[Outcome, Callable[[SnapshotMatch], str]] = {
    Outcome.REFUSED: _refused,
    Outcome.POLL_FAILED: _poll_failed,
    Outcome.POLL_SKIPPED: _poll_skipped,
    Outcome.NOT_POLLED: _not_polled,
}
"""Where no response answers for the instant."""

WITHOUT_ROWS: dict[Outcome, Callable[[Trail], str]] = {
    Outcome.NO_AIRCRAFT: _no_aircraft,
    Outcome.EMPTY_SKY: _empty_sky,
    Outcome.UNREADABLE: _unreadable,
    Outcome.RAW_GONE: _raw_gone,
}
"""Where a response does, and no row of the aircraft is known."""


def _about_silence(outcome: Outcome, match: SnapshotMatch, now: datetime) -> Iterator[str]:
    """Yield why nothing was polled, the most likely reason first, and where there is data."""
    ledger = match.ledger
    broken = [poll.key for poll in ledger.near if poll.record is None]
    if outcome is Outcome.NOT_POLLED:
        if match.at > now:
            yield "That time has not come yet."
        elif broken:
            yield f"The ledger has an object that is no record of a poll: {broken[0]}."
        elif ledger.before or ledger.after:
            yield f"Most likely no poller was running: {_between('poll', ledger.before, ledger.after)}."
        else:
            yield "Most likely no poller was running, or the day was landed from files: it has no poll ledger."
    where = _between("response", *match.nearest)
    yield f"{where[0].upper()}{where[1:]}."


def _between(what: str, before: datetime | None, after: datetime | None) -> str:
    known = [f"the {what} before is of {shown(before)}"] if before else []
    known += [f"the {what} after is of {shown(after)}"] if after else []
    return " and ".join(known) or f"no {what} is near that day"


def _about_neighbours(trail: Trail) -> Iterator[str]:
    if trail.rows.error:
        yield f"What is published of the day cannot be read: {trail.rows.error}."
    elif trail.rows.before or trail.rows.after:
        yield f"On that day {trail.icao24} is in `states`: {_around(trail.rows.before, trail.rows.after)}."
    else:
        yield f"`states` has {trail.icao24} at no other time of that day."


def _around(before: datetime | None, after: datetime | None) -> str:
    last = [f"last before at {shown(before)}"] if before else ["not before"]
    return ", ".join([*last, f"next at {shown(after)}" if after else "not after"])


def _about_responses(outcome: Outcome, trail: Trail) -> Iterator[str]:
    match, snapshot_at = trail.match, trail.at
    if snapshot_at != match.at:
        side = "before" if snapshot_at < match.at else "after"
        yield f"The snapshot that answers for {shown(match.at)} is {span(match.at - snapshot_at)} {side} it."
    if outcome not in (Outcome.UNREADABLE, Outcome.RAW_GONE):
        for found in trail.responses:
            if found.unreadable:
                yield f"Another response of that time cannot be read: {found.key}: {found.unreadable}."
    if any(status.raw_key is None for status in trail.statuses) and all(
        found.unreadable is None for found in trail.responses
    ):
        yield "No response that is in raw holds that row: `flightlake verify` looks into it."


def _about_poll(match: SnapshotMatch) -> Iterator[str]:
    poll = match.poll
    if poll is None or poll.record is None:
        yield "No poll in the ledger around that time brought the response: it was landed from a file."
        return
    again = " again, as the source had nothing newer" if poll.record.outcome == "duplicate" else ""
    yield f"The poll due at {_due(poll)} brought the response{again} ({poll.key})."


def _due(poll: LedgerPoll | None) -> str:
    return shown(poll.due_at) if poll else "an unknown time"


def _reason(poll: LedgerPoll | None) -> str:
    told = poll.record.reason if poll and poll.record else None
    return (told or "the ledger gives no reason").rstrip(".")


def _keys(trail: Trail) -> str:
    return ", ".join(found.key for found in trail.responses)
