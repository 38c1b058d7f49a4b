"""Time of a conversion, from landed responses to a published day, beside what a user would pick instead.

    .venv/bin/python -m benchmarks.convert [--rows 7100000] [--turns 3]

Input: the synthetic day (`benchmarks.synthetic_day`) of about as many rows, the same raw objects for all. In turn:

- `flightlake convert` from the start of its process, with DuckDB in that process;
- `flightlake convert --engine spark` from the start of its process, the start of Java and Spark included;
- a rebuild in a Spark session that has converted before;
- a bare DuckDB script (`benchmarks.peers.duckdb_day`), from the start of its process;

and once the Spark script that most teams write (`benchmarks.peers.spark_script`), as it is and with a Python function.

Before a time counts, the bare script's answer must be that of both engines: the same rows of states, counts, counts by
rule, and rejected rows with their reasons. The Spark script's two forms must have as many rows as each other. Seconds
are medians of the turns; the script and `flightlake convert` take turns in being first. `benchmarks.crossover` compares
pandas and pyarrow on recorded responses.
"""

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.comparison import differences, published
from benchmarks.findings import FOLDER, Row, is_small, report
from benchmarks.processes import FLIGHTLAKE, Run, run
from benchmarks.synthetic_day import FULL_DAY, instants, landed_lake, response_count
from benchmarks.warm_session import WarmSession

SCRATCH = FOLDER / "scratch"
WARM_UPS = 1 if is_small() else 2
WAYS = (
    ("ours", "from start", 1.25),
    ("spark", "--engine spark, from start", 3.31),
    ("warm", "--engine spark, warm session", 2.21),
)
"""Key of the runs, description, and the most seconds beside DuckDB's script; Spark's as measured before 2026-11-28."""

SCRIPT_FLOOR = 5.0
NAMES = {"ours": "flightlake", "duckdb": "bare DuckDB script", "spark": "--engine spark", "warm": "Spark, warm"}


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """Yield an empty folder on the disk of the pool, for its hard links, and remove it afterwards."""
    folder = SCRATCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def converted(lake: Path, *options: str) -> Run:
    """Convert the pending days of a lake with `flightlake convert`, from the start of its process."""
    return run([FLIGHTLAKE, "convert", "--lake", str(lake), "--format", "json", *options])


def peer(name: str, lake: Path, out: Path, *options: str) -> Run:
    """Run a peer from the start of its process."""
    shutil.rmtree(out, ignore_errors=True)
    return run([sys.executable, "-m", f"benchmarks.peers.{name}", str(lake), str(out), *options])


def turn(number: int, scratch: Path, at: list[int], warm: WarmSession) -> dict[str, Run]:
    """Convert the same responses once with each engine and with DuckDB's script, and compare the answers."""
    lake, out = landed_lake(scratch / "lake", at), scratch / "duckdb"
    work = {"ours": lambda: converted(lake), "duckdb": lambda: peer("duckdb_day", lake, out)}
    runs = {name: work[name]() for name in (list(work) if number % 2 else reversed(work))}
    by_spark = landed_lake(scratch / "spark", at)
    runs["spark"] = converted(by_spark, "--engine", "spark")
    for engine, published_lake in (("duckdb", lake), ("spark", by_spark)):
        if unequal := differences(published_lake, out, json.loads(runs["duckdb"].stdout)):
            sys.exit("\n".join([f"DuckDB's script does not give the answer of --engine {engine}:", *unequal]))
    runs["warm"] = Run(warm.convert(by_spark), warm.peak, "")
    for folder in (lake, by_spark):
        shutil.rmtree(folder)
    return runs


def scripts(scratch: Path, at: list[int]) -> dict[str, Run]:
    """Convert the responses with both forms of the usual Spark script, and compare their numbers of rows."""
    lake = landed_lake(scratch / "lake", at)
    runs = {
        "script": peer("spark_script", lake, scratch / "script"),
        "udf": peer("spark_script", lake, scratch / "script", "--udf"),
    }
    counted = {name: json.loads(done.stdout.splitlines()[-1])["curated"] for name, done in runs.items()}
    if len(set(counted.values())) > 1:
        sys.exit(f"the two forms of the script keep different numbers of rows: {counted}")
    shutil.rmtree(lake)
    return runs


def measure(rows: int, turns: int) -> tuple[list[Row], list[str]]:
    """Return the lines and the notes of a day of about as many rows."""
    at = instants(response_count(rows))
    with scratch_folder("convert") as scratch, WarmSession() as warm:
        first = landed_lake(scratch / "first", at)
        warm_ups_s = [warm.convert(first) for _ in range(WARM_UPS)]
        counts = published(first).counts
        small = landed_lake(scratch / "small", at[:1])
        fixed_s = statistics.median([warm.convert(small) for _ in range(WARM_UPS)])
        shutil.rmtree(first)
        taken = [turn(number, scratch, at, warm) for number in range(1, turns + 1)]
    with scratch_folder("scripts") as scratch:
        script = scripts(scratch, at)
    what = f"convert {counts['raw_rows'] / 1e6:.2f} M rows in {len(at)} responses"
    shown = [
        Row("start of a Spark session", f"{warm.start_s:.1f} s", "", None, "", None),
        Row("one response of 7,400 rows, Spark, warm session", f"{fixed_s:.1f} s", "", None, "", None),
        memory_row(what, taken),
    ]
    compared_rows = [*beside_duckdb(what, taken), beside_script(what, taken, script["script"].seconds)]
    return compared_rows + shown, notes(counts, taken, script, warm_ups_s)


def beside_duckdb(what: str, taken: list[dict[str, Run]]) -> list[Row]:
    """Return one line for each way to convert, beside DuckDB's script."""
    peer_s = median_s(taken, "duckdb")
    return [
        Row(
            f"{what}, {how}",
            f"{median_s(taken, name):.1f} s",
            f"bare DuckDB script: {peer_s:.1f} s",
            median_s(taken, name) / peer_s,
            f"<= {limit:g}",
            None if is_small() else median_s(taken, name) <= limit * peer_s,
        )
        for name, how, limit in WAYS
    ]


def beside_script(what: str, taken: list[dict[str, Run]], script_s: float) -> Row:
    """Return the line that compares the embedded engine with the usual Spark script."""
    ratio = script_s / median_s(taken, "ours")
    return Row(
        f"{what}, from start; the ratio is how many times faster",
        f"{median_s(taken, 'ours'):.1f} s",
        f"the script most teams write: {script_s:.1f} s",
        ratio,
        f">= {SCRIPT_FLOOR:g} x",
        None if is_small() else ratio >= SCRIPT_FLOOR,
    )


def median_s(taken: list[dict[str, Run]], name: str) -> float:
    return statistics.median(one[name].seconds for one in taken)


def memory_row(what: str, taken: list[dict[str, Run]]) -> Row:
    ours, other, java = (
        max(one[name].peak.memory_mb[kind] for one in taken)
        for name, kind in (("ours", "python"), ("duckdb", "python"), ("spark", "java"))
    )
    peers = f"bare DuckDB script {other:,.0f} MB; --engine spark, Java {java:,.0f} MB"
    return Row(f"{what}: peak memory", f"{ours:,.0f} MB", peers, None, "", None)


def notes(
    counts: dict[str, int], taken: list[dict[str, Run]], script: dict[str, Run], warm_ups_s: list[float]
) -> list[str]:
    cpu = {name: statistics.median(one[name].peak.cpu_s for one in taken) for name in ("ours", "duckdb", "spark")}
    each = "; ".join(f"{name} " + ", ".join(f"{one[key].seconds:.1f}" for one in taken) for key, name in NAMES.items())
    kept = json.loads(script["script"].stdout.splitlines()[-1])["curated"]
    warm_ups = ", ".join(f"{seconds:.1f}" for seconds in warm_ups_s)
    sums = (
        f"{counts['raw_rows']:,} raw rows = {counts['curated']:,} curated + {counts['quarantined']:,} quarantined + "
        f"{counts['duplicates']:,} duplicates. Both engines and DuckDB's script gave the same rows, rejected rows, "
        "reasons and counts by rule. The script writes no texts of rejected rows, no checksum and no audit."
    )
    other_form = (
        f"The script most teams write took {script['udf'].seconds:.1f} s with a Python function instead of multi-line "
        f"JSON. Either form keeps {kept:,} rows and does not count the others."
    )
    return [
        sums,
        f"Seconds of each turn: {each}. The warm session's first conversions: {warm_ups}.",
        "Processor seconds from start: "
        + ", ".join(f"{NAMES[key]} {seconds:.0f}" for key, seconds in cpu.items())
        + ".",
        other_form,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000 if is_small() else FULL_DAY * 7_400)
    parser.add_argument("--turns", type=int, default=1 if is_small() else 3)
    options = parser.parse_args()
    rows, said = measure(options.rows, options.turns)
    report("convert", rows, notes=said)


if __name__ == "__main__":
    main()
