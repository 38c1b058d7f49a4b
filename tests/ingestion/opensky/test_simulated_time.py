from datetime import timedelta

import pytest
from support.http_stub import Answer, http_stub
from support.polling import NOON

from flightlake.errors import SourceUnavailableError, UsageError
from ingestion.opensky.client import Service
from ingestion.opensky.simulated_time import discovered_clock


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


@pytest.mark.parametrize("speed", [b"0", b"-1", b"NaN", b"Infinity"])
def test_a_clock_that_stands_is_no_clock_to_poll_by(speed: bytes) -> None:
    with http_stub({"/clock": [Answer(200, b'{"now": 5, "speed": ' + speed + b"}")]}) as stub:
        service = Service.at(stub.url)
        with pytest.raises(UsageError, match="polls would never become due"):
            discovered_clock(service)


def test_nobody_there_is_an_error_at_once() -> None:
    with pytest.raises(SourceUnavailableError, match=r"no connection to 127\.0\.0\.1:1"):
        discovered_clock(Service.at("http://127.0.0.1:1"))
