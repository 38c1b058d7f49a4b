"""The contract of the clock, and how the accelerated one runs."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from flightlake.clock import AcceleratedClock, SystemClock
from flightlake.ports import Clock

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)


@pytest.fixture(params=["system", "accelerated"])
def clock(request: pytest.FixtureRequest) -> Clock:
    return SystemClock() if request.param == "system" else AcceleratedClock(NOON, 10)


def test_a_clock_tells_utc_and_goes_forward(clock: Clock) -> None:
    first, second = clock.now(), clock.now()
    assert first.utcoffset() == timedelta(0)
    assert first <= second


def test_a_sleep_takes_its_time_of_this_clock(clock: Clock) -> None:
    before = clock.now()
    clock.sleep(0.05)
    assert timedelta(seconds=0.05) <= clock.now() - before < timedelta(seconds=30)


@pytest.mark.parametrize("seconds", [0, -5.0])
def test_a_sleep_that_is_over_already_does_not_wait(clock: Clock, seconds: float) -> None:
    before = time.monotonic()
    clock.sleep(seconds)
    assert time.monotonic() - before < 1


def test_the_system_clock_is_the_machine_s() -> None:
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_ninety_seconds_take_a_tenth_of_a_second_at_900_times_the_speed() -> None:
    clock = AcceleratedClock(NOON, 900)
    started = time.monotonic()
    clock.sleep(90)
    assert 0.1 <= time.monotonic() - started < 2
    assert timedelta(seconds=90) <= clock.now() - NOON < timedelta(minutes=30)


def test_an_accelerated_clock_starts_at_its_instant_in_utc() -> None:
    started = AcceleratedClock(datetime(2026, 5, 8, 14, tzinfo=timezone(timedelta(hours=2))), 0.001).now()
    assert NOON <= started < NOON + timedelta(seconds=1)


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="a speed above 0"):
        AcceleratedClock(NOON, speed)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a time zone"):
        AcceleratedClock(datetime(2026, 5, 8), 1)  # noqa: DTZ001 - that is the point
