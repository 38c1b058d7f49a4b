"""Alarm thresholds that follow from a stack's settings."""

import math
from dataclasses import dataclass
from typing import Self

from flightlake.opensky.quota import PollingPlan
from infra.config.settings import Settings

_HOUR_S = 3600
_BYTES_PER_GB = 1_000_000_000

CREDITS_LOW_SHARE = 0.1
"""Share of the tier's budget."""

SLOW_SHARE = 0.8
"""Share of the poller's timeout."""

_LATE_MARGIN_S = 3 * _HOUR_S
"""Time for the conversion itself, and for Flex to find capacity."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Thresholds of one stack, and the values that alarm texts mention.

    Attributes:
        credits_left: OpenSky credits below which the alarm is raised.
        credit_window: length of the credit window, in words, such as "day".
        landing_window_s: time within which a response must land.
        poller_timeout_s: time after which AWS stops a poll.
        poller_slow_ms: duration of a poll that comes close to the timeout.
        quality_percent: score below which a day is not published.
        convert_period_s: time between two conversions.
        publish_age_s: age of the newest published response that is too old.
        scan_gb, scan_bytes: amount that a day's queries may read.
    """

    credits_left: int
    credit_window: str
    landing_window_s: int
    poller_timeout_s: int
    poller_slow_ms: float
    quality_percent: float
    convert_period_s: int
    publish_age_s: int
    scan_gb: float
    scan_bytes: float

    @classmethod
    def of(cls, settings: Settings, *, poller_timeout_s: int) -> Self:
        """Return the thresholds of a stack with these settings."""
        plan = settings.polling.plan
        convert_period_s = settings.jobs.convert_every_hours * _HOUR_S
        scan_gb = settings.analytics.daily_scan_limit_gb
        return cls(
            credits_left=_low_credits(plan),
            credit_window=plan.tier.window_name,
            # Four intervals without a response, but no less than a quarter of an hour.
            landing_window_s=max(900, math.ceil(4 * plan.interval_s / 300) * 300),
            poller_timeout_s=poller_timeout_s,
            poller_slow_ms=SLOW_SHARE * poller_timeout_s * 1000,
            quality_percent=settings.jobs.min_quality_percent,
            convert_period_s=convert_period_s,
            publish_age_s=convert_period_s + _LATE_MARGIN_S,
            scan_gb=scan_gb,
            scan_bytes=scan_gb * _BYTES_PER_GB,
        )


def _low_credits(plan: PollingPlan) -> int:
    """Return a tenth of the budget, or half of what the plan leaves where that is less.

    A plan that spends its budget to the end would otherwise raise the alarm each evening.
    """
    spent = plan.tier.window_s / plan.interval_s * plan.cost_credits
    left = plan.tier.budget_credits - spent
    return math.floor(min(plan.tier.budget_credits * CREDITS_LOW_SHARE, left / 2))
