"""State of one account, and its transitions as pure functions: admit a poll, settle it afterwards."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from flightlake.opensky.quota import PollingPlan
from flightlake.timestamps import parse_optional_timestamp, parse_timestamp, timestamp_text
from ingestion.quota.budget import Budget, Reservation
from ingestion.quota.circuit_breaker import CircuitBreaker

SkipOutcome = Literal["skipped_budget", "skipped_cooldown", "skipped_breaker"]

LONGEST_COOLDOWN_S = 86_400
"""A pause that the source asks for is kept up to this length: no budget window is longer."""


@dataclass(frozen=True)
class Granted:
    """The poll may be sent.

    Attributes:
        requests: metered requests that credits were set aside for, the first try and its retries.
    """

    requests: int
    reservation: Reservation


@dataclass(frozen=True)
class Denied:
    """The poll may not be sent, for the reason given."""

    outcome: SkipOutcome
    reason: str


@dataclass(frozen=True)
class PollFeedback:
    """Facts from a poll that was sent, by which later ones are admitted.

    Attributes:
        requests: metered requests that were sent.
        is_answered: the source gave an answer that can be used, or asked for a pause.
        credits_left: by the source's count; None where it gave none.
        retry_after_s: the pause that the source asked for.
        source_at: the time that its answer carries, UTC.
    """

    requests: int
    is_answered: bool
    credits_left: int | None = None
    retry_after_s: int | None = None
    source_at: datetime | None = None


@dataclass(frozen=True)
class Account:
    """Budget, circuit breaker and cooldown of one account.

    Attributes:
        cooldown_until: None where no pause was asked for.
        updated_at: by the poller's clock.
    """

    budget: Budget
    breaker: CircuitBreaker
    cooldown_until: datetime | None
    updated_at: datetime

    @classmethod
    def fresh(cls, plan: PollingPlan, now: datetime) -> Self:
        """Return the account before its first poll."""
        return cls(Budget(plan.tier.window_start(now)), CircuitBreaker(), None, now)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Return the account that `to_document` wrote.

        Raises:
            KeyError, TypeError, ValueError: the document is not one.
        """
        return cls(
            Budget.from_document(document["budget"]),
            CircuitBreaker.from_document(document["breaker"]),
            parse_optional_timestamp(document["cooldown_until"]),
            parse_timestamp(document["updated_at"]),
        )

    def to_document(self) -> dict[str, Any]:
        """Return the account in JSON's types."""
        return {
            "budget": self.budget.to_document(),
            "breaker": self.breaker.to_document(),
            "cooldown_until": timestamp_text(self.cooldown_until),
            "updated_at": timestamp_text(self.updated_at),
        }

    def is_cooling(self, now: datetime) -> bool:
        """Return whether the source has asked for a pause that is not over."""
        return self.cooldown_until is not None and now < self.cooldown_until


def admit(account: Account, plan: PollingPlan, *, tries: int, now: datetime) -> tuple[Account, Granted | Denied]:
    """Return whether a poll may be sent now, and the account with its credits set aside.

    Args:
        account: as stored.
        plan: what is polled.
        tries: requests wanted, the first and its retries; fewer are granted where the budget is short.
        now: the poller's instant.
    """
    if account.is_cooling(now):
        return account, Denied(
            "skipped_cooldown", f"the source asked for a pause until {_shown(account.cooldown_until)}"
        )
    if account.breaker.blocks(now):
        return account, Denied("skipped_breaker", _breaker_reason(account.breaker))
    budget = account.budget.at(plan.tier, now)
    left = budget.left(plan.tier)
    requests = min(tries, left // plan.cost_credits)
    if requests < 1:
        return account, Denied("skipped_budget", _budget_reason(plan, budget, left))
    reservation = Reservation(budget.window_start, requests * plan.cost_credits)
    changed = Account(budget.reserve(reservation.credits), account.breaker.admitted(now), account.cooldown_until, now)
    return changed, Granted(requests, reservation)


def settle(account: Account, plan: PollingPlan, granted: Granted, *, feedback: PollFeedback, now: datetime) -> Account:
    """Return the account after a poll: credits spent, breaker moved, cooldown begun where one was asked for."""
    budget = account.budget.at(plan.tier, now).settle(granted.reservation, used=feedback.requests * plan.cost_credits)
    if feedback.credits_left is not None:
        # Where our clock is ahead over midnight, the count is still of the day before: it would empty the new one.
        counted_at = min(now, feedback.source_at or now)
        budget = budget.reconcile(
            plan.tier, granted.reservation, server_left=feedback.credits_left, counted_at=counted_at
        )
    breaker = account.breaker.answered() if feedback.is_answered else account.breaker.failed(now)
    settled = replace(account, budget=budget, breaker=breaker, updated_at=now)
    if feedback.retry_after_s is None:
        return settled
    pause = timedelta(seconds=min(max(feedback.retry_after_s, 1), LONGEST_COOLDOWN_S))
    # Another poll may have got a longer pause.
    return replace(settled, cooldown_until=max(now + pause, account.cooldown_until or now))


def _breaker_reason(breaker: CircuitBreaker) -> str:
    if breaker.state == "half_open":
        return f"the breaker is half open: another poll is trying until {_shown(breaker.until)}"
    return f"the breaker is open after {breaker.failures} failed polls in a row, until {_shown(breaker.until)}"


def _budget_reason(plan: PollingPlan, budget: Budget, left: int) -> str:
    return (
        f"{left} of {plan.tier.budget_credits} credits left in the {plan.tier.window_name} that began "
        f"{_shown(budget.window_start)}, a call costs {plan.cost_credits}"
    )


def _shown(at: datetime | None) -> str:
    return "?" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
