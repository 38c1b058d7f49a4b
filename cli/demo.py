"""The whole lake on this machine, from simulated polls to a report: `make demo`.

It runs the command line as a person would, prints each command before its output, and stops at the first that fails.
The sky is that of 2025-09-06, the day that the published queries ask for. Its time is stepped by the poller, so that
every run on every machine prints the same counts.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.rule import Rule

from flightlake.errors import FlightLakeError
from flightlake.layout import MARKER_KEY

FLIGHTLAKE = ".venv/bin/flightlake"
PUBLISHED = "sql/published.sql"
POLL_COUNT = 42
INTERVAL_S = 90
SKY = ("--aircraft", "1500", "--seed", "1", "--start", "2025-09-06T10:00:00Z", "--speed", "step")
FAULTS = "503@5,cut@23"
"""One refusal and one cut connection, for the poller to heal."""

QUALITY = (
    "select dimension, round(score, 2) as score from quality_scores where rule is null order by dimension nulls last"
)
_SHOWN_LINES = 3

_Arguments = tuple[str | Path, ...]

console = Console(highlight=False)


def main(arguments: Sequence[str]) -> int:
    """Run the steps; return the exit status of the first that failed, or 0."""
    parser = argparse.ArgumentParser(prog="python -m cli.demo", description="The whole lake on this machine.")
    parser.add_argument("folder", nargs="?", default=Path(), type=Path, help="where lake and report are written")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="what builds the tables")
    options = parser.parse_args(arguments)
    started_s = time.monotonic()
    lake, report = options.folder / "demo-lake", options.folder / "report.html"
    if not _remove_earlier(lake):
        return 1
    with _simulator() as url:
        status = _poll(lake, url)
    if status == 0:
        status = _convert_with_spark(lake) if options.engine == "spark" else _convert(lake)
    for title, step in _questions(lake, report):
        if status == 0:
            status = _run(title, step)
    if status == 0:
        _print_next_steps(lake, report, time.monotonic() - started_s)
    return status


def _questions(lake: Path, report: Path) -> tuple[tuple[str, _Arguments], ...]:
    """Return title and command of each step that reads the published lake."""
    return (
        ("report: one page to look at", ("report", "--lake", lake, "--out", report)),
        ("verify: recount everything from the raw responses", ("verify", "--lake", lake)),
        ("query: quality by dimension, in percent; the last row is the total", ("query", "--lake", lake, QUALITY)),
        ("query: the questions of the first README", ("query", "--lake", lake, PUBLISHED)),
    )


def _remove_earlier(lake: Path) -> bool:
    """Remove the lake of an earlier demo; return False, removing nothing, where the folder is no lake."""
    if not lake.exists():
        return True
    if not Path(lake, MARKER_KEY).exists():
        console.print(f"[red]{lake} exists already and is no lake; move it away and run the demo again[/]")
        return False
    console.print(f"removing the {lake} of an earlier demo")
    shutil.rmtree(lake)
    return True


@contextmanager
def _simulator() -> Iterator[str]:
    """Start the simulator on a free port, yield its address, and stop it."""
    arguments = ("simulate", "--port", "0", *SKY, "--faults", FAULTS)
    _announce("simulate: a service like OpenSky's, whose time moves as the poller waits", _shown(arguments))
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


def _poll(lake: Path, url: str) -> int:
    """Poll and land; show the first polls and those that had trouble, for the others only their number."""
    schedule = ("--count", str(POLL_COUNT), "--interval", str(INTERVAL_S))
    arguments = ("poll", "--lake", lake, "--source", url, *schedule)
    _announce("poll and land: over an hour of sky, one answer each 90 s", _shown(arguments))
    process = subprocess.Popen(_command(arguments), stderr=subprocess.PIPE, text=True)
    for count, line in enumerate(process.stderr or (), start=1):
        if count <= _SHOWN_LINES or "landed" not in line:
            console.print(line.rstrip())
        elif count % 20 == 0:
            console.print(f"... {count} of {POLL_COUNT}")
    return process.wait()


def _convert(lake: Path) -> int:
    return _run("convert: decode, check, deduplicate, audit, publish", ("convert", "--lake", lake))


def _convert_with_spark(lake: Path) -> int:
    """Convert with the Glue job's own file under `spark-submit`."""
    # Imported here: only this engine needs Spark's installation.
    from cli.spark.submit import JOB, spark_submit_command  # noqa: PLC0415 - see the line above

    shown = f"spark-submit {JOB.relative_to(JOB.parents[2])} --lake {lake}"
    _announce("convert: the Glue job's own file, run by spark-submit", shown)
    try:
        submit = spark_submit_command(str(lake))
    except FlightLakeError as error:
        console.print(f"[red]error:[/] {error}", soft_wrap=True)
        return 2
    return subprocess.run(submit.command, env=os.environ | submit.environment, check=False).returncode


def _run(title: str, arguments: _Arguments) -> int:
    _announce(title, _shown(arguments))
    return subprocess.run(_command(arguments), check=False).returncode


def _announce(title: str, command: str) -> None:
    console.print(Rule(title, align="left", style="dim", characters="-"))
    console.print(f"[bold]$ {command}[/]", soft_wrap=True)


def _shown(arguments: _Arguments) -> str:
    return " ".join((FLIGHTLAKE, *(f'"{word}"' if " " in word else word for word in map(str, arguments))))


def _command(arguments: _Arguments) -> list[str]:
    return [str(Path(sys.prefix, "bin", "flightlake")), *map(str, arguments)]


def _print_next_steps(lake: Path, report: Path, took_s: float) -> None:
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
    sys.exit(main(sys.argv[1:]))
