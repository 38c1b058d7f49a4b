"""Processes that change a lake, and processes that read it meanwhile."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Worker:
    """A `support.working_process`, which takes one order at a time."""

    def __init__(self, address: str) -> None:
        self._process = _started("support.working_process", address)

    def do(self, **order: Any) -> dict[str, Any]:
        """Give it an order, wait, and return what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order, default=str)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the worker died"
        answer: dict[str, Any] = json.loads(line)
        assert "crash" not in answer, answer
        return answer

    def stop(self) -> None:
        _stop(self._process)


@dataclass(frozen=True)
class Read:
    """What a reader saw of a day between two instants of the machine's monotonic clock, or why it failed."""

    began_s: float
    ended_s: float
    day: date
    rows: list[tuple[str, datetime]]
    rejected: int
    checked: int
    error: str | None = None


class Reader:
    """A `support.reading_process`: reads the day that it was given last, again and again, until stopped."""

    def __init__(self, address: str) -> None:
        self._process = _started("support.reading_process", address)

    def look_at(self, day: date) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{day}\n")
        self._process.stdin.flush()

    def stop(self) -> list[Read]:
        output = _stop(self._process)
        return [_read(json.loads(line)) for line in output.splitlines()]


@contextmanager
def workers(address: str, count: int = 1) -> Iterator[list[Worker]]:
    """Start workers on a lake and stop them at the end."""
    started = [Worker(address) for _ in range(count)]
    try:
        yield started
    finally:
        for worker in started:
            worker.stop()


@contextmanager
def readers(address: str, count: int, seen: list[Read]) -> Iterator[list[Reader]]:
    """Start readers of a lake; when the block ends, what they have read is in `seen`."""
    started = [Reader(address) for _ in range(count)]
    try:
        yield started
    finally:
        for reader in started:
            seen.extend(reader.stop())


def _read(line: dict[str, Any]) -> Read:
    rows = [(icao24, datetime.fromisoformat(at)) for icao24, at in line.pop("rows")]
    return Read(**line | {"day": date.fromisoformat(line["day"]), "rows": rows})


def _started(module: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)


def _stop(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return output
