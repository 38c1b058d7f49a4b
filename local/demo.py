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

from lake.layout import MARKER_KEY

LAKE = "demo-lake"
REPORT = "report.html"
FLIGHTLAKE = ".venv/bin/flightlake"
POLL_COUNT = 80
INTERVAL_S = 90
SPEED = 300
"""Simulated seconds in a real one: the two hours between first and last poll pass in 24 s."""

SKY = ("--aircraft", "2500", "--seed", "7", "--start", "2025-09-06T10:00:00Z", "--speed", str(SPEED))
FAULTS = "503@5,cut@23"
"""One refusal and one cut connection, for the poller to heal."""

QUALITY = (
    "select dimension, round(score, 2) as score from quality_scores where rule is null order by dimension nulls last"
)
NEXT_COMMANDS = (
    f"{FLIGHTLAKE} query --list",
    f"{FLIGHTLAKE} query --lake {LAKE} busiest_cells --param row_limit=5",
    f"{FLIGHTLAKE} poll --lake my-lake   # the live OpenSky Network; then: {FLIGHTLAKE} convert --lake my-lake",
)
_SHOWN_LINES = 3

console = Console(highlight=False)


def main() -> int:
    """Run the steps; return the exit status of the first that failed, or 0."""
    started_s = time.monotonic()
    if not _make_room():
        return 1
    steps = (
        ("convert: decode, judge, deduplicate, audit, publish (Spark)", ("convert", "--lake", LAKE)),
        ("report: one page to look at", ("report", "--lake", LAKE, "--out", REPORT)),
        ("verify: recount everything from raw, without Spark", ("verify", "--lake", LAKE)),
        ("query: quality by dimension, in percent; the last row is the whole", ("query", "--lake", LAKE, QUALITY)),
        ("query: what the first README asked", ("query", "--lake", LAKE, "sql/published.sql")),
    )
    with _simulator() as url:
        status = _polled(url)
    for title, arguments in steps:
        if status == 0:
            status = _step(title, arguments)
    if status == 0:
        _farewell(time.monotonic() - started_s)
    return status


def _make_room() -> bool:
    if not Path(LAKE).exists():
        return True
    if not Path(LAKE, MARKER_KEY).exists():
        console.print(f"[red]{LAKE} is here already and is no lake; move it away and run the demo again[/]")
        return False
    console.print(f"removing the {LAKE} of an earlier demo")
    shutil.rmtree(LAKE)
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


def _polled(url: str) -> int:
    """Poll and land; show the first polls and those that had trouble, for the others only their number."""
    arguments = ("poll", "--lake", LAKE, "--source", url, "--count", str(POLL_COUNT), "--interval", str(INTERVAL_S))
    _announce("poll and land: two hours of sky, one answer each 90 s", arguments)
    process = subprocess.Popen(_command(arguments), stderr=subprocess.PIPE, text=True)
    for count, line in enumerate(process.stderr or (), start=1):
        if count <= _SHOWN_LINES or "landed" not in line:
            console.print(line.rstrip())
        elif count % 20 == 0:
            console.print(f"... {count} of {POLL_COUNT}")
    return process.wait()


def _step(title: str, arguments: tuple[str, ...]) -> int:
    _announce(title, arguments)
    return subprocess.run(_command(arguments), check=False).returncode


def _announce(title: str, arguments: tuple[str, ...]) -> None:
    console.print(Rule(title, align="left", style="dim", characters="-"))
    shown = " ".join(f'"{argument}"' if " " in argument else argument for argument in arguments)
    console.print(f"[bold]$ {FLIGHTLAKE} {shown}[/]", soft_wrap=True)


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [str(Path(sys.prefix, "bin", "flightlake")), *arguments]


def _farewell(took_s: float) -> None:
    console.print(Rule(f"done in {took_s:.0f} s", align="left", style="dim", characters="-"))
    console.print(f"The lake is in [bold]{LAKE}[/]; the report is [bold]{Path(REPORT).resolve()}[/]: open it.")
    console.print("Worth trying next:")
    for command in NEXT_COMMANDS:
        console.print(f"  {command}", soft_wrap=True)
    console.print(
        "OpenSky's data is for research and non-commercial use, with attribution; this demo's data is simulated.",
        style="dim",
    )


if __name__ == "__main__":
    sys.exit(main())
