"""Why an aircraft stands in `states` at a time, or does not: from the poll to the commit."""

from datetime import datetime

from lake.adapters.opening import Lake
from lake.commits import CommitLog
from lake.tables import CURATED_TABLES, STATES
from local.lineage.answer import Answer, Ending, Trail
from local.lineage.fates import row_fates
from local.lineage.moment import WINDOW, Moment, moment_of
from local.lineage.polls import ledger_near
from local.lineage.published import PublishedDay, published_day, published_rows
from local.lineage.responses import raw_response
from local.lineage.sentences import sentences


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
    moment = moment_of(lake.store, log, ledger_near(lake.store, at, window=WINDOW), at)
    if moment.snapshot_at is None:
        trail = Trail(icao24, moment, PublishedDay(at.date(), (), None))
    else:
        trail = _followed(lake, icao24, moment, moment.snapshot_at)
    ending = trail.fates[0].ending if trail.fates else _ending_without_rows(trail)
    return Answer(ending, tuple(sentences(ending, trail, now=now)), trail)


def _followed(lake: Lake, icao24: str, moment: Moment, snapshot_at: datetime) -> Trail:
    responses = tuple(raw_response(lake.store, key, icao24) for key in moment.raw_keys)
    day = published_day(lake, snapshot_at.date())
    rows = published_rows(lake, snapshot_at, icao24)
    return Trail(icao24, moment, day, responses, rows, row_fates(icao24, responses, day, rows))


def _ending_without_rows(trail: Trail) -> Ending:
    if trail.moment.snapshot_at is None:
        return _ending_without_response(trail.moment)
    readable = [response for response in trail.responses if response.unreadable is None]
    if any(response.row_count for response in readable):
        return Ending.NO_AIRCRAFT
    if readable:
        return Ending.EMPTY_SKY
    return Ending.RAW_GONE if all(response.is_gone for response in trail.responses) else Ending.UNREADABLE


def _ending_without_response(moment: Moment) -> Ending:
    poll = moment.silent_poll
    if poll is None or poll.record is None:
        return Ending.NOT_POLLED
    if poll.record.fate.startswith("skipped"):
        return Ending.POLL_SKIPPED
    return Ending.REFUSED if poll.record.raw_key else Ending.POLL_FAILED
