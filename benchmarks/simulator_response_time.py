"""How long the simulator takes for a full answer: compute, serialise, gzip, and over HTTP on this machine.

    .venv/bin/python -m benchmarks.simulator_response_time [AIRCRAFT]

Wanted: a median under 0.3 s over 20 answers with 10,000 aircraft in the sky.
"""

import gzip
import statistics
import sys
import time
from datetime import timedelta

import requests

from benchmarks.findings import Row, report
from simulator.api import GZIP_LEVEL
from simulator.clock import SteeredClock
from simulator.server import SimulatorServer
from simulator.sky import DEFAULT_START, Sky, response_body

ANSWER_COUNT = 20
LIMIT_S = 0.3


def line(what: str, seconds: list[float]) -> Row:
    median_s = statistics.median(seconds)
    text = f"median {median_s:.3f} s, slowest {max(seconds):.3f} s"
    return Row(what, text, "", None, f"median <= {LIMIT_S:g} s", median_s <= LIMIT_S)


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
    sky = Sky(1, DEFAULT_START, aircraft_count)
    seconds, rows, size = inside(sky)
    what = f"a simulated answer of {rows:,} rows"
    lines = [line(f"{what}, gzipped", seconds), line(f"{what}, over HTTP on this machine", over_http(sky))]
    report("simulator_response_time", lines, notes=[f"{size:,} bytes of gzip at level {GZIP_LEVEL}."])


if __name__ == "__main__":
    main()
