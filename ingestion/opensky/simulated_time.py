"""Clock of a simulator, discovered over HTTP, so that a poller lives in the simulated time."""

import json
import time
from datetime import UTC, datetime, timedelta
from math import isfinite

import requests

from flightlake.clock import AcceleratedClock
from flightlake.errors import SourceUnavailableError, UsageError
from ingestion.opensky.client import Service
from ingestion.opensky.http import Bearer, Deadline, Limits, Reply, exchange

_LIMITS = Limits(connect_s=3, read_s=5, total_s=8, tries=1)
_STEP_LIMITS = Limits(connect_s=10, read_s=30, total_s=60, tries=1)


class SteppedClock:
    """Clock of one poller that moves a simulator's time: its sleeps are steps, and between them time stands still.

    No real time passes in a sleep, and none of a slow machine's delays passes here, so that a run of polls asks for the
    same seconds on every machine.
    """

    def __init__(self, service: Service, now: datetime) -> None:
        """Start at `now`, the simulator's instant; nothing is sent."""
        self._url = clock_url(service)
        self._now = now

    def now(self) -> datetime:
        """Return the simulated instant in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Step the simulator forward by this many seconds; 0 or less is no step.

        Raises:
            SourceUnavailableError: the simulator does not answer, or refuses the step.
        """
        if seconds <= 0:
            return
        target = self._now + timedelta(seconds=seconds)
        request = requests.Request("POST", self._url, json={"now": target.timestamp()}, auth=Bearer(None))
        reply = exchange(request, limits=_STEP_LIMITS, deadline=Deadline(_STEP_LIMITS.total_s))
        if reply.status != 200:
            raise SourceUnavailableError(f"the clock at {self._url} answered {reply.status} and was not stepped")
        self._now = target


def discovered_clock(service: Service) -> AcceleratedClock | SteppedClock | None:
    """Return a clock that keeps the simulator's time; None where the service has no clock, so lives in real time.

    `GET /clock` answers `{"now": unix seconds, "speed": simulated seconds per real second}`. At speed 0 the time stands
    still until `POST /clock` moves it. For a running clock, the simulator's instant is taken as that of the moment in
    which it was asked: so the poller's clock is a little ahead of the simulator's, never behind, and no response seems
    to come from the future.

    Raises:
        SourceUnavailableError: nobody answers at the address.
        UsageError: the simulator's speed is negative or no finite number.
    """
    request = requests.Request("GET", clock_url(service), auth=Bearer(None))
    asked_s = time.monotonic()
    reply = exchange(request, limits=_LIMITS, deadline=Deadline(_LIMITS.total_s))
    reading = _parsed(reply)
    if reading is None:
        return None
    now, speed = reading
    if speed == 0:
        return SteppedClock(service, now)
    if speed < 0 or not isfinite(speed):
        raise UsageError(f"the clock of {service.base_url} has the speed {speed:g}: polls would never become due")
    return AcceleratedClock(now + timedelta(seconds=(time.monotonic() - asked_s) * speed), speed)


def clock_url(service: Service) -> str:
    """Return the address of a simulator's clock."""
    return f"{service.base_url}/clock"


def _parsed(reply: Reply) -> tuple[datetime, float] | None:
    """Return instant and speed from a clock's answer; None where the answer is no clock's."""
    if reply.status != 200:
        return None
    try:
        document = json.loads(reply.body)
        return datetime.fromtimestamp(document["now"], UTC), float(document["speed"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
