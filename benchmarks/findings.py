"""What a benchmark found, on the terminal and as a file from which `benchmarks.page` writes docs/performance.md.

Texts carry their unit and come from the run that reports them. A small trial (BENCH_SIZE=small) keeps its files apart,
so that it never replaces what a full run has found.
"""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.spark.java_home import chosen_java_home

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "dist" / "benchmarks"
# Programs are measured as users have them: compiled by their first run, not by each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

MET = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Row:
    """One thing measured.

    Attributes:
        what: was measured, on which input.
        ours: what this project took, with its unit.
        peer: who else was measured and what they took; empty for none.
        ratio: ours divided by the peer's, or as `what` says; None for none.
        target: what is to be reached; empty for what is only shown.
        is_met: whether it is; None where there is no target.
    """

    what: str
    ours: str
    peer: str
    ratio: float | None
    target: str
    is_met: bool | None


@dataclass(frozen=True)
class Curve:
    """A picture: lines over numbers.

    Attributes:
        points: of one line each: its name, x, y.
    """

    title: str
    x_title: str
    y_title: str
    points: list[tuple[str, float, float]]


@dataclass(frozen=True)
class Finding:
    """What one benchmark left.

    Attributes:
        machine: what it ran on, by name.
        measured_on: UTC day, YYYY-MM-DD.
    """

    benchmark: str
    command: str
    measured_on: str
    machine: dict[str, str]
    rows: list[Row]
    curves: list[Curve] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_small() -> bool:
    """Return whether this is a trial of a few minutes: BENCH_SIZE=small."""
    return os.environ.get("BENCH_SIZE") == "small"


def folder() -> Path:
    """Return where findings of this size of run lie."""
    return FOLDER / "small" if is_small() else FOLDER


def report(benchmark: str, rows: Sequence[Row], *, curves: Sequence[Curve] = (), notes: Sequence[str] = ()) -> None:
    """Show what a benchmark found and keep it for the page.

    Args:
        benchmark: the module's name without its package.
    """
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    finding = Finding(benchmark, _command(benchmark), today, machine(), list(rows), list(curves), list(notes))
    _show(finding)
    path = folder() / f"{benchmark}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(finding), indent=1, ensure_ascii=False) + "\n")


def from_document(document: dict[str, Any]) -> Finding:
    """Return a finding from its JSON document."""
    rows = [Row(**row) for row in document["rows"]]
    curves = [Curve(**curve | {"points": [tuple(point) for point in curve["points"]]}) for curve in document["curves"]]
    return Finding(**document | {"rows": rows, "curves": curves})


def machine() -> dict[str, str]:
    """Return cores, processor, memory and versions of this machine, on which a figure depends besides the code."""
    memory_kb = int(_first(r"MemTotal:\s*(\d+)", _text("/proc/meminfo")) or 0)
    return {
        "cores": str(os.cpu_count()),
        "processor": _first(r"model name\s*: (.+)", _text("/proc/cpuinfo")) or platform.processor(),
        "memory": f"{memory_kb / 1024**2:.0f} GiB",
        "Python": platform.python_version(),
        "Java": _java_version(),
        "Spark": version("pyspark"),
        "DuckDB": version("duckdb"),
    }


def _command(benchmark: str) -> str:
    size = "BENCH_SIZE=small " if is_small() else ""
    return " ".join([f"{size}.venv/bin/python -m benchmarks.{benchmark}", *sys.argv[1:]])


def _java_version() -> str:
    home = chosen_java_home(os.environ, own=Path(sys.prefix))
    java = Path(home, "bin", "java") if home else "java"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    return _first(r' version "([^"]+)"', said)


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1].strip() if found else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _show(finding: Finding) -> None:
    console = Console()
    table = Table("what", "ours", "peer", "ratio", "target", "met", title=finding.benchmark)
    for row in finding.rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(*(escape(text) for text in (row.what, row.ours, row.peer, ratio, row.target, MET[row.is_met])))
    console.print(table)
    for note in finding.notes:
        console.print(escape(note), highlight=False)
