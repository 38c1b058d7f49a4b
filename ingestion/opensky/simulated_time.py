"""The time that a simulator lives in: a poller of a simulated sky has to take its tier and interval by that clock."""

import json
import time
from datetime import UTC, datetime, timedelta
from math import isfinite

import requests

from flightlake.clock import AcceleratedClock
from flightlake.errors import UsageError
from ingestion.opensky.client import Service
from ingestion.opensky.http import Bearer, Deadline, Limits, exchange

_LIMITS = Limits(connect_s=3, read_s=5, total_s=8, tries=1)


def discovered_clock(service: Service) -> AcceleratedClock | None:
    """Return a clock that runs as the simulator's does; None where the service has none, so lives in real time.

    It is told by `GET /clock` as `{"now": Unix seconds, "speed": simulated seconds in a real one}`.
    The simulator's instant is taken as that of the moment in which it was asked. So the poller's clock is a little
    ahead of the simulator's, never behind, and no response seems to come from the future.

    Raises:
        SourceUnavailableError: nobody answers at the address.
        UsageError: the simulator's clock stands still.
    """
    request = requests.Request("GET", f"{service.base_url}/clock", auth=Bearer(None))
    asked_s = time.monotonic()
    reply = exchange(request, limits=_LIMITS, deadline=Deadline(_LIMITS.total_s))
    if reply.status != 200:
        return None
    try:
        document = json.loads(reply.body)
        now, speed = datetime.fromtimestamp(document["now"], UTC), float(document["speed"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    if speed <= 0 or not isfinite(speed):
        raise UsageError(f"the clock of {service.base_url} stands (speed {speed:g}): polls would never become due")
    return AcceleratedClock(now + timedelta(seconds=(time.monotonic() - asked_s) * speed), speed)
