"""What is said of one row of an aircraft: a sentence for each outcome, and what today's rules make of it."""

from collections.abc import Callable, Iterator

from flightlake.commits.record import CommitRecord
from flightlake.quality.rules import fingerprint
from serving.trace.answer import Outcome, RowStatus, Trail
from serving.trace.published import PublishedDay
from serving.trace.times import shown


def explain_row(status: RowStatus, trail: Trail) -> str:
    """Return what became of a row."""
    return ROW_SENTENCES[status.outcome](status, trail)


def explain_rules(status: RowStatus, day: PublishedDay) -> Iterator[str]:
    """Yield what today's rules say of a row, where that is not what the visible commit says."""
    if status.rejected_by is None:
        return
    if status.outcome is Outcome.QUARANTINED and set(status.rejected_by) != set(status.reasons):
        yield f"Today's rules ({fingerprint()}) {_verdict(status)}; {_rebuild(day)}."
    elif status.rejected_by and status.outcome is Outcome.VISIBLE:
        yield f"Today's rules ({fingerprint()}) would reject it: {', '.join(status.rejected_by)}; {_rebuild(day)}."
    elif status.rejected_by and status.outcome is not Outcome.QUARANTINED:
        yield f"It will go to quarantine: today's rules ({fingerprint()}) reject it by {', '.join(status.rejected_by)}."
    if status.warned_by:
        yield f"Rules that only warn: {', '.join(status.warned_by)}."


def commit_named(record: CommitRecord, day: PublishedDay) -> str:
    """Return a commit with its number, time, rules and code version, in words."""
    made = day.origin(record)
    return (
        f"commit {made.commit} (no. {made.sequence}, {shown(made.created_at)}, rules {made.rule_fingerprint}, "
        f"flightlake {made.code_version})"
    )


def _visible(status: RowStatus, trail: Trail) -> str:
    commit = f", visible in {commit_named(trail.day.shown, trail.day)}" if trail.day.shown else ""
    return f"{trail.icao24} is in `states` at {shown(trail.at)}: {status.place}{commit}."


def _quarantined(status: RowStatus, trail: Trail) -> str:
    commit = f" of {commit_named(trail.day.shown, trail.day)}" if trail.day.shown else ""
    return (
        f"{trail.icao24} is not in `states` at {shown(trail.at)} but in quarantine{commit}: {status.place} "
        f"breaks {', '.join(status.reasons)}."
    )


def _repeat(status: RowStatus, trail: Trail) -> str:
    key, number = status.won_by or ("", 0)
    matches = {match.place: match for response in trail.responses for match in response.matches}
    winner, loser = matches[key, number], matches[status.raw_key or "", status.row_number or 0]
    if winner.last_contact_s != loser.last_contact_s:
        reason = "its last contact is newer"
    else:
        reason = "of equal contacts the smallest key counts" if key != status.raw_key else "it stands first"
    return f"{_begun(status.place)} is a repeat: row {number} of {key} won, as {reason}."


def _differs(status: RowStatus, trail: Trail) -> str:
    return (
        f"{trail.icao24} should be in `states` at {shown(trail.at)}, by {status.place}, and is neither there nor in "
        f"quarantine: {_likely_reason(trail)}."
    )


def _likely_reason(trail: Trail) -> str:
    head = trail.day.head
    if trail.rows.error:
        return f"what readers ought to see cannot be read ({trail.rows.error})"
    if head and (trail.day.shown is None or trail.day.shown.commit != head.commit):
        seen = trail.day.shown.commit if trail.day.shown else "no commit"
        return f"readers still see {seen}, the log says {head.commit}; `flightlake convert` moves the pointer"
    if head and head.rule_fingerprint != fingerprint():
        return f"the day was built under other rules ({head.rule_fingerprint}); {_rebuild(trail.day)}"
    return f"the files are not what the commit wrote; `flightlake verify --date {trail.day.day}` lists the differences"


def _left_out(status: RowStatus, trail: Trail) -> str:
    head = trail.day.records[-1]
    reason = next(item.reason for item in head.unreadable if item.raw_key == status.raw_key)
    commit = commit_named(head, trail.day)
    return f"{_begun(status.place)} is not published: {commit} left the response out: {reason}."


def _rolled_back(status: RowStatus, trail: Trail) -> str:
    day = trail.day
    built, head = day.built_with(status.raw_key or ""), day.records[-1]
    before = f"was published by {commit_named(built, day)}, until" if built else "was landed and never published, as"
    return (
        f"{_begun(status.place)} {before} the day was rolled back to commit {head.commit} "
        f"({shown(day.decided(head).created_at)}); `flightlake convert --date {day.day} --rebuild` builds it anew."
    )


def _pending(status: RowStatus, trail: Trail) -> str:
    return (
        f"{_begun(status.place)} waits for the next conversion: no commit of {trail.day.day} knows the response yet; "
        "`flightlake convert` builds the day."
    )


def _unpublished(status: RowStatus, trail: Trail) -> str:
    return (
        f"{_begun(status.place)} is landed, but {trail.day.day} was never published; "
        f"`flightlake convert --date {trail.day.day}` publishes it or says why not."
    )


ROW_SENTENCES: dict[Outcome, Callable[[RowStatus, Trail], str]] = {
    Outcome.VISIBLE: _visible,
    Outcome.QUARANTINED: _quarantined,
    Outcome.REPEAT: _repeat,
    Outcome.DIFFERS: _differs,
    Outcome.LEFT_OUT: _left_out,
    Outcome.ROLLED_BACK: _rolled_back,
    Outcome.PENDING: _pending,
    Outcome.UNPUBLISHED: _unpublished,
}
"""Where a row of the aircraft is known."""


def _verdict(status: RowStatus) -> str:
    return f"reject it by {', '.join(status.rejected_by)}" if status.rejected_by else "let it pass"


def _rebuild(day: PublishedDay) -> str:
    head = day.head
    if head and head.kind == "rollback":
        return f"the day was rolled back, so only `flightlake convert --date {day.day} --rebuild` builds it anew"
    if head and head.rule_fingerprint == fingerprint():
        return f"`flightlake verify --date {day.day}` looks into the difference"
    return f"`flightlake convert --since {day.day}` builds the day under them"


def _begun(text: str) -> str:
    return text[0].upper() + text[1:]
