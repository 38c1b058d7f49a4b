"""The main job from end to end, on this machine: `make demo`.

It runs the command line as a person would, prints each command before its output, and stops at the first that fails.
The sky is simulated and is that of 2025-09-06, the day that the published queries ask for.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.rule import Rule

from flightlake.layout import MARKER_KEY

FLIGHTLAKE = ".venv/bin/flightlake"
PUBLISHED = "sql/published.sql"
POLL_COUNT = 50
INTERVAL_S = 90
SPEED = 200
"""Simulated seconds in a real one: the 73 minutes from first to last poll pass in 22 s. Twice as fast, a slow
machine is still busy with one poll when the next is due."""

SKY = ("--aircraft", "2500", "--seed", "7", "--start", "2025-09-06T10:00:00Z", "--speed", str(SPEED))
FAULTS = "503@5,cut@23"
"""One refusal and one cut connection, for the poller to heal."""

QUALITY = (
    "select dimension, round(score, 2) as score from quality_scores where rule is null order by dimension nulls last"
)
_SHOWN_LINES = 3

_Arguments = tuple[str | Path, ...]

console = Console(highlight=False)


def main(folder: Path) -> int:
    """Run the steps in a folder; return the exit status of the first that failed, or 0."""
    started_s = time.monotonic()
    lake, report = folder / "demo-lake", folder / "report.html"
    if not _make_room(lake):
        return 1
    steps = (
        ("convert: decode, judge, deduplicate, audit, publish (Spark)", ("convert", "--lake", lake)),
        ("report: one page to look at", ("report", "--lake", lake, "--out", report)),
        ("verify: recount everything from raw, without Spark", ("verify", "--lake", lake)),
        ("query: quality by dimension, in percent; the last row is the whole", ("query", "--lake", lake, QUALITY)),
        ("query: what the first README asked", ("query", "--lake", lake, PUBLISHED)),
    )
    with _simulator() as url:
        status = _polled(lake, url)
    for title, arguments in steps:
        if status == 0:
            status = _step(title, arguments)
    if status == 0:
        _farewell(lake, report, time.monotonic() - started_s)
    return status


def _make_room(lake: Path) -> bool:
    if not lake.exists():
        return True
    if not Path(lake, MARKER_KEY).exists():
        console.print(f"[red]{lake} is here already and is no lake; move it away and run the demo again[/]")
        return False
    console.print(f"removing the {lake} of an earlier demo")
    shutil.rmtree(lake)
    return True


@contextmanager
def _simulator() -> Iterator[str]:
    """Start the simulator on a free port, yield its address, and stop it."""
    arguments = ("simulate", "--port", "0", *SKY, "--faults", FAULTS)
    _announce("simulate: a service like OpenSky's, with an accelerated clock", arguments)
    process = subprocess.Popen(_command(arguments), stderr=subprocess.PIPE, text=True)
    try:
        line = process.stderr.readline() if process.stderr else ""
        console.print(line.strip())
        found = re.search(r"http://\S+", line)
        if found is None:
            raise SystemExit(process.wait())
        yield found[0]
    finally:
        process.terminate()
        process.communicate()


def _polled(lake: Path, url: str) -> int:
    """Poll and land; show the first polls and those that had trouble, for the others only their number."""
    schedule = ("--count", str(POLL_COUNT), "--interval", str(INTERVAL_S))
    arguments = ("poll", "--lake", lake, "--source", url, *schedule)
    _announce("poll and land: over an hour of sky, one answer each 90 s", arguments)
    process = subprocess.Popen(_command(arguments), stderr=subprocess.PIPE, text=True)
    for count, line in enumerate(process.stderr or (), start=1):
        if count <= _SHOWN_LINES or "landed" not in line:
            console.print(line.rstrip())
        elif count % 20 == 0:
            console.print(f"... {count} of {POLL_COUNT}")
    return process.wait()


def _step(title: str, arguments: _Arguments) -> int:
    _announce(title, arguments)
    return subprocess.run(_command(arguments), check=False).returncode


def _announce(title: str, arguments: _Arguments) -> None:
    console.print(Rule(title, align="left", style="dim", characters="-"))
    shown = " ".join(f'"{word}"' if " " in word else word for word in map(str, arguments))
    console.print(f"[bold]$ {FLIGHTLAKE} {shown}[/]", soft_wrap=True)


def _command(arguments: _Arguments) -> list[str]:
    return [str(Path(sys.prefix, "bin", "flightlake")), *map(str, arguments)]


def _farewell(lake: Path, report: Path, took_s: float) -> None:
    console.print(Rule(f"done in {took_s:.0f} s", align="left", style="dim", characters="-"))
    console.print(f"The lake is in [bold]{lake}[/]; the report is [bold]{report.resolve()}[/]: open it.")
    console.print("Worth trying next:")
    for command in (
        f"{FLIGHTLAKE} query --list",
        f"{FLIGHTLAKE} query --lake {lake} busiest_cells --param row_limit=5",
        f"{FLIGHTLAKE} poll --lake my-lake && {FLIGHTLAKE} convert --lake my-lake   # the live OpenSky Network",
    ):
        console.print(f"  {command}", soft_wrap=True)
    console.print("OpenSky's data is for research and non-commercial use, with attribution. This demo's is simulated.")


if __name__ == "__main__":
    sys.exit(main(Path(*sys.argv[1:2])))
