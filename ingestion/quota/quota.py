"""Credit quota that the pollers of a lake share: one document, changed by compare-and-set only.

Credits are set aside before a request is sent and settled afterwards, so two pollers at once cannot spend the same
credit.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flightlake.errors import ConflictError, StorageError
from flightlake.opensky.quota import PollingPlan
from flightlake.ports import Clock, PollState
from ingestion.quota.account import Account, Denied, Granted, PollFeedback, admit, settle

_OTHER_CLOCK = timedelta(hours=1)
_SAVE_ATTEMPTS = 20

_Answer = TypeVar("_Answer")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _FinishedPoll:
    """Poll that is over but not yet saved in the state."""

    granted: Granted
    feedback: PollFeedback
    at: datetime


class CreditQuota:
    """Credits, cooldown and circuit breaker of one account at one source, shared by the pollers of a lake."""

    def __init__(self, state: PollState, plan: PollingPlan, *, place: str, clock: Clock) -> None:
        """Bind the quota to its document.

        Args:
            state: where the document is kept.
            plan: what is polled.
            place: the source's base address; with the tier it names the account.
            clock: the poller's clock.
        """
        self._state = state
        self._account = f"{plan.tier.name}@{place}"
        self._clock = clock
        self._unsaved: list[_FinishedPoll] = []
        self.plan = plan

    def admit(self, *, tries: int) -> Granted | Denied:
        """Reserve credits for a poll that is to be sent now, or deny it with the reason.

        Raises:
            StorageError: the state cannot be read or written.
        """
        return self._changed(lambda account, now: admit(account, self.plan, tries=tries, now=now))

    def settle(self, granted: Granted, feedback: PollFeedback) -> None:
        """Save the feedback of a poll that was sent.

        Where the state cannot be written, this process remembers it, a pause that was asked for too, and writes it
        before its next poll: the poll itself is over, and what it landed has landed. Should the process end before,
        the credits stay set aside until the window ends.
        """
        self._unsaved.append(_FinishedPoll(granted, feedback, self._clock.now()))
        try:
            self._changed(lambda account, _: (account, None))
        except StorageError as exc:
            logger.error("poll not settled, its outcome is kept for the next poll", extra={"error": str(exc)})  # noqa: TRY400  an expected failure: its text tells all

    def _changed(self, change: Callable[[Account, datetime], tuple[Account, _Answer]]) -> _Answer:
        for _ in range(_SAVE_ATTEMPTS):
            stored, now = self._state.load(), self._clock.now()
            account = self._account_of(stored.document, now)
            changed, answer = change(self._settled(account), now)
            if changed == account:
                self._unsaved.clear()
                return answer
            document = {**stored.document, self._account: changed.to_document()}
            try:
                self._state.save(document, expected_version=stored.version)
            except ConflictError:
                continue
            self._unsaved.clear()
            return answer
        raise ConflictError(f"the poll state changed under {_SAVE_ATTEMPTS} attempts to save it: too many pollers")

    def _settled(self, account: Account) -> Account:
        """Return the account after the polls whose outcome was not saved yet."""
        for over in self._unsaved:
            account = settle(account, self.plan, over.granted, feedback=over.feedback, now=over.at)
        return account

    def _account_of(self, document: dict[str, Any], now: datetime) -> Account:
        if self._account not in document:
            return Account.fresh(self.plan, now)
        try:
            account = Account.from_document(document[self._account])
            runs_elsewhere = now < account.updated_at - _OTHER_CLOCK
        except (KeyError, TypeError, ValueError) as exc:
            raise StorageError(
                f"the poll state of {self._account} is damaged ({type(exc).__name__}: {exc}); "
                "delete it to start anew, credits spent in this window are then forgotten"
            ) from exc
        # A simulator that was started again begins with an earlier sky and a full budget.
        return Account.fresh(self.plan, now) if runs_elsewhere else account
