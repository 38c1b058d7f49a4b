"""Why an aircraft stands in `states` at a time, or does not: from the poll to the commit."""

from datetime import datetime

from flightlake.commits.log import CommitLog
from flightlake.lake import Lake
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES
from serving.trace.answer import Answer, Outcome, Trail
from serving.trace.explain import explain
from serving.trace.polls import ledger_near
from serving.trace.published import PublishedDay, published_day, published_rows
from serving.trace.responses import raw_response
from serving.trace.row_status import row_statuses
from serving.trace.snapshot_match import WINDOW, SnapshotMatch, match_snapshot


def why(lake: Lake, icao24: str, at: datetime, *, now: datetime) -> Answer:
    """Return what became of an aircraft at an instant.

    Args:
        lake: the lake.
        icao24: six lower-case hex digits.
        at: UTC; the nearest snapshot within a quarter of an hour answers for it, or the nearest poll without one.
        now: the present instant, UTC.

    Raises:
        StorageError: the lake cannot be read.
    """
    log = CommitLog(STATES.name, CURATED_TABLES, lake.store, lake.catalog)
    match = match_snapshot(lake.store, log, ledger_near(lake.store, at, window=WINDOW), at)
    if match.snapshot_at is None:
        trail = Trail(icao24, match, PublishedDay(at.date(), (), None))
    else:
        trail = _followed(lake, icao24, match, match.snapshot_at)
    outcome = trail.statuses[0].outcome if trail.statuses else _outcome_without_rows(trail)
    return Answer(outcome, tuple(explain(outcome, trail, now=now)), trail)


def _followed(lake: Lake, icao24: str, match: SnapshotMatch, snapshot_at: datetime) -> Trail:
    responses = tuple(raw_response(lake.store, key, icao24) for key in match.raw_keys)
    day = published_day(lake, snapshot_at.date())
    rows = published_rows(lake, snapshot_at, icao24)
    return Trail(icao24, match, day, responses, rows, row_statuses(icao24, responses, day, rows))


def _outcome_without_rows(trail: Trail) -> Outcome:
    if trail.match.snapshot_at is None:
        return _outcome_without_response(trail.match)
    readable = [response for response in trail.responses if response.unreadable is None]
    if any(response.row_count for response in readable):
        return Outcome.NO_AIRCRAFT
    if readable:
        return Outcome.EMPTY_SKY
    return Outcome.RAW_GONE if all(response.is_gone for response in trail.responses) else Outcome.UNREADABLE


def _outcome_without_response(match: SnapshotMatch) -> Outcome:
    poll = match.silent_poll
    if poll is None or poll.record is None:
        return Outcome.NOT_POLLED
    if poll.record.outcome.startswith("skipped"):
        return Outcome.POLL_SKIPPED
    return Outcome.REFUSED if poll.record.raw_key else Outcome.POLL_FAILED
