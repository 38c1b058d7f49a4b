"""How a conversion grows with the day's rows: time, memory, and what one busy response or one busy day does to it.

    .venv/bin/python -m benchmarks.growth [--rows 500000 1000000 2000000 4000000 8000000 16000000]

Each size is converted by `flightlake convert` from start, on the synthetic day with more responses and, from 8 million
rows on, shorter intervals. The exponent is the slope of the least-squares line through logarithms of seconds and rows:
1 is linear. It is given as measured, start included, which makes small days look dear, and for what remains when the
time of a day of one response is subtracted. Memory is the kernel's figure of the most that the Java process and the
Python driver held.

Skew: a response that is 60 responses in one, beside the same rows in 60; and a busy day among quiet ones, beside that
day alone.
"""

import argparse
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.comparison import published
from benchmarks.convert import converted, scratch_folder
from benchmarks.findings import Curve, Row, is_small, report
from benchmarks.processes import Run
from benchmarks.synthetic_day import DAY_S, MIDNIGHT_S, bodies, instants, landed_lake, response_count
from flightlake.clock import SystemClock
from flightlake.storage.open_lake import open_lake
from ingestion.landing import land

SIZES = (500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000)
SMALL_SIZES = (50_000, 100_000, 200_000)
EXPONENT_LIMIT, MEMORY_LIMIT_MB, FLAT_WITHIN, FLAT_FROM = 1.05, 4_096, 1.15, 4_000_000
GIANT = 6 if is_small() else 60
QUIET_DAYS, QUIET_RESPONSES, BUSY_RESPONSES = (2, 1, 6) if is_small() else (6, 20, 240)


def exponent(rows: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the slope of the least-squares line through the logarithms.

    >>> round(exponent([1, 2, 4], [3, 12, 48]), 6)
    2.0
    """
    x, y = [math.log(value) for value in rows], [math.log(value) for value in seconds]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    above = sum((one - mean_x) * (other - mean_y) for one, other in zip(x, y, strict=True))
    return above / sum((one - mean_x) ** 2 for one in x)


def measured(row_count: int) -> tuple[int, Run]:
    """Return the raw rows of a day of about so many, and its conversion from start."""
    return measured_lake(lambda scratch: landed_lake(scratch / "lake", instants(response_count(row_count))))


def growth(sizes: Sequence[int]) -> tuple[list[Row], list[Curve], str]:
    _, least = measured(1)
    taken = [measured(size) for size in sizes]
    rows, seconds = [float(count) for count, _ in taken], [done.seconds for _, done in taken]
    raw = exponent(rows, seconds)
    without_start = exponent(rows, [max(one - least.seconds, 0.1) for one in seconds])
    java = [done.peak.memory_mb["java"] for _, done in taken]
    python = [done.peak.memory_mb["python"] for _, done in taken]
    lines = [
        verdict(f"growth of convert, {_span(rows)}: exponent", f"{without_start:.3f} (start included {raw:.3f})",
                "linear: 1", f"<= {EXPONENT_LIMIT}", is_met=without_start <= EXPONENT_LIMIT),
        verdict("peak memory of Java, and of Python, at the largest", f"{java[-1]:,.0f} MB, {python[-1]:,.0f} MB", "",
                f"< {MEMORY_LIMIT_MB:,} MB, flat from 4 M rows on",
                is_met=max(java) < MEMORY_LIMIT_MB and is_flat(rows, java) and is_flat(rows, python)),
    ]  # fmt: skip
    million = [count / 1e6 for count in rows]
    time_curve = Curve("Seconds to convert a day, from start", "million rows", "seconds",
                       [("flightlake convert", *point) for point in zip(million, seconds, strict=True)])  # fmt: skip
    kinds = (("Java", java), ("Python", python))
    points = [(kind, *point) for kind, held in kinds for point in zip(million, held, strict=True)]
    memory_curve = Curve("Peak memory while converting", "million rows", "MB", points)
    note = f"A day of one response takes {least.seconds:.1f} s from start; that is what was subtracted."
    return lines, [time_curve, memory_curve], note


def is_flat(rows: Sequence[float], held_mb: Sequence[float]) -> bool:
    """Return whether memory stays within a few percent from four million rows on; one such size shows nothing."""
    large = [held for count, held in zip(rows, held_mb, strict=True) if count > 0.9 * FLAT_FROM]
    return len(large) > 1 and max(large) <= FLAT_WITHIN * large[0]


def verdict(what: str, ours: str, peer: str, target: str, *, is_met: bool) -> Row:
    return Row(what, ours, peer, None, target, None if is_small() else is_met)


def skew() -> list[Row]:
    """Return what one busy response, and one busy day, cost beside the same rows evenly spread."""
    at = instants(GIANT)
    even = measured_lake(lambda scratch: landed_lake(scratch / "lake", at))[1]
    giant_rows, giant = measured_lake(lambda scratch: giant_lake(scratch / "lake", at))
    busy = instants(BUSY_RESPONSES)
    alone = measured_lake(lambda scratch: landed_lake(scratch / "lake", busy))[1]
    month = measured_lake(lambda scratch: uneven_lake(scratch / "lake", busy))[1]
    quiet_s = (month.seconds - alone.seconds) / QUIET_DAYS
    return [
        Row(f"{giant_rows:,} rows in one response", f"{giant.seconds:.1f} s",
            f"in {GIANT} responses: {even.seconds:.1f} s", giant.seconds / even.seconds, "", None),
        Row(f"a day of {BUSY_RESPONSES} responses, and {QUIET_DAYS} days of {QUIET_RESPONSES}, in one run",
            f"{month.seconds:.1f} s", f"the busy day alone: {alone.seconds:.1f} s; so {quiet_s:.1f} s for a quiet one",
            month.seconds / alone.seconds, "", None),
    ]  # fmt: skip


def measured_lake(make: Callable[[Path], Path]) -> tuple[int, Run]:
    with scratch_folder("growth") as scratch:
        lake = make(scratch)
        return converted_rows(lake)


def converted_rows(lake: Path) -> tuple[int, Run]:
    done = converted(lake)
    return published(lake).counts["raw_rows"], done


def giant_lake(folder: Path, at: Sequence[int]) -> Path:
    """Make a lake with one response that holds the rows of many, each aircraft under as many addresses."""
    rows = []
    for number, at_s in enumerate(at):
        *_, body = bodies(at_s)
        whole = [row for row in json.loads(body)["states"] if isinstance(row[0], str) and len(row) == 18]
        rows += [[f"{number:02x}{row[0][2:]}", *row[1:3], at[0], at[0], *row[5:]] for row in whole]
    store = open_lake(str(folder), create=True).store
    land(store, json.dumps({"time": at[0], "states": rows}).encode(), clock=SystemClock())
    return folder


def uneven_lake(folder: Path, busy: Sequence[int]) -> Path:
    """Make a lake of a busy day and quiet days before it."""
    landed_lake(folder, busy)
    store = open_lake(str(folder)).store
    for days in range(1, QUIET_DAYS + 1):
        for number in range(QUIET_RESPONSES):
            *_, body = bodies(MIDNIGHT_S + number * 90 - days * DAY_S)
            land(store, body, clock=SystemClock())
    return folder


def _span(rows: Sequence[float]) -> str:
    return f"{rows[0] / 1e6:.2f} M to {rows[-1] / 1e6:.2f} M rows"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=SMALL_SIZES if is_small() else SIZES)
    lines, curves, note = growth(parser.parse_args().rows)
    report("growth", lines + skew(), curves=curves, notes=[note])


if __name__ == "__main__":
    main()
