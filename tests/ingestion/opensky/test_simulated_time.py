"""The clock of a simulator as a poller discovers it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from support.http_stub import Answer, http_stub
from support.polling import NOON

from flightlake.errors import SourceUnavailableError, UsageError
from ingestion.opensky.client import Service
from ingestion.opensky.simulated_time import SteppedClock, discovered_clock
from simulator.clock import SteeredClock
from simulator.server import SimulatorServer
from simulator.sky import Sky


def test_the_clock_goes_as_the_simulators_does() -> None:
    with http_stub({"/clock": [Answer(200, b'{"now": 1778241600.0, "speed": 1000}')]}) as stub:
        clock = discovered_clock(Service.at(stub.url))
        assert clock is not None
        first = clock.now()
        clock.sleep(50)
        assert NOON <= first < NOON + timedelta(hours=1)
        assert timedelta(seconds=50) <= clock.now() - first < timedelta(minutes=10)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404),
        Answer(200, b"<html>"),
        Answer(200, b"[]"),
        Answer(200, b'{"now": 5}'),
        Answer(200, b'{"now": "soon", "speed": 1}'),
        Answer(200, b'{"now": 1e300, "speed": 1}'),
    ],
)
def test_what_has_no_clock_lives_in_real_time(answer: Answer) -> None:
    with http_stub({"/clock": [answer]}) as stub:
        assert discovered_clock(Service.at(stub.url)) is None


@pytest.mark.parametrize("speed", [b"-1", b"NaN", b"Infinity"])
def test_a_clock_with_an_impossible_speed_is_no_clock_to_poll_by(speed: bytes) -> None:
    with http_stub({"/clock": [Answer(200, b'{"now": 5, "speed": ' + speed + b"}")]}) as stub:
        service = Service.at(stub.url)
        with pytest.raises(UsageError, match="polls would never become due"):
            discovered_clock(service)


def test_a_sleep_steps_the_simulator_and_takes_no_real_time() -> None:
    start = datetime(2026, 5, 8, 18, tzinfo=UTC)
    with SimulatorServer(Sky(seed=3, start=start, aircraft_count=20), clock=SteeredClock(start)) as server:
        clock = discovered_clock(Service.at(server.url))
        assert isinstance(clock, SteppedClock)
        started_s = time.monotonic()
        clock.sleep(86_400.5)
        clock.sleep(0)
        clock.sleep(-5)
        assert time.monotonic() - started_s < 60
        assert clock.now() == start + timedelta(seconds=86_400.5)
        assert server.clock.now_s() == clock.now().timestamp()


def test_a_simulator_that_refuses_a_step_is_an_error_and_leaves_the_time_as_it_was() -> None:
    with http_stub({"/clock": [Answer(200, b'{"now": 1778241600.0, "speed": 0}'), Answer(409)]}) as stub:
        clock = discovered_clock(Service.at(stub.url))
        assert clock is not None
        with pytest.raises(SourceUnavailableError, match="answered 409 and was not stepped"):
            clock.sleep(90)
        assert clock.now() == NOON


def test_nobody_there_is_an_error_at_once() -> None:
    with pytest.raises(SourceUnavailableError, match=r"no connection to 127\.0\.0\.1:1"):
        discovered_clock(Service.at("http://127.0.0.1:1"))
