"""Sentences of an answer: first the outcome, then notes on it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from flightlake.commits.record import CommitRecord
from flightlake.quality.rules import fingerprint
from serving.trace.classify import Outcome, RowStatus
from serving.trace.collect import Evidence, PublishedDay
from serving.trace.snapshots import WINDOW, LedgerPoll, SnapshotMatch
from serving.trace.times import shown, span


def explain(outcome: Outcome, statuses: Sequence[RowStatus], evidence: Evidence, *, now: datetime) -> Iterator[str]:
    """Yield the sentence of the outcome, or of each row, and then notes.

    Args:
        outcome: of the trace.
        statuses: of the rows.
        evidence: what they were concluded from.
        now: the present time, UTC.
    """
    match = evidence.match
    if not statuses:
        yield outcome.text.format_map(_trace_values(evidence))
    for status in statuses:
        yield status.outcome.text.format_map(_row_values(status, evidence))
        yield from _rule_notes(status, evidence)
    if match.snapshot_at is None:
        yield from _silence_notes(outcome, match, now)
        return
    if not statuses:
        yield _neighbour_note(evidence)
    yield from _response_notes(outcome, statuses, evidence)
    yield _poll_note(match)


def _rule_notes(status: RowStatus, evidence: Evidence) -> Iterator[str]:
    """Yield the rules of today that the row breaks, where the visible commit does not say the same."""
    row, hint = status.row, _rebuild_hint(evidence.day)
    if row.rejected_by is None:
        return
    rules, names = f"rules ({fingerprint()})", ", ".join(row.rejected_by)
    if status.outcome is Outcome.QUARANTINED:
        if set(row.rejected_by) != set(row.quarantined_for):
            yield f"Today's {rules} {f'reject it by {names}' if names else 'let it pass'}; {hint}."
    elif names and status.outcome is Outcome.VISIBLE:
        yield f"Today's {rules} would reject it: {names}; {hint}."
    elif names:
        yield f"It will go to quarantine: today's {rules} reject it by {names}."
    if row.warned_by:
        yield f"Rules that only warn: {', '.join(row.warned_by)}."


def _silence_notes(outcome: Outcome, match: SnapshotMatch, now: datetime) -> Iterator[str]:
    """Yield the most likely reason why nothing was polled, and the nearest times with data."""
    broken = [poll.key for poll in match.polls if poll.record is None]
    if outcome is Outcome.NOT_POLLED:
        if match.at > now:
            yield "That time has not come yet."
        elif broken:
            yield f"The ledger has an object that is no record of a poll: {broken[0]}."
        elif any(match.polls_around):
            yield f"Most likely no poller was running: {_around('poll', match.polls_around)}."
        else:
            yield "Most likely no poller was running, or the day was landed from files: it has no poll ledger."
    where = _around("response", match.snapshots_around)
    yield f"{where[0].upper()}{where[1:]}."


def _around(what: str, times: tuple[datetime | None, datetime | None]) -> str:
    sides = zip(("before", "after"), times, strict=True)
    known = [f"the {what} {side} is of {shown(at)}" for side, at in sides if at]
    return " and ".join(known) or f"no {what} is near that day"


def _neighbour_note(evidence: Evidence) -> str:
    icao24, published = evidence.icao24, evidence.published
    if published.error:
        return f"What is published of the day cannot be read: {published.error}."
    if not (published.before or published.after):
        return f"`states` has {icao24} at no other time of that day."
    before = f"last before at {shown(published.before)}" if published.before else "not before"
    after = f"next at {shown(published.after)}" if published.after else "not after"
    return f"On that day {icao24} is in `states`: {before}, {after}."


def _response_notes(outcome: Outcome, statuses: Sequence[RowStatus], evidence: Evidence) -> Iterator[str]:
    asked, at = evidence.match.at, evidence.at
    if at != asked:
        side = "before" if at < asked else "after"
        yield f"The snapshot that answers for {shown(asked)} is {span(asked - at)} {side} it."
    unreadable = [response for response in evidence.responses if response.unreadable]
    if outcome not in (Outcome.UNREADABLE, Outcome.RAW_GONE):
        for response in unreadable:
            yield f"Another response of that time cannot be read: {response.key}: {response.unreadable}."
    if not unreadable and any(status.row.raw_key is None for status in statuses):
        yield "No response that is in raw holds that row: `flightlake verify` looks into it."


def _poll_note(match: SnapshotMatch) -> str:
    poll = match.poll
    if poll is None or poll.record is None:
        return "No poll in the ledger around that time brought the response: it was landed from a file."
    again = " again, as the source had nothing newer" if poll.record.outcome == "duplicate" else ""
    return f"The poll due at {shown(poll.due_at)} brought the response{again} ({poll.key})."


def _trace_values(evidence: Evidence) -> dict[str, str]:
    """Return the values of the names in the sentence of an outcome without rows."""
    responses, built = evidence.responses, None
    if responses:
        built = evidence.day.built_with(responses[0].key)
    keys = ", ".join(response.key for response in responses)
    conclusion = f", and no commit was built from it: {keys}"
    if built:
        commit = _commit(built, evidence.day)
        conclusion = f" ({keys}); when {commit} was built from it, no row of {evidence.icao24} came of it"
    return _poll_values(evidence.match.silent_poll) | {
        "icao24": evidence.icao24,
        "time": shown(evidence.at),
        "window": span(WINDOW),
        "keys": keys,
        "unreadable_keys": "; ".join(f"{found.key}: {found.unreadable}" for found in responses),
        "filled_keys": ", ".join(f"{found.key} ({found.row_count} rows)" for found in responses if found.row_count),
        "certainty": "No aircraft is published" if built else "Unknown",
        "conclusion": conclusion,
    }


def _poll_values(poll: LedgerPoll | None) -> dict[str, str]:
    if poll is None or poll.record is None:
        return {}
    return {
        "due": shown(poll.due_at),
        "poll_outcome": poll.record.outcome,
        "poll_reason": (poll.record.reason or "the ledger gives no reason").rstrip("."),
        "refused_key": poll.raw_key,
    }


def _row_values(status: RowStatus, evidence: Evidence) -> dict[str, str]:
    """Return the values of the names in the sentence of a row."""
    row, day, place = status.row, evidence.day, status.row.place
    seen = _commit(day.shown, day) if day.shown else ""
    return _head_values(row.raw_key or "", day) | {
        "icao24": evidence.icao24,
        "time": shown(evidence.at),
        "day": str(day.day),
        "row": place,
        "subject": f"{place[0].upper()}{place[1:]}",
        "in_commit": f", visible in {seen}" if seen else "",
        "of_commit": f" of {seen}" if seen else "",
        "reasons": ", ".join(row.quarantined_for),
        "winner": status.winner.place if status.winner else "",
        "advantage": _advantage(status),
        "likely_cause": _likely_cause(evidence),
    }


def _head_values(raw_key: str, day: PublishedDay) -> dict[str, str]:
    if (head := day.head) is None:
        return {}
    built = day.built_with(raw_key)
    return {
        "head_id": head.commit,
        "head_commit": _commit(head, day),
        "unreadable_reason": next((item.reason for item in head.unreadable if item.raw_key == raw_key), ""),
        "until_rollback": f"was published by {_commit(built, day)}, until"
        if built
        else "was landed and never published, as",
        "rolled_back_at": shown(day.decided(head).created_at),
    }


def _advantage(status: RowStatus) -> str:
    """Return the reason why another row won over this one."""
    row, winner = status.row, status.winner or status.row
    if winner.last_contact_s != row.last_contact_s:
        return "its last contact is newer"
    return "of equal contacts the smallest key counts" if winner.raw_key != row.raw_key else "it stands first"


def _likely_cause(evidence: Evidence) -> str:
    """Return the most likely cause where a row is missing from what readers see."""
    day, head, seen = evidence.day, evidence.day.head, evidence.day.shown
    if evidence.published.error:
        return f"what readers ought to see cannot be read ({evidence.published.error})"
    if head and (seen is None or seen.commit != head.commit):
        visible = seen.commit if seen else "no commit"
        return f"readers still see {visible}, the log says {head.commit}; `flightlake convert` moves the pointer"
    if head and head.rule_fingerprint != fingerprint():
        return f"the day was built under other rules ({head.rule_fingerprint}); {_rebuild_hint(day)}"
    return f"the files are not what the commit wrote; `flightlake verify --date {day.day}` lists the differences"


def _rebuild_hint(day: PublishedDay) -> str:
    """Return the command that helps where the visible commit and today's rules differ."""
    head = day.head
    if head and head.kind == "rollback":
        return f"the day was rolled back, so only `flightlake convert --date {day.day} --rebuild` builds it anew"
    if head and head.rule_fingerprint == fingerprint():
        return f"`flightlake verify --date {day.day}` looks into the difference"
    return f"`flightlake convert --since {day.day}` builds the day under them"


def _commit(record: CommitRecord, day: PublishedDay) -> str:
    """Return a commit with its number, time, rules and code version, in words."""
    made = day.origin(record)
    return (
        f"commit {made.commit} (no. {made.sequence}, {shown(made.created_at)}, rules {made.rule_fingerprint}, "
        f"flightlake {made.code_version})"
    )
