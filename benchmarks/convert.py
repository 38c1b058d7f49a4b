"""How long a conversion takes, from landed responses to a published day, beside what a user would pick instead.

    .venv/bin/python -m benchmarks.convert [--rows 7100000] [--turns 3]

Input: the synthetic day (`benchmarks.synthetic_day`) of about so many rows, the same raw objects for all. In turn:

- ours: `flightlake convert` as a process of its own, Java's and Spark's start included;
- ours, warm: a rebuild within a Spark session that has converted before, as a cluster's has;
- DuckDB, one process (`benchmarks.peers.duckdb_day`): the same decode, rules, quarantine, deduplication, sort, write;
- the Spark script that most teams write (`benchmarks.peers.spark_script`), as it is and with a Python function.

Before its time counts, DuckDB's answer must be ours: the same rows, rejects, reasons and counts by rule; the script's
two forms must have as many rows as each other. Seconds are medians of the turns. `benchmarks.crossover` compares one
process of pyarrow on recorded responses.
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


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """Yield an empty folder that is gone afterwards; on the disk that holds the pool, for its hard links."""
    folder = SCRATCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def converted(lake: Path) -> Run:
    """Convert what is pending in a lake, in a process of its own."""
    return run([FLIGHTLAKE, "convert", "--lake", str(lake), "--format", "json"])


def peer(name: str, lake: Path, out: Path, *options: str) -> Run:
    """Run a peer from its start."""
    shutil.rmtree(out, ignore_errors=True)
    return run([sys.executable, "-m", f"benchmarks.peers.{name}", str(lake), str(out), *options])


def turn(scratch: Path, at: list[int], warm: WarmSession) -> dict[str, Run]:
    """Let everybody convert the same responses once, and compare DuckDB's answer with ours."""
    lake = landed_lake(scratch / "lake", at)
    ours = converted(lake)
    duckdb = peer("duckdb_day", lake, scratch / "duckdb")
    if unequal := differences(lake, scratch / "duckdb", json.loads(duckdb.stdout)):
        sys.exit("DuckDB's answer is not ours:\n" + "\n".join(unequal))
    rebuilt = Run(warm.convert(lake), warm.peak, "")
    shutil.rmtree(lake)
    return {"ours": ours, "warm": rebuilt, "duckdb": duckdb}


def scripts(scratch: Path, at: list[int]) -> dict[str, Run]:
    """Let the script that most teams write convert the responses, in its two forms, and count its rows."""
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
    at = instants(response_count(rows))
    with scratch_folder("convert") as scratch, WarmSession() as warm:
        first = landed_lake(scratch / "first", at)
        warm_ups_s = [warm.convert(first) for _ in range(WARM_UPS)]
        counts = published(first).counts
        small = landed_lake(scratch / "small", at[:1])
        fixed_s = statistics.median([warm.convert(small) for _ in range(WARM_UPS)])
        shutil.rmtree(first)
        taken = [turn(scratch, at, warm) for _ in range(turns)]
    with scratch_folder("scripts") as scratch:
        script = scripts(scratch, at)
    median = {name: statistics.median(one[name].seconds for one in taken) for name in taken[0]}
    what = f"convert {counts['raw_rows'] / 1e6:.2f} M rows in {len(at)} responses"
    of_duckdb, of_script = f"DuckDB, one process: {median['duckdb']:.1f} s", script["script"].seconds
    of_peers = [
        compared(f"{what}, from start", median["ours"], of_duckdb, median["ours"] / median["duckdb"], 2.0),
        compared(f"{what}, warm session", median["warm"], of_duckdb, median["warm"] / median["duckdb"], 1.5),
        compared(
            f"{what}, from start; the ratio is how many times faster",
            median["ours"],
            f"the script most teams write: {of_script:.1f} s",
            of_script / median["ours"],
            5.0,
            is_floor=True,
        ),
    ]
    shown = [
        Row("start of a Spark session", f"{warm.start_s:.1f} s", "", None, "", None),
        Row("one response of 7,400 rows, warm: what any job costs", f"{fixed_s:.1f} s", "", None, "", None),
        memory_row(what, [one["ours"] for one in taken], [one["duckdb"] for one in taken]),
    ]
    return of_peers + shown, notes(counts, taken, script, warm_ups_s)


def compared(what: str, ours_s: float, peer_text: str, ratio: float, limit: float, *, is_floor: bool = False) -> Row:
    target = f">= {limit:g} x" if is_floor else f"<= {limit:g}"
    is_met = (ratio >= limit if is_floor else ratio <= limit) if not is_small() else None
    return Row(what, f"{ours_s:.1f} s", peer_text, ratio, target, is_met)


def memory_row(what: str, ours: list[Run], duckdb: list[Run]) -> Row:
    java, python, other = (
        max(one.peak.memory_mb[kind] for one in runs)
        for runs, kind in ((ours, "java"), (ours, "python"), (duckdb, "python"))
    )
    return Row(
        f"{what}: peak memory",
        f"Java {java:,.0f} MB, Python {python:,.0f} MB",
        f"DuckDB {other:,.0f} MB",
        None,
        "",
        None,
    )


def notes(
    counts: dict[str, int], taken: list[dict[str, Run]], script: dict[str, Run], warm_ups_s: list[float]
) -> list[str]:
    cpu = {name: statistics.median(one[name].peak.cpu_s for one in taken) for name in ("ours", "duckdb")}
    each = "; ".join(
        f"{name} " + ", ".join(f"{one[name].seconds:.1f}" for one in taken) for name in ("ours", "warm", "duckdb")
    )
    kept = json.loads(script["script"].stdout.splitlines()[-1])["curated"]
    warm_ups = ", ".join(f"{seconds:.1f}" for seconds in warm_ups_s)
    sums = (
        f"{counts['raw_rows']:,} raw rows = {counts['curated']:,} curated + {counts['quarantined']:,} quarantined + "
        f"{counts['duplicates']:,} duplicates. DuckDB's rows, rejects, reasons and counts by rule were compared with "
        "ours and are the same."
    )
    other_form = (
        f"The script with a Python function instead of multi-line JSON took {script['udf'].seconds:.1f} s. Either form "
        f"keeps {kept:,} rows, and no account of the others."
    )
    return [
        sums,
        f"Seconds of each turn: {each}. The warm session's first conversions: {warm_ups}.",
        f"Processor seconds: ours from start {cpu['ours']:.0f}, DuckDB {cpu['duckdb']:.0f}.",
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
