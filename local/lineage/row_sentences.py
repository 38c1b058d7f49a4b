"""What is said of one row of an aircraft: a sentence for each ending, and what today's rules make of it."""

from collections.abc import Callable, Iterator

from lake.commits import CommitRecord
from lake.rules import fingerprint
from local.lineage.answer import Ending, RowFate, Trail
from local.lineage.instants import shown
from local.lineage.published import PublishedDay


def row_sentence(fate: RowFate, trail: Trail) -> str:
    """Return what became of a row."""
    return ROW_SENTENCES[fate.ending](fate, trail)


def rule_sentences(fate: RowFate, day: PublishedDay) -> Iterator[str]:
    """Yield what today's rules say of a row, where that is not what the visible commit says."""
    if fate.rejected_by is None:
        return
    if fate.ending is Ending.QUARANTINED and set(fate.rejected_by) != set(fate.reasons):
        yield f"Today's rules ({fingerprint()}) {_verdict(fate)}; {_rebuild(day)}."
    elif fate.rejected_by and fate.ending is Ending.VISIBLE:
        yield f"Today's rules ({fingerprint()}) would reject it: {', '.join(fate.rejected_by)}; {_rebuild(day)}."
    elif fate.rejected_by and fate.ending is not Ending.QUARANTINED:
        yield f"It will go to quarantine: today's rules ({fingerprint()}) reject it by {', '.join(fate.rejected_by)}."
    if fate.warned_by:
        yield f"Rules that only warn: {', '.join(fate.warned_by)}."


def commit_named(record: CommitRecord, day: PublishedDay) -> str:
    """Return a commit with its number, time, rules and code version, in words."""
    made = day.origin(record)
    return (
        f"commit {made.commit} (no. {made.sequence}, {shown(made.created_at)}, rules {made.rule_fingerprint}, "
        f"flightlake {made.code_version})"
    )


def _visible(fate: RowFate, trail: Trail) -> str:
    commit = f", visible in {commit_named(trail.day.shown, trail.day)}" if trail.day.shown else ""
    return f"{trail.icao24} is in `states` at {shown(trail.at)}: {fate.place}{commit}."


def _quarantined(fate: RowFate, trail: Trail) -> str:
    commit = f" of {commit_named(trail.day.shown, trail.day)}" if trail.day.shown else ""
    return (
        f"{trail.icao24} is not in `states` at {shown(trail.at)} but in quarantine{commit}: {fate.place} "
        f"breaks {', '.join(fate.reasons)}."
    )


def _repeat(fate: RowFate, trail: Trail) -> str:
    key, number = fate.won_by or ("", 0)
    sightings = {sighting.place: sighting for response in trail.responses for sighting in response.sightings}
    winner, loser = sightings[key, number], sightings[fate.raw_key or "", fate.row_number or 0]
    if winner.last_contact_s != loser.last_contact_s:
        reason = "its last contact is newer"
    else:
        reason = "of equal contacts the smallest key counts" if key != fate.raw_key else "it stands first"
    return f"{_begun(fate.place)} is a repeat: row {number} of {key} won, as {reason}."


def _differs(fate: RowFate, trail: Trail) -> str:
    return (
        f"{trail.icao24} should be in `states` at {shown(trail.at)}, by {fate.place}, and is neither there nor in "
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


def _left_out(fate: RowFate, trail: Trail) -> str:
    head = trail.day.records[-1]
    reason = next(item.reason for item in head.unreadable if item.raw_key == fate.raw_key)
    commit = commit_named(head, trail.day)
    return f"{_begun(fate.place)} is not published: {commit} left the response out: {reason}."


def _rolled_back(fate: RowFate, trail: Trail) -> str:
    day = trail.day
    built, head = day.built_with(fate.raw_key or ""), day.records[-1]
    before = f"was published by {commit_named(built, day)}, until" if built else "was landed and never published, as"
    return (
        f"{_begun(fate.place)} {before} the day was rolled back to commit {head.commit} "
        f"({shown(day.decided(head).created_at)}); `flightlake convert --date {day.day} --rebuild` builds it anew."
    )


def _pending(fate: RowFate, trail: Trail) -> str:
    return (
        f"{_begun(fate.place)} waits for the next conversion: no commit of {trail.day.day} knows the response yet; "
        "`flightlake convert` builds the day."
    )


def _unpublished(fate: RowFate, trail: Trail) -> str:
    return (
        f"{_begun(fate.place)} is landed, but {trail.day.day} was never published; "
        f"`flightlake convert --date {trail.day.day}` publishes it or says why not."
    )


ROW_SENTENCES: dict[Ending, Callable[[RowFate, Trail], str]] = {
    Ending.VISIBLE: _visible,
    Ending.QUARANTINED: _quarantined,
    Ending.REPEAT: _repeat,
    Ending.DIFFERS: _differs,
    Ending.LEFT_OUT: _left_out,
    Ending.ROLLED_BACK: _rolled_back,
    Ending.PENDING: _pending,
    Ending.UNPUBLISHED: _unpublished,
}
"""Where a row of the aircraft is known."""


def _verdict(fate: RowFate) -> str:
    return f"reject it by {', '.join(fate.rejected_by)}" if fate.rejected_by else "let it pass"


def _rebuild(day: PublishedDay) -> str:
    head = day.head
    if head and head.kind == "rollback":
        return f"the day was rolled back, so only `flightlake convert --date {day.day} --rebuild` builds it anew"
    if head and head.rule_fingerprint == fingerprint():
        return f"`flightlake verify --date {day.day}` looks into the difference"
    return f"`flightlake convert --since {day.day}` builds the day under them"


def _begun(text: str) -> str:
    return text[0].upper() + text[1:]
