"""From how many rows on is a conversion faster than pyarrow and numpy in one process, on recorded responses?

    .venv/bin/python -m benchmarks.crossover [--rows 250000 500000 1000000 2000000 4000000]

Input: the densest recorded series (20 responses of 9,100 rows), repeated over one day 160 s apart, every instant in a
row moved with its response. Both start from nothing, in turn: `flightlake convert`, Java's and Spark's start included,
and `benchmarks.peers.arrow_day`, whose rows, rejects, reasons and counts must be ours before its time counts.
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
from ingestion.landing import land
from ingestion.recorded import read_body
from lake.adapters.clock import SystemClock
from lake.adapters.opening import open_lake

SERIES = "global_20251231_20x160s"
ROWS_PER_RESPONSE, INTERVAL_S = 9_148, 160
SIZES = (250_000, 500_000, 1_000_000, 2_000_000, 4_000_000)
SMALL_SIZES = (50_000, 100_000)
TARGET_ROWS = 1_000_000


def repeated_lake(folder: Path, files: Sequence[Path], count: int) -> Path:
    """Make a lake of so many responses, the recorded ones over and over, each at its own time of one day."""
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
    """Return a state vector as it would have been so many seconds later."""
    position_s, contact_s = (value + by_s if isinstance(value, int) else value for value in row[3:5])
    return [*row[:3], position_s, contact_s, *row[5:]]


def measured(files: Sequence[Path], row_count: int) -> tuple[int, Run, Run]:
    """Return the raw rows of a day of about so many, our conversion and pyarrow's."""
    with scratch_folder("crossover") as scratch:
        lake = repeated_lake(scratch / "lake", files, max(1, round(row_count / ROWS_PER_RESPONSE)))
        ours, out = converted(lake), scratch / "arrow"
        arrow = run([PEERS_PYTHON, "-m", "benchmarks.peers.arrow_day", str(lake), str(out)])
        if unequal := differences(lake, out, json.loads(arrow.stdout)):
            sys.exit("pyarrow's answer is not ours:\n" + "\n".join(unequal))
        return published(lake).counts["raw_rows"], ours, arrow


def crossing(rows: Sequence[float], ours: Sequence[float], peer: Sequence[float]) -> float | None:
    """Return the rows from which on ours is the faster, on straight lines between the measured; None for never.

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


def lines(taken: list[tuple[int, Run, Run]]) -> tuple[list[Row], Curve]:
    rows = [float(count) for count, _, _ in taken]
    ours, peer = [run.seconds for _, run, _ in taken], [run.seconds for _, _, run in taken]
    at = crossing(rows, ours, peer)
    said = "not reached" if at is None else f"from {at / 1e6:.2f} M rows on"
    met = None if is_small() else at is not None and at <= TARGET_ROWS
    found = [Row("convert recorded rows from start faster than pyarrow in one process", said, "", None,
                 "from 1 M rows on", met)]  # fmt: skip
    for count, our_run, peer_run in taken:
        memory = f"{our_run.peak.memory_mb['java']:,.0f} MB", f"{peer_run.peak.memory_mb['python']:,.0f} MB"
        found.append(
            Row(
                f"convert {count / 1e6:.2f} M recorded rows, from start",
                f"{our_run.seconds:.1f} s, {memory[0]}",
                f"pyarrow {peer_run.seconds:.1f} s, {memory[1]}",
                our_run.seconds / peer_run.seconds,
                "",
                None,
            )
        )
    names = (("flightlake convert, Spark's start included", ours), ("pyarrow, one process", peer))
    points = [(name, count / 1e6, took) for name, all_s in names for count, took in zip(rows, all_s, strict=True)]
    return found, Curve("Convert beside one process of pyarrow", "million rows", "seconds", points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=SMALL_SIZES if is_small() else SIZES)
    options = parser.parse_args()
    files = sorted((RECORDED / SERIES).glob("*.json.gz"))
    if not files:
        sys.exit(f"no recorded responses under {RECORDED / SERIES}; nothing is measured")
    if not Path(PEERS_PYTHON).exists():
        sys.exit(f"{PEERS_PYTHON} is missing: `make bench` sets it up")
    version = subprocess.check_output([PEERS_PYTHON, "-c", "import pyarrow; print(pyarrow.__version__)"], text=True)
    found, curve = lines([measured(files, count) for count in options.rows])
    same = "pyarrow's rows, rejects, reasons and counts by rule were compared with ours and are the same"
    report("crossover", found, curves=[curve], notes=[f"{same}; pyarrow {version.strip()}."])


if __name__ == "__main__":
    main()
