"""How much of a lake of thirty days each statement under sql/ reads, by DuckDB's own count.

    .venv/bin/python -m benchmarks.scan

The whole is the size of all files of `states`. What is read is the bytes that DuckDB took from files to answer,
footers included, when the engine asks it (`explain analyze`). Athena bills the bytes that it reads, of each query
10 MB at least. It skips days by the catalog, and row groups and columns by the footers, as DuckDB does; pages by their
index besides. Footers and small gaps it reads in its own way: its figures are near these and not the same.
"""

import random
import statistics
from collections.abc import Mapping
from pathlib import Path

import duckdb

from benchmarks.findings import Row, report
from benchmarks.published_month import DATES, DAY, files_of, published_month, table_bytes
from duckdb_engine.engine import Engine
from duckdb_engine.scans import Scanned
from duckdb_engine.sql.statements import statements_of
from flightlake.schema.sql_files import SqlFile, published_statements, sql_files
from flightlake.storage.open_lake import open_lake

AIRCRAFT_COUNT = 15
PUBLISHED = ("published query 1, by country of one day", "published query 2, by altitude", "published query 3, a count")
AIRCRAFT = "one aircraft's day (aircraft_track)"


def aircraft_of(files: list[Path], count: int) -> list[str]:
    """Return some aircraft of a day, the same for the same files."""
    with duckdb.connect() as connection:
        paths = [str(path) for path in files]
        found = connection.execute("select distinct icao24 from read_parquet(?) order by 1", [paths]).fetchall()
    return random.Random(7).sample([str(row[0]) for row in found], count)


def _read(engine: Engine, sql: str, given: Mapping[str, str] = {}, file: SqlFile | None = None) -> Scanned:
    return engine.scanned(statements_of(sql)[0], given, file=file)


def _row(what: str, read: float, whole: int, target: str = "", pruned: float | None = None) -> Row:
    share = read / whole
    shown = f"{read / 1e6:.2f} MB of {whole / 1e6:,.0f} MB: {100 * (1 - share):.2f} % pruned"
    return Row(what, shown, "the whole table", share, target, None if pruned is None else 1 - share >= pruned)


def _of_states(engine: Engine, whole: int) -> list[Row]:
    """Return one line for each named query of `states`: the bytes that it reads of its day, or of its days."""
    rows = []
    for file in sql_files("queries").values():
        if "states" in file.scan.column_counts and file.scan.reach == "one day":
            read = _read(engine, file.text, {"flight_date": str(DAY)}, file)
            rows.append(_row(f"{file.name} ({file.scan})", read.bytes_read, whole))
    return rows


def main() -> None:
    lake = published_month()
    files = files_of(lake)
    whole = table_bytes(lake)
    with Engine(open_lake(str(lake))) as engine:
        published = [_read(engine, sql).bytes_read for sql in published_statements()]
        track = sql_files("queries")["aircraft_track"]
        of_aircraft = [
            _read(engine, track.text, {"icao24": icao24, "flight_date": str(DAY)}, track)
            for icao24 in aircraft_of(files, AIRCRAFT_COUNT)
        ]
        tracks = [read.bytes_read for read in of_aircraft]
        rows = [
            _row(PUBLISHED[0], published[0], whole, ">= 97 % pruned", 0.97),
            _row(f"{AIRCRAFT}, median of {len(tracks)}", statistics.median(tracks), whole, ">= 99 % pruned", 0.99),
            _row(f"{AIRCRAFT}, most", max(tracks), whole, ">= 99 % pruned", 0.99),
            *(_row(*pair, whole) for pair in zip(PUBLISHED[1:], published[1:], strict=True)),
            *_of_states(engine, whole),
        ]
    groups = {scan.row_group_count for read in of_aircraft for scan in read.scans}
    there = of_aircraft[0].scans[0].row_groups_there
    read = " or ".join(map(str, sorted(groups)))
    notes = [
        f"{len(DATES)} days of {whole / len(DATES) / 1e6:.1f} MB in {len(files)} files.",
        f"An aircraft's day lies in {read} of {there} row groups of its day.",
        "Published query 2 names no day: it reads one column of every day.",
    ]
    report("scan", rows, notes=notes)


if __name__ == "__main__":
    main()
