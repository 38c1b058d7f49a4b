"""How long commands take from start, as ratios to `import duckdb` in a Python that does nothing else.

    .venv/bin/python -m benchmarks.start

`--help`, `history` and a published query of a small lake (that of an earlier release, under tests/data), and the
published query of a day of millions of rows (the lake of benchmarks.published_month): a process each time, all taking
turns.
"""

import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.findings import Row, is_small, report
from benchmarks.processes import FLIGHTLAKE
from benchmarks.published_month import published_month
from benchmarks.query import medians_ms
from flightlake.schema.sql_files import published_statements

TURNS = 3 if is_small() else 15
SMALL_LAKE = Path(__file__).parents[1] / "tests" / "data" / "lake-0.1.0"
TARGETS = {"--help": 1.0, "history": 1.5, "a published query, small lake": 2.0, "a published query, month": 3.0}
DUCKDB = [sys.executable, "-c", "import duckdb"]


def commands(small: Path, month: Path) -> dict[str, list[str]]:
    """Return the measured commands by the names of their targets."""
    query = published_statements()[0]
    measured = (
        ["--help"],
        ["history", "--lake", str(small)],
        ["query", "--lake", str(small), query],
        ["query", "--lake", str(month), query],
    )
    return {name: [FLIGHTLAKE, *arguments] for name, arguments in zip(TARGETS, measured, strict=True)}


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as folder:
        small = Path(shutil.copytree(SMALL_LAKE, Path(folder, "lake")))
        work = {"import duckdb": DUCKDB} | commands(small, published_month())
        run = partial(subprocess.run, check=True, capture_output=True)
        medians = medians_ms({name: partial(run, command) for name, command in work.items()}, TURNS)
    duckdb_ms = medians["import duckdb"]
    rows = [
        Row(
            f"{name}, from start, beside import duckdb",
            f"{medians[name]:.0f} ms",
            f"{duckdb_ms:.0f} ms",
            medians[name] / duckdb_ms,
            f"<= {target:g}x",
            medians[name] <= target * duckdb_ms,
        )
        for name, target in TARGETS.items()
    ]
    report("start", rows)


if __name__ == "__main__":
    main()
