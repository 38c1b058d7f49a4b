"""Polls: ask the quota, fetch, land, record in the ledger; once, or at every interval."""

import itertools
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightlake.errors import (
    FlightLakeError,
    InvalidResponseError,
    SourceError,
    SourceRejectedError,
    SourceThrottledError,
    StorageError,
)
from flightlake.opensky.decoder import Response
from flightlake.poll_record import Outcome, PollRecord
from flightlake.ports import Clock, ObjectStore
from flightlake.timestamps import whole_milliseconds
from ingestion.landing import checked_response, keep_refused, land_response
from ingestion.ledger import record_poll, recorded_poll
from ingestion.quota.account import Denied, Granted, PollFeedback
from ingestion.quota.quota import CreditQuota
from ingestion.sources import Fetched, RequestBudget, Source

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Poller:
    """Source, store, credit quota and clock of a poll."""

    source: Source
    store: ObjectStore
    quota: CreditQuota
    clock: Clock


@dataclass(frozen=True)
class Poll:
    """Result of one poll.

    Attributes:
        record: as the ledger holds it.
        response: None where no usable response came.
        is_repeat: the poll was in the ledger already, and no request was sent.
    """

    record: PollRecord
    response: Response | None = None
    is_repeat: bool = False


@dataclass
class _Draft:
    """Poll record that is filled while the poll runs."""

    scheduled_at: datetime
    source: str
    outcome: Outcome = "failed"
    reason: str | None = None
    polled_at: datetime | None = None
    credits_spent: int = 0
    credits_left: int | None = None
    row_count: int | None = None
    raw_key: str | None = None

    def fail(self, error: FlightLakeError) -> None:
        self.outcome, self.reason = "failed", str(error)

    def to_record(self) -> PollRecord:
        return PollRecord(**vars(self))


def poll_once(poller: Poller, *, scheduled_at: datetime) -> Poll:
    """Poll, unless this due time has its record already, and leave exactly one record in the ledger.

    Args:
        poller: source, store, quota and clock.
        scheduled_at: when the poll was due, UTC; with the source it names the poll.

    Raises:
        StorageError: the lake or the poll state failed; the poll's record says so, where it could be written.
    """
    due = whole_milliseconds(scheduled_at)
    known = recorded_poll(poller.store, scheduled_at=due, source=poller.source.name)
    if known is not None:
        return Poll(known, is_repeat=True)
    draft = _Draft(due, poller.source.name)
    try:
        response = _poll_source(poller, draft)
    except StorageError as exc:
        draft.fail(exc)
        _record_or_log(poller.store, draft.to_record())
        raise
    except KeyboardInterrupt:
        draft.reason = "interrupted" if draft.outcome == "failed" else draft.reason
        _record_or_log(poller.store, draft.to_record())
        raise
    return _record(poller.store, Poll(draft.to_record(), response))


def check_source(poller: Poller) -> Response:
    """Fetch one response within the quota, for a test of the source: nothing lands or is recorded.

    Raises:
        SourceRejectedError: the quota denies a poll now, or the source refuses it.
        SourceUnavailableError: no usable answer came.
        InvalidResponseError: the answer is no usable response.
        StorageError: the poll state failed.
    """
    granted = poller.quota.admit(tries=poller.source.tries)
    if isinstance(granted, Denied):
        raise SourceRejectedError(f"not asked: {granted.reason}")
    answer = _fetch(poller, granted)
    poller.quota.settle(granted, answer.feedback)
    if answer.response is None:
        raise answer.error or SourceRejectedError("no response")
    return answer.response


def missed_poll(poller: Poller, *, scheduled_at: datetime, why: str) -> Poll:
    """Record a poll that was missed, with the reason, unless the ledger knows it already.

    Raises:
        StorageError: the ledger cannot be read or written.
    """
    due = whole_milliseconds(scheduled_at)
    known = recorded_poll(poller.store, scheduled_at=due, source=poller.source.name)
    if known is not None:
        return Poll(known, is_repeat=True)
    draft = _Draft(due, poller.source.name, reason=f"missed: {why}")
    return _record(poller.store, Poll(draft.to_record()))


def poll_many(poller: Poller, *, count: int | None, interval_s: float) -> Iterator[Poll]:
    """Poll at every interval from now on, `count` times, or for ever where it is None.

    A poll that begins late, within its interval, is polled late; one whose whole interval has passed is not made up
    for, but recorded as missed: every due time leaves its record, and no two polls follow each other in a rush.

    Raises:
        StorageError: the lake or the poll state failed; polling ends.
    """
    start, step = whole_milliseconds(poller.clock.now()), timedelta(seconds=interval_s)
    for number in range(count) if count is not None else itertools.count():
        due = start + number * step
        now = poller.clock.now()
        if now >= due + step:
            yield missed_poll(poller, scheduled_at=due, why="the poll before it was still running")
            continue
        poller.clock.sleep((due - now).total_seconds())
        yield poll_once(poller, scheduled_at=due)


@dataclass(frozen=True)
class _Answer:
    """Answer of a source: a usable response, or the error, with the body where one came."""

    feedback: PollFeedback
    fetched: Fetched | None
    response: Response | None
    error: FlightLakeError | None


def _poll_source(poller: Poller, draft: _Draft) -> Response | None:
    granted = poller.quota.admit(tries=poller.source.tries)
    if isinstance(granted, Denied):
        draft.outcome, draft.reason = granted.outcome, granted.reason
        return None
    draft.polled_at = poller.clock.now()
    answer = _fetch(poller, granted)
    draft.credits_spent = answer.feedback.requests * poller.quota.plan.cost_credits
    draft.credits_left = answer.feedback.credits_left
    try:
        _store_answer(poller.store, draft, answer)
    finally:  # a lake that is full does not give the credits back
        poller.quota.settle(granted, answer.feedback)
    return answer.response


def _fetch(poller: Poller, granted: Granted) -> _Answer:
    request_budget = RequestBudget(granted.requests)
    try:
        fetched = poller.source.fetch(request_budget)
    except SourceThrottledError as exc:
        feedback = PollFeedback(request_budget.used, is_answered=True, retry_after_s=exc.retry_after_s)
        return _Answer(feedback, None, None, exc)
    except SourceError as exc:
        return _Answer(PollFeedback(request_budget.used, is_answered=False), None, None, exc)
    try:
        response = checked_response(fetched.body, now=fetched.received_at)
    except InvalidResponseError as exc:
        feedback = PollFeedback(request_budget.used, is_answered=False, credits_left=fetched.credits_left)
        return _Answer(feedback, fetched, None, exc)
    feedback = PollFeedback(
        request_budget.used, is_answered=True, credits_left=fetched.credits_left, source_at=response.snapshot_at
    )
    return _Answer(feedback, fetched, response, None)


def _store_answer(store: ObjectStore, draft: _Draft, answer: _Answer) -> None:
    if answer.error is not None:
        draft.fail(answer.error)
    if answer.fetched is None:
        return
    if answer.response is None:
        draft.raw_key = keep_refused(store, answer.fetched.body, received_at=answer.fetched.received_at)
        return
    landing = land_response(store, answer.response, answer.fetched.body)
    draft.outcome, draft.raw_key, draft.row_count = landing.outcome, landing.key, len(landing.response.rows)


def _record(store: ObjectStore, poll: Poll) -> Poll:
    record = poll.record
    is_first = record_poll(store, record)
    logger.info("poll recorded", extra={"outcome": record.outcome, "reason": record.reason, "is_first": is_first})
    return poll


def _record_or_log(store: ObjectStore, record: PollRecord) -> None:
    try:
        record_poll(store, record)
    except StorageError as exc:
        logger.error("poll not recorded", extra={"record": record.to_document(), "error": str(exc)})  # noqa: TRY400  the first error is raised
