"""Programs run to their end, with their time, processor time, and peak memory by kind of process.

Python is one kind and Java another: `flightlake convert` is one Python process, and `--engine spark` a small one and
a large Java process. A kind's peak is that of its largest process.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.findings import ROOT

FLIGHTLAKE = str(Path(sys.prefix, "bin", "flightlake"))
PEERS_PYTHON = str(ROOT / ".venv" / "bench" / "bin" / "python")
"""Python of the environment with the packages of peers; `make bench` sets it up."""

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_LOOK_EVERY_S = 0.05


@dataclass
class Peak:
    """Memory and processor time of a program and its descendants, by the kernel's figures.

    Attributes:
        memory_mb: most resident memory of one process (MiB), by kind: python, java or other.
        cpu_by_pid: processor seconds of each process, as of the last look.
    """

    memory_mb: dict[str, float] = field(default_factory=lambda: {"python": 0.0, "java": 0.0})
    cpu_by_pid: dict[int, float] = field(default_factory=dict)

    @property
    def cpu_s(self) -> float:
        return sum(self.cpu_by_pid.values())

    def look(self, pid: int) -> None:
        """Look once at a process and its descendants."""
        for descendant in _family(pid):
            try:
                status = Path(f"/proc/{descendant}/status").read_text()
                # After the name in brackets, which may hold blanks: state is field 3, user and system time 14 and 15.
                fields = Path(f"/proc/{descendant}/stat").read_text().rpartition(")")[2].split()
                program = Path(f"/proc/{descendant}/exe").readlink().name
            except OSError:
                continue  # it has ended
            held_kb = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0")
            kind = next((kind for kind in self.memory_mb if program.startswith(kind)), "other")
            self.memory_mb[kind] = max(self.memory_mb.get(kind, 0), int(held_kb) / 1024)
            self.cpu_by_pid[descendant] = (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


@dataclass(frozen=True)
class Run:
    """A program that has ended without an error: seconds on the wall, peaks and output."""

    seconds: float
    peak: Peak
    stdout: str


def run(command: list[str]) -> Run:
    """Run a program in the checkout's root to its end.

    Raises:
        CalledProcessError: it failed; its errors are on the terminal.
    """
    started_s = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        with watched(process.pid) as peak:
            stdout = process.communicate()[0]
        seconds = time.perf_counter() - started_s
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stdout)
    return Run(seconds, peak, stdout)


class watched:  # noqa: N801 - reads as a verb where it is used
    """Context in which a process and its descendants are observed; gives their `Peak`."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._is_over = pid, Peak(), threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self._peak

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        self._peak.look(self._pid)
        while not self._is_over.wait(_LOOK_EVERY_S):
            self._peak.look(self._pid)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        # Of all threads: whichever has started a process is its parent here.
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from _family(child)
