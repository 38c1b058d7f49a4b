"""OpenSky's credit quota: cost of a call, budget of a tier, possible polling plans.

Everything below is as published by OpenSky and read on 2026-11-20; a change there is a change in this module alone.
Source: openskynetwork/opensky-api, docs/free/rest.rst, "API credit usage" and "Limitations", version of 2026-07-20.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flightlake.errors import UsageError
from flightlake.opensky.bounding_box import Box

DAY_S = 86_400
HOUR_S = 3_600


@dataclass(frozen=True)
class Tier:
    """A kind of account and its budget of credits in each UTC day or hour."""

    name: str
    budget_credits: int
    window_s: int
    meaning: str

    @property
    def window_name(self) -> str:
        """The window in a word."""
        return "hour" if self.window_s == HOUR_S else "day"

    def window_start(self, at: datetime) -> datetime:
        """Return the start of the budget window, a UTC day or hour, that an instant lies in."""
        day = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return day if self.window_s == HOUR_S else day.replace(hour=0)


ANONYMOUS = Tier("anonymous", 400, DAY_S, "no account; metered by network address")
STANDARD = Tier("standard", 4_000, DAY_S, "a free account")
FEEDER = Tier("feeder", 8_000, DAY_S, "an account whose own receiver feeds at least 30 % of the time")
LICENSED = Tier("licensed", 14_400, HOUR_S, "an account with a licence")

TIERS: dict[str, Tier] = {tier.name: tier for tier in (ANONYMOUS, STANDARD, FEEDER, LICENSED)}
"""Every tier by name, from the smallest budget to the largest."""

GLOBAL_COST = 4
_COST_UP_TO_DEG2 = ((1, 25), (2, 100), (3, 400))


def tier_named(name: str) -> Tier:
    """Return the tier of this name.

    Raises:
        UsageError: there is no such tier.
    """
    if name not in TIERS:
        raise UsageError(f"tier {name!r} is unknown; choose from {', '.join(TIERS)}")
    return TIERS[name]


def call_cost(box: Box | None) -> int:
    """Return the credits that one call for the box costs; None is the globe.

    >>> call_cost(Box(45, 5, 50, 10)), call_cost(None)
    (1, 4)
    """
    if box is not None:
        for cost, area_deg2 in _COST_UP_TO_DEG2:
            if box.area_deg2 <= area_deg2:
                return cost
    return GLOBAL_COST


def fastest_interval_s(tier: Tier, cost: int) -> float:
    """Return the shortest interval that the budget lasts for, rounded up to a tenth of a second.

    >>> fastest_interval_s(STANDARD, GLOBAL_COST)
    86.4
    """
    return math.ceil(tier.window_s * cost * 10 / tier.budget_credits) / 10


@dataclass(frozen=True)
class PollingPlan:
    """Tier, box (None is the globe) and interval that fit together.

    Raises:
        UsageError: the tier's budget does not last for the box at this interval, or the interval is not positive.
    """

    tier: Tier
    box: Box | None
    interval_s: float

    def __post_init__(self) -> None:
        if not 0 < self.interval_s < math.inf:
            raise UsageError(f"interval {self.interval_s} s is no time between polls; give seconds above 0")
        if self.interval_s < self.fastest_interval_s:
            raise UsageError(_refusal(self))

    @property
    def cost_credits(self) -> int:
        """Credits that each call costs."""
        return call_cost(self.box)

    @property
    def fastest_interval_s(self) -> float:
        """The shortest interval possible for this tier and box."""
        return fastest_interval_s(self.tier, self.cost_credits)

    def slot_at(self, at: datetime) -> datetime:
        """Return the due time of the poll that an instant belongs to: the last multiple of the interval since 1970.

        A schedule may tick more often than the interval: its ticks share the slot, and one poll serves them all.
        """
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        interval = timedelta(milliseconds=max(1, round(self.interval_s * 1000)))
        return epoch + (at - epoch) // interval * interval


def _refusal(plan: PollingPlan) -> str:
    tier, cost = plan.tier, plan.cost_credits
    polls = math.ceil(tier.window_s / plan.interval_s)
    area = "the globe" if plan.box is None else f"box {plan.box} ({plan.box.area_deg2:,.10g} square degrees)"
    return (
        f"tier {tier.name} cannot poll {area} every {plan.interval_s:g} s: {polls:,} calls of {_credits(cost)} are "
        f"{polls * cost:,} credits per {tier.window_name}, and the tier has {tier.budget_credits:,}. "
        f"The fastest possible interval is {plan.fastest_interval_s:g} s{_largest_box(plan)}{_other_tiers(plan)}"
    )


def _largest_box(plan: PollingPlan) -> str:
    possible = [
        (cost, area) for cost, area in _COST_UP_TO_DEG2 if fastest_interval_s(plan.tier, cost) <= plan.interval_s
    ]
    if not possible:
        return f"; every {plan.interval_s:g} s is too often for this tier with any box"
    cost, area = possible[-1]
    return f"; every {plan.interval_s:g} s it can poll a box of up to {area} square degrees ({_credits(cost)})"


def _other_tiers(plan: PollingPlan) -> str:
    able = [name for name, tier in TIERS.items() if fastest_interval_s(tier, plan.cost_credits) <= plan.interval_s]
    return f"; this box at this interval needs tier {' or '.join(able)}" if able else ""


def _credits(count: int) -> str:
    return f"{count} credit" if count == 1 else f"{count} credits"
