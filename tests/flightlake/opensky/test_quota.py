from datetime import UTC, datetime, timedelta, timezone

import pytest

from flightlake.errors import UsageError
from flightlake.opensky.bounding_box import Box
from flightlake.opensky.quota import (
    ANONYMOUS,
    FEEDER,
    LICENSED,
    STANDARD,
    TIERS,
    PollingPlan,
    Tier,
    call_cost,
    fastest_interval_s,
    tier_named,
)


@pytest.mark.parametrize(
    ("box", "cost"),
    [
        (Box(0, 0, 5, 5), 1),
        (Box(0, 0, 5, 5.001), 2),
        (Box(0, 0, 10, 10), 2),
        (Box(0, 0, 10, 10.001), 3),
        (Box(0, 0, 20, 20), 3),
        (Box(0, 0, 20, 20.001), 4),
        (Box(-90, -180, 90, 180), 4),
        (None, 4),
    ],
)
def test_a_call_costs_by_the_size_of_its_box(box: Box | None, cost: int) -> None:
    assert call_cost(box) == cost


@pytest.mark.parametrize(
    ("tier", "cost", "interval_s"),
    [
        (ANONYMOUS, 4, 864.0),
        (STANDARD, 1, 21.6),
        (STANDARD, 2, 43.2),
        (STANDARD, 3, 64.8),
        (STANDARD, 4, 86.4),
        (FEEDER, 4, 43.2),
        (LICENSED, 4, 1.0),
        (LICENSED, 1, 0.3),  # 0.25, rounded up
    ],
)
def test_the_fastest_interval_is_what_the_budget_lasts_for(tier: Tier, cost: int, interval_s: float) -> None:
    assert fastest_interval_s(tier, cost) == interval_s


def test_a_plan_at_the_fastest_interval_is_possible() -> None:
    assert PollingPlan(STANDARD, None, 86.4).cost_credits == 4


def test_an_impossible_plan_names_tier_box_interval_and_the_way_out() -> None:
    with pytest.raises(UsageError) as refusal:
        PollingPlan(STANDARD, None, 30)
    assert str(refusal.value) == (
        "tier standard cannot poll the globe every 30 s: 2,880 calls of 4 credits are 11,520 credits per day, and the "
        "tier has 4,000. The fastest possible interval is 86.4 s; every 30 s it can poll a box of up to 25 square "
        "degrees (1 credit); this box at this interval needs tier licensed"
    )


def test_an_impossible_plan_names_its_box() -> None:
    with pytest.raises(UsageError, match=r"box 0,0,10,10 \(100 square degrees\) every 30 s.*43.2 s.*feeder or licens"):
        PollingPlan(STANDARD, Box(0, 0, 10, 10), 30)


def test_an_interval_too_short_for_any_box_says_so() -> None:
    with pytest.raises(UsageError, match="every 1 s is too often for this tier with any box"):
        PollingPlan(ANONYMOUS, None, 1)
    with pytest.raises(UsageError) as refusal:
        PollingPlan(LICENSED, None, 0.1)
    assert "needs tier" not in str(refusal.value)
    assert "credits per hour" in str(refusal.value)


@pytest.mark.parametrize("interval_s", [0, -1, float("nan"), float("inf")])
def test_an_interval_is_a_time(interval_s: float) -> None:
    with pytest.raises(UsageError, match="seconds above 0"):
        PollingPlan(STANDARD, None, interval_s)


def test_an_unknown_tier_lists_the_tiers() -> None:
    assert tier_named("feeder") is FEEDER
    with pytest.raises(UsageError, match="anonymous, standard, feeder, licensed"):
        tier_named("gold")
    assert list(TIERS) == ["anonymous", "standard", "feeder", "licensed"]


def test_budgets_renew_at_midnight_utc_or_on_the_hour() -> None:
    before_midnight = datetime(2026, 5, 9, 1, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert STANDARD.window_start(before_midnight) == datetime(2026, 5, 8, tzinfo=UTC)
    assert STANDARD.window_start(before_midnight + timedelta(microseconds=1)) == datetime(2026, 5, 9, tzinfo=UTC)
    assert LICENSED.window_start(before_midnight) == datetime(2026, 5, 8, 23, tzinfo=UTC)


def test_ticks_within_one_interval_share_its_slot() -> None:
    plan = PollingPlan(STANDARD, None, 90)
    noon = datetime(2026, 5, 8, 12, tzinfo=UTC)  # 1778241600 s, a multiple of 90
    slots = [plan.slot_at(noon + timedelta(seconds=tick)) for tick in (0, 30, 89.999, 90, 120, 179)]
    assert slots == [noon] * 3 + [noon + timedelta(seconds=90)] * 3


def test_slots_of_a_broken_interval_stay_exact() -> None:
    plan = PollingPlan(STANDARD, None, 86.4)
    midnight = datetime(2026, 5, 8, tzinfo=UTC)
    assert plan.slot_at(midnight) == midnight
    assert plan.slot_at(midnight + timedelta(seconds=86.4) - timedelta(microseconds=1)) == midnight
    assert plan.slot_at(midnight + timedelta(days=1, microseconds=-1)) == midnight + timedelta(seconds=999 * 86.4)
