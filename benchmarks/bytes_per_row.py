"""Stored bytes of a curated row, all columns, nothing lost or rounded, beside other writers of the same rows.

    .venv/bin/python -m benchmarks.bytes_per_row [--rows 7100000]

Inputs: two recorded series and the synthetic day of about as many rows, each landed and converted by `flightlake`; the
recorded ones also with `--engine spark`. Peers: DuckDB's zstd Parquet sorted by aircraft and time, pyarrow tuned for
size (`benchmarks.peers.arrow_rewrite`), and the JSON as received, plain and gzipped, per raw row. The peers' rows, and
Spark's, are compared with ours.
"""

import argparse
import gzip
import subprocess
from pathlib import Path

import duckdb

from benchmarks.comparison import Published, published, sums_of
from benchmarks.convert import converted, scratch_folder
from benchmarks.findings import ROOT, Row, is_small, report
from benchmarks.processes import FLIGHTLAKE, PEERS_PYTHON, run
from benchmarks.synthetic_day import FULL_DAY, instants, landed_lake, response_count

RECORDED = ROOT.parent / "shared" / "data" / "opensky"
SERIES = {"global_20251231_20x160s": "the global series, 160 s apart", "iberia_20250926_run_90s": "Iberia, 90 s apart"}
RECORDED_TARGET, SYNTHETIC_TARGET = 18.5, 17.0
ELSEWHERE = "For scale, not measured here and of other columns: OPDI 43 bytes a row, adsb.exposed 36."


def sizes(lake: Path, scratch: Path) -> list[tuple[str, float]]:
    """Return bytes of a curated row by writer, of the same rows."""
    ours = published(lake)
    files = ours.files["states"]
    by_duckdb, by_arrow = scratch / "duckdb.parquet", scratch / "arrow.parquet"
    rows = f"from read_parquet('{files}', hive_partitioning = false) order by icao24, snapshot_at"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * {rows}) to '{by_duckdb}' (compression zstd)")
    plain = sorted(map(str, Path(files).parent.glob("*.parquet")))
    subprocess.run([PEERS_PYTHON, "-m", "benchmarks.peers.arrow_rewrite", str(by_arrow), *plain], check=True, cwd=ROOT)
    assert sums_of(files) == sums_of(str(by_duckdb)) == sums_of(str(by_arrow)), "not the same rows"
    written = [("DuckDB, sorted", by_duckdb.stat().st_size), ("pyarrow, tuned", by_arrow.stat().st_size)]
    return [("ours", ours.states_bytes / ours.counts["curated"])] + [
        (name, size / ours.counts["curated"]) for name, size in written
    ]


def received(lake: Path, ours: Published) -> str:
    """Return the bytes of a raw row in the JSON as received."""
    packed = [path.read_bytes() for path in (lake / "raw").rglob("*.json.gz")]
    plain_bytes = sum(len(gzip.decompress(body)) for body in packed)
    rows = ours.counts["raw_rows"]
    return f"JSON {plain_bytes / rows:.1f}, gzipped {sum(map(len, packed)) / rows:.1f}"


def by_spark(lake: Path, ours: Published) -> float:
    """Convert another copy of a landed lake with Spark and return the bytes of a curated row."""
    converted(lake, "--engine", "spark")
    found = published(lake)
    assert sums_of(found.files["states"]) == sums_of(ours.files["states"]), "not the same rows"
    return found.states_bytes / found.counts["curated"]


def row(what: str, lake: Path, scratch: Path, target: float, spark_lake: Path | None = None) -> Row:
    """Convert a landed lake, and another copy of it with Spark where there is one, and return the line."""
    converted(lake)
    ours = published(lake)
    (_, our_bytes), *others = sizes(lake, scratch)
    peers = [f"{name} {size:.2f}" for name, size in others]
    if spark_lake is not None:
        peers.insert(0, f"--engine spark {by_spark(spark_lake, ours):.2f}")
    return Row(
        f"bytes a row: {what}, {ours.counts['curated']:,} rows",
        f"{our_bytes:.2f}",
        f"{', '.join(peers)}; {received(lake, ours)}",
        our_bytes / min(size for _, size in others),
        f"<= {target:g}",
        None if is_small() else our_bytes <= target,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000 if is_small() else FULL_DAY * 7_400)
    options = parser.parse_args()
    rows, notes = [], [ELSEWHERE, "The ratio is to the smaller of DuckDB's and pyarrow's."]
    with scratch_folder("bytes") as scratch:
        for name, what in SERIES.items():
            if not (RECORDED / name).is_dir():
                notes.append(f"No recorded responses under {RECORDED.name}/{name}: not measured.")
                continue
            lakes = [scratch / name, scratch / f"{name}-spark"]
            for lake in lakes:
                run([FLIGHTLAKE, "land", "--lake", str(lake), str(RECORDED / name)])
            rows.append(row(what, lakes[0], scratch, RECORDED_TARGET, lakes[1]))
        lake = landed_lake(scratch / "synthetic", instants(response_count(options.rows)))
        rows.append(row("the synthetic day", lake, scratch, SYNTHETIC_TARGET))
    report("bytes_per_row", rows, notes=notes)


if __name__ == "__main__":
    main()
