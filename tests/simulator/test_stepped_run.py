"""A simulator whose time is stepped gives every run of polls the same lake, however slow the machine is."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.commands import flightlake

from simulator.clock import SteeredClock
from simulator.observation import Observations
from simulator.server import SimulatorServer
from simulator.sky import Sky

START = datetime(2025, 9, 6, 10, tzinfo=UTC)
FAULTS = "503@3,html@4,cut@6,401@8,429@12,truncated@14"
POLL_COUNT = 14


class SlowSky(Sky):
    """A sky whose answers take longer, in real time, than the machine's fast polls together."""

    def observations(self, at_s: int, **asked: Any) -> Observations:
        time.sleep(0.3)
        return super().observations(at_s, **asked)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Threads that compute in the simulator's process while the test lasts."""
    is_over = threading.Event()

    def compute() -> None:
        while not is_over.is_set():
            sum(range(20_000))

    threads = [threading.Thread(target=compute) for _ in range(2)]
    for thread in threads:
        thread.start()
    yield
    is_over.set()
    for thread in threads:
        thread.join(20)


def polled(lake: Path, sky: Sky, port: int) -> tuple[dict[str, bytes], tuple[int, str]]:
    """Poll a stepped simulator; return the files of the raw zone, and the command's status and output."""
    with SimulatorServer(sky, clock=SteeredClock(START), faults=FAULTS, port=port) as server:
        asked = ("--count", POLL_COUNT, "--interval", 900, "--format", "json")
        status, output, _ = flightlake("poll", "--lake", lake, "--source", server.url, *asked)
    files = {str(path.relative_to(lake)): path.read_bytes() for path in lake.rglob("raw/**/*") if path.is_file()}
    return files, (status, output)


@pytest.mark.usefixtures("busy_machine")
def test_a_slow_run_leaves_the_same_bytes_and_counts_as_a_fast_one(tmp_path: Path, port: int) -> None:
    fast, told = polled(tmp_path / "fast", Sky(7, START, 60), port)
    slow, told_slowly = polled(tmp_path / "slow", SlowSky(7, START, 60), port)
    assert len([name for name in fast if name.startswith("raw/polls/")]) == POLL_COUNT
    assert slow == fast
    assert told_slowly == told
    assert '"landed": 12' in told[1]
    assert "asks for a pause of 60 s" in told[1]
    assert "missed" not in told[1]
