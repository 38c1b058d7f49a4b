"""How long the simulator takes for a full answer: compute, serialise, gzip, and over HTTP on this machine.

Run: `.venv/bin/python benchmarks/simulator_response_time.py [aircraft]`. Wanted: a median under 0.3 s over 20 answers
with 10,000 aircraft in the sky.

Measured on 2026-11-21, 2 cores with a load of about 3 from other work, Python 3.11.7, numpy 2.4.6: 9,593 rows of 18
fields, median 0.130 s without the network (slowest 0.191), 0.148 s over HTTP (slowest 0.264). Two earlier runs: 0.126
and 0.151 s, over HTTP 0.155 and 0.252 s.
"""

import gzip
import statistics
import sys
import time
from datetime import timedelta

import requests

from local.simulator.api import GZIP_LEVEL
from local.simulator.clock import SteeredClock
from local.simulator.server import SimulatorServer
from local.simulator.sky import DEFAULT_START, Sky, response_body

ANSWER_COUNT = 20


def summary(what: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"{what}: median {statistics.median(ordered):.3f} s, fastest {ordered[0]:.3f}, slowest {ordered[-1]:.3f}"


def inside(sky: Sky) -> tuple[list[float], int, int]:
    """Return the seconds of each answer without the network, the rows and the bytes of the last one."""
    seconds, rows, size = [], 0, 0
    for number in range(ANSWER_COUNT):
        at_s = sky.epoch_s + 7_200 + 90 * number
        begin = time.perf_counter()
        seen = sky.observations(at_s)
        size = len(gzip.compress(response_body(at_s, seen, is_extended=True), GZIP_LEVEL))
        seconds.append(time.perf_counter() - begin)
        rows = len(seen.icao24)
    return seconds, rows, size


def over_http(sky: Sky) -> list[float]:
    """Return the seconds of each answer as a client on this machine sees them, unpacked."""
    clock = SteeredClock(DEFAULT_START + timedelta(hours=2))
    seconds = []
    with SimulatorServer(sky, clock=clock) as server, requests.Session() as session:
        for _ in range(ANSWER_COUNT):
            begin = time.perf_counter()
            answer = session.get(server.url + "/api/states/all", params={"extended": 1}, timeout=30)
            seconds.append(time.perf_counter() - begin)
            answer.raise_for_status()
            clock.advance(90)
    return seconds


def main() -> None:
    aircraft_count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    begin = time.perf_counter()
    sky = Sky(1, DEFAULT_START, aircraft_count)
    print(f"sky of {aircraft_count} aircraft made in {time.perf_counter() - begin:.2f} s")
    seconds, rows, size = inside(sky)
    print(summary(f"{rows} rows, {size} bytes of gzip", seconds))
    print(summary("over HTTP", over_http(sky)))


if __name__ == "__main__":
    main()
