import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flightlake.opensky.quota import LICENSED, PollingPlan
from infra.config.schedule import Schedule

HOURS = 6


@given(interval_s=st.floats(min_value=10, max_value=7200))
def test_every_interval_holds_a_trigger(interval_s: float) -> None:
    plan = PollingPlan(LICENSED, None, round(interval_s, 1))
    schedule = Schedule.for_interval(plan.interval_s)
    start = datetime(2026, 5, 8, tzinfo=UTC)
    instants = [
        start + timedelta(minutes=minute, seconds=delay_s)
        for minute in range(0, HOURS * 60, schedule.every_minutes)
        for delay_s in (0, *schedule.delays_s)
    ]
    slots = sorted({plan.slot_at(instant) for instant in instants})
    interval = timedelta(seconds=plan.interval_s)
    assert all(later - earlier == interval for earlier, later in itertools.pairwise(slots))


def test_fine_triggers_are_delayed_messages_and_coarse_ones_are_minutes() -> None:
    assert Schedule.for_interval(10) == Schedule(1, (10, 20, 30, 40, 50))
    assert Schedule.for_interval(43.2) == Schedule(1, (30,))
    assert Schedule.for_interval(60) == Schedule(1, ())
    assert Schedule.for_interval(900) == Schedule(15, ())
    assert Schedule.for_interval(900).expression == "cron(0/15 * * * ? *)"
    assert Schedule.for_interval(420) == Schedule(1, ())
    assert Schedule.for_interval(7200) == Schedule(1, ())
