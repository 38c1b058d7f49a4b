"""Growth of a conversion with the day's rows: time, memory, and the effect of one large response or one busy day.

    .venv/bin/python -m benchmarks.growth [--rows 500000 1000000 2000000 4000000 8000000 16000000]

Each size is converted by `flightlake convert` from start, on the synthetic day with more responses and, from 8 million
rows on, shorter intervals. The exponent is the slope of the least-squares line through logarithms of seconds and rows:
1 is linear. It is given with the start, which makes small days look expensive, and without it: less the time of a day
of one response of 120 rows.

Peak memory is the kernel's figure for the one Python process, for the largest sizes under `--memory 1500M`. Two sizes
are converted by `--engine spark` too, for `benchmarks.costs`.

Skew: one response that holds the rows of 60, beside the same rows in 60 responses; and a busy day among quiet ones,
beside that day alone.
"""

import argparse
import json
import math
import statistics
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
LIMITED_SIZES = (50_000, 100_000) if is_small() else (4_000_000, 8_000_000, 16_000_000)
SPARK_SIZES = (50_000, 100_000) if is_small() else (1_000_000, 8_000_000)
EXPONENT_LIMIT, MEMORY_LIMIT_MB, FLAT_WITHIN = 1.05, 1_600, 1.15
MEMORY = "1500M"
LEAST_ROWS, LEAST_TURNS, LEAST_LIMIT_S = 120, 5, 1.5
OURS, BY_SPARK, BY_LIMITED = "flightlake convert", "--engine spark", f"--memory {MEMORY}"
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


def measured(row_count: int, *options: str) -> tuple[int, Run]:
    """Return the raw rows of a day of about a number of rows, and its conversion from start."""
    return measured_lake(lambda scratch: landed_lake(scratch / "lake", instants(response_count(row_count))), *options)


def smallest_day_s() -> float:
    """Return the median seconds from start of a day of one response of 120 rows."""
    return statistics.median(
        measured_lake(lambda scratch: smallest_lake(scratch / "lake"))[1].seconds for _ in range(LEAST_TURNS)
    )


def smallest_lake(folder: Path) -> Path:
    """Make a lake with one response of 120 rows."""
    *_, body = bodies(MIDNIGHT_S)
    document = json.loads(body)
    document["states"] = document["states"][:LEAST_ROWS]
    land(open_lake(str(folder), create=True).store, json.dumps(document).encode(), clock=SystemClock())
    return folder


def growth(sizes: Sequence[int]) -> tuple[list[Row], list[Curve], str]:
    """Return the lines, pictures and note of days of several sizes."""
    least_s = smallest_day_s()
    taken = {
        OURS: [measured(size) for size in sizes],
        BY_LIMITED: [measured(size, "--memory", MEMORY) for size in LIMITED_SIZES],
        BY_SPARK: [measured(size, "--engine", "spark") for size in SPARK_SIZES],
    }
    rows, seconds = [float(count) for count, _ in taken[OURS]], [done.seconds for _, done in taken[OURS]]
    without_start = exponent(rows, [max(one - least_s, 0.1) for one in seconds])
    lines = [
        verdict(f"growth of convert, {_span(rows)}: exponent",
                f"{without_start:.3f} (start included {exponent(rows, seconds):.3f})",
                "linear: 1", f"<= {EXPONENT_LIMIT}", is_met=without_start <= EXPONENT_LIMIT),
        verdict(f"a day of one response of {LEAST_ROWS} rows, from start", f"{least_s:.2f} s", "",
                f"<= {LEAST_LIMIT_S:g} s", is_met=least_s <= LEAST_LIMIT_S),
        memory_row([(count, done.peak.memory_mb["python"]) for count, done in taken[BY_LIMITED]]),
    ]  # fmt: skip
    time_curve = Curve("Seconds to convert a day, from start", "million rows", "seconds", points(
        {name: [(count, done.seconds) for count, done in runs] for name, runs in taken.items()}))  # fmt: skip
    memory_curve = Curve("Peak memory while converting", "million rows", "MB", points(
        {name: [(count, done.peak.memory_mb["java" if name == BY_SPARK else "python"]) for count, done in runs]
         for name, runs in taken.items()}))  # fmt: skip
    note = (
        f"Without the start: less {least_s:.2f} s, the median of {LEAST_TURNS} days of one response of {LEAST_ROWS} "
        "rows. Without `--memory` a build may use half of the free memory. Spark's memory is that of Java."
    )
    return lines, [time_curve, memory_curve], note


def points(values: dict[str, list[tuple[int, float]]]) -> list[tuple[str, float, float]]:
    """Return the points of a curve from pairs of rows and value by series."""
    return [(name, count / 1e6, value) for name, pairs in values.items() for count, value in pairs]


def memory_row(held: Sequence[tuple[int, float]]) -> Row:
    """Return the line of peak memory under a limit, from pairs of rows and megabytes."""
    sizes, memory_mb = zip(*held, strict=True)
    return verdict(
        f"peak memory under --memory {MEMORY}, {', '.join(f'{count / 1e6:.1f}' for count in sizes)} M rows",
        ", ".join(f"{one:,.0f} MB" for one in memory_mb),
        "",
        f"<= {MEMORY_LIMIT_MB:,} MB, within {FLAT_WITHIN - 1:.0%} of each other",
        is_met=max(memory_mb) <= min(MEMORY_LIMIT_MB, FLAT_WITHIN * min(memory_mb)),
    )


def verdict(what: str, ours: str, peer: str, target: str, *, is_met: bool) -> Row:
    return Row(what, ours, peer, None, target, None if is_small() else is_met)


def skew() -> list[Row]:
    """Return the lines of one large response and of one busy day, beside the same rows evenly spread."""
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


def measured_lake(make: Callable[[Path], Path], *options: str) -> tuple[int, Run]:
    """Return the raw rows of a lake that is made for it, and its conversion from start."""
    with scratch_folder("growth") as scratch:
        lake = make(scratch)
        done = converted(lake, *options)
        return published(lake).counts["raw_rows"], done


def giant_lake(folder: Path, at: Sequence[int]) -> Path:
    """Make a lake with one response that holds the rows of several, each aircraft once for each under a new address."""
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
