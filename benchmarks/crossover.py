"""Conversions of recorded responses beside pandas and pyarrow in one process, for days of several sizes.

    .venv/bin/python -m benchmarks.crossover [--rows 250000 500000 1000000 2000000 4000000]

Input: the densest recorded series (20 responses of 9,100 rows), repeated over one day 160 s apart, every time in a row
moved with its response. Each starts from nothing, in turn: `flightlake convert`, which builds with DuckDB in its
process, and two programs. `benchmarks.peers.pandas_day` is what most notebooks have; it must keep as many rows.
`benchmarks.peers.arrow_day` is what an expert would make of pyarrow, numpy and orjson; its rows, rejected rows, reasons
and counts must be ours before its time counts.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.bytes_per_row import RECORDED
from benchmarks.comparison import differences, published
from benchmarks.convert import converted, scratch_folder
from benchmarks.findings import Curve, Row, is_small, report
from benchmarks.processes import PEERS_PYTHON, Run, run
from benchmarks.synthetic_day import DAY_S, MIDNIGHT_S
from flightlake.clock import SystemClock
from flightlake.storage.open_lake import open_lake
from ingestion.landing import land
from ingestion.response_files import read_body

SERIES = "global_20251231_20x160s"
ROWS_PER_RESPONSE, INTERVAL_S = 9_148, 160
SIZES = (250_000, 500_000, 1_000_000, 2_000_000, 4_000_000)
SMALL_SIZES = (50_000, 100_000)
OURS = "flightlake convert"
PEERS = {"pandas": "pandas_day", "pyarrow": "arrow_day"}
SMALLEST_ROWS, LARGE_ROWS = 300_000, 1_900_000
PYARROW_AT_SMALLEST, PYARROW_FROM_LARGE = 1.5, 1.0
"""Most time beside pyarrow's, for days of up to 0.25 million rows and from 2 million on, as responses allow."""


def repeated_lake(folder: Path, files: Sequence[Path], count: int) -> Path:
    """Make a lake of a number of responses: the recorded ones repeated, each at another time of one day."""
    if count * INTERVAL_S > DAY_S:
        sys.exit(f"{count} responses {INTERVAL_S} s apart do not fit into a day: ask for fewer rows")
    store = open_lake(str(folder), create=True).store
    documents = [json.loads(read_body(path)) for path in files]
    for number in range(count):
        document = documents[number % len(documents)]
        at_s = MIDNIGHT_S + number * INTERVAL_S
        body = json.dumps({"time": at_s, "states": [moved(row, at_s - document["time"]) for row in document["states"]]})
        land(store, body.encode(), clock=SystemClock())
    return folder


def moved(row: list[object], by_s: int) -> list[object]:
    """Return a state vector with its times moved by some seconds."""
    position_s, contact_s = (value + by_s if isinstance(value, int) else value for value in row[3:5])
    return [*row[:3], position_s, contact_s, *row[5:]]


def measured(files: Sequence[Path], row_count: int) -> tuple[int, dict[str, Run]]:
    """Return the raw rows of a day of about a number of rows, and the runs by name."""
    with scratch_folder("crossover") as scratch:
        lake = repeated_lake(scratch / "lake", files, max(1, round(row_count / ROWS_PER_RESPONSE)))
        runs = {OURS: converted(lake)}
        for name, module in PEERS.items():
            runs[name] = run([PEERS_PYTHON, "-m", f"benchmarks.peers.{module}", str(lake), str(scratch / module)])
        counts = published(lake).counts
        unequal = differences(lake, scratch / "arrow_day", json.loads(runs["pyarrow"].stdout))
        if unequal or json.loads(runs["pandas"].stdout)["curated"] != counts["curated"]:
            sys.exit("\n".join(["the peers' answers are not ours", *unequal, runs["pandas"].stdout]))
        return counts["raw_rows"], runs


def crossing(rows: Sequence[float], ours: Sequence[float], peer: Sequence[float]) -> float | None:
    """Return the rows from which on ours is faster, interpolated between measured sizes; None for never.

    >>> crossing([1, 2, 3], [10, 12, 14], [5, 11, 17])
    2.25
    """
    gaps = [peer_s - our_s for our_s, peer_s in zip(ours, peer, strict=True)]
    if gaps[-1] < 0:
        return None
    for (low, high), (before, after) in reversed(list(zip(pairwise(rows), pairwise(gaps), strict=True))):
        if before < 0 <= after:
            return low + (high - low) * before / (before - after)
    return rows[0]


def lines(taken: list[tuple[int, dict[str, Run]]]) -> tuple[list[Row], Curve]:
    """Return the findings and the picture."""
    rows = [float(count) for count, _ in taken]
    seconds = {name: [runs[name].seconds for _, runs in taken] for name in (OURS, *PEERS)}
    found = [beside(count, runs, name) for count, runs in taken for name in PEERS]
    for name in PEERS:
        at = crossing(rows, seconds[OURS], seconds[name])
        text = "not reached" if at is None else f"from {at / 1e6:.2f} M rows on"
        found.append(Row(f"convert recorded rows from start, faster than {name}", text, "", None, "", None))
    points = [(name, *point) for name, all_s in seconds.items() for point in zip(millions(rows), all_s, strict=True)]
    return found, Curve("Convert beside one process of Python", "million rows", "seconds", points)


def limit(name: str, row_count: int) -> float | None:
    """Return the target for the time of a conversion beside a peer's; None for sizes that are only shown.

    >>> limit("pandas", 500_000), limit("pyarrow", 500_000), limit("pyarrow", 2_000_000)
    (1.0, None, 1.0)
    """
    if name == "pandas":
        return 1.0
    if row_count < SMALLEST_ROWS:
        return PYARROW_AT_SMALLEST
    return PYARROW_FROM_LARGE if row_count >= LARGE_ROWS else None


def beside(count: int, runs: dict[str, Run], name: str) -> Row:
    """Return the line of one size and one peer."""
    ours, peer, most = runs[OURS], runs[name], limit(name, count)
    ratio = ours.seconds / peer.seconds
    return Row(
        f"convert {count / 1e6:.2f} M recorded rows, from start",
        f"{ours.seconds:.1f} s, {ours.peak.memory_mb['python']:,.0f} MB",
        f"{name} {peer.seconds:.1f} s, {peer.peak.memory_mb['python']:,.0f} MB",
        ratio,
        "" if most is None else f"<= {most:g}",
        None if most is None or is_small() else ratio <= most,
    )


def millions(rows: Sequence[float]) -> list[float]:
    return [count / 1e6 for count in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=SMALL_SIZES if is_small() else SIZES)
    options = parser.parse_args()
    files = sorted((RECORDED / SERIES).glob("*.json.gz"))
    if not files:
        sys.exit(f"no recorded responses under {RECORDED / SERIES}; nothing is measured")
    if not Path(PEERS_PYTHON).exists():
        sys.exit(f"{PEERS_PYTHON} is missing: `make bench` sets it up")
    asked = "import pandas, pyarrow; print(f'pandas {pandas.__version__}, pyarrow {pyarrow.__version__}')"
    versions = subprocess.check_output([PEERS_PYTHON, "-c", asked], text=True).strip()
    found, curve = lines([measured(files, count) for count in options.rows])
    same = "pyarrow gave the same rows, rejected rows, reasons and counts by rule as `flightlake convert`"
    report(
        "crossover",
        found,
        curves=[curve],
        notes=[f"{same}; pandas keeps as many rows and does not count the others. {versions}."],
    )


if __name__ == "__main__":
    main()
