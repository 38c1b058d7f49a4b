"""How long an answer takes: from start beside DuckDB's own shell, and one aircraft's day while warm.

    .venv/bin/python -m benchmarks.query             # on the lake of benchmarks.published_month
    .venv/bin/python -m benchmarks.query FILE ...    # only one aircraft's day, in Parquet files of your own

From start: the first published query by `flightlake query`, a process each time, against DuckDB on the files of that
day, asked in its own SQL: its shell (a program without Python, from the environment of `make bench`, or `duckdb` on the
path; the newest on PyPI is 1.5) and `import duckdb` in Python. All take turns and must answer the same. Warm: all
columns of one aircraft's day, some aircraft after the other, by DuckDB on the day's files, as arrays and as rows of
Python (whose instants take it half as long again), and by the engine of `flightlake query`, which gives such rows, and
translates the statement and looks at the catalog each time.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.findings import Row, is_small, report
from benchmarks.processes import FLIGHTLAKE
from benchmarks.published_month import DAY, files_of, published_month
from benchmarks.scan import aircraft_of
from duckdb_engine.engine import Engine
from flightlake.schema.sql_files import published_statements
from flightlake.storage.open_lake import open_lake

STARTS, AIRCRAFT_COUNT, TURNS = (3, 5, 3) if is_small() else (15, 25, 7)
PACKAGED = next(Path(sys.prefix, "bench").glob("lib/python*/site-packages/duckdb_cli/duckdb"), None)
SHELL = str(PACKAGED or "") or shutil.which("duckdb")
"""The program itself: what the package puts on the path is a script in Python that starts it."""

IN_DUCKDB = """select origin_country, count(*) as flight_count, avg(baro_altitude_m / 0.3048) as avg_altitude_ft,
    avg(ground_speed_mps) as avg_speed_ms
from read_parquet([{files}]) group by origin_country order by flight_count desc limit 10"""
IN_PYTHON = "import duckdb, sys; print(duckdb.sql(sys.argv[1]))"


def medians_ms(work: Mapping[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Return the median of each, all taking turns; in every turn another begins."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    names = list(work)
    for turn in range(turns):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            begin_s = time.perf_counter()
            work[name]()
            taken[name].append(1e3 * (time.perf_counter() - begin_s))
    return {name: statistics.median(times) for name, times in taken.items()}


def from_start(lake: Path) -> list[Row]:
    """Return how long the published query of a day takes, with the start of a process."""
    sql = IN_DUCKDB.format(files=_quoted(files_of(lake)))
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder, "published.sql")
        asked.write_text(published_statements()[0])
        ours = [FLIGHTLAKE, "query", "--lake", str(lake), str(asked)]
        peers = {"Python with duckdb": [sys.executable, "-c", IN_PYTHON, sql]}
        if SHELL:
            peers = {"DuckDB's shell": [SHELL, "-c", sql]} | peers
        answer = json.loads(_output([*ours, "--format", "json"]))["rows"]
        expected = [list(row) for row in _connection().execute(sql).fetchall()]
        assert _rounded(answer) == _rounded(expected)
        medians = medians_ms(
            {name: partial(_output, command) for name, command in (peers | {"ours": ours}).items()}, STARTS
        )
    return [
        _row(f"published query of a day, from start, beside {name}", medians["ours"], medians[name], "<= 2x, < 1 s")
        for name in peers
    ]


def warm(lake: Path) -> list[Row]:
    """Return how long one aircraft's day takes while everything is warm."""
    files = files_of(lake)
    sql = f"select * from states where snapshot_date = date '{DAY}' and icao24 = "
    with Engine(open_lake(str(lake))) as engine:

        def by_engine(icao24: str) -> list[tuple[Any, ...]]:
            return engine.query(f"{sql}'{icao24}'").rows

        def by_duckdb(icao24: str) -> list[tuple[object, ...]]:
            return _of_aircraft(files, icao24).fetchall()

        some = aircraft_of(files, 1)[0]
        assert len(by_engine(some)) == len(by_duckdb(some)) == len(_columns(files, some)["icao24"]) > 0
        columns_ms, duckdb_ms, engine_ms = lookups_ms(files, partial(_columns, files), by_duckdb, by_engine)
    return [
        Row("one aircraft's day, warm, DuckDB", f"{columns_ms:.1f} ms", "", None, "<= 20 ms", columns_ms <= 20),
        Row("the same, as rows of Python", f"{duckdb_ms:.1f} ms", "", None, "", None),
        _row("such rows by our engine, translation and catalog included", engine_ms, duckdb_ms, ""),
    ]


def lookups_ms(files: list[Path], *ways: Callable[[str], object]) -> list[float]:
    """Return for each way to look an aircraft up the median over some aircraft of a day."""
    aircraft = aircraft_of(files, AIRCRAFT_COUNT)
    work = {f"{way} {icao24}": partial(look, icao24) for icao24 in aircraft for way, look in enumerate(ways)}
    medians = medians_ms(work, TURNS)
    return [statistics.median(medians[f"{way} {icao24}"] for icao24 in aircraft) for way in range(len(ways))]


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _of_aircraft(files: list[Path], icao24: str) -> duckdb.DuckDBPyConnection:
    return _connection().execute(f"select * from read_parquet([{_quoted(files)}]) where icao24 = '{icao24}'")


def _columns(files: list[Path], icao24: str) -> dict[str, Any]:
    return _of_aircraft(files, icao24).fetchnumpy()


def _quoted(files: Iterable[Path]) -> str:
    return ", ".join(f"'{path}'" for path in files)


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _rounded(rows: list[list[object]]) -> list[list[object]]:
    """Return rows for comparison: an average's last digits depend on the order of adding."""
    return [[round(value, 6) if isinstance(value, float) else value for value in row] for row in rows]


def _row(what: str, ours_ms: float, peer_ms: float, target: str) -> Row:
    ratio = ours_ms / peer_ms
    is_met = (ratio <= 2 and ours_ms < 1000) if target else None
    return Row(what, f"{ours_ms:.0f} ms", f"{peer_ms:.0f} ms", ratio, target, is_met)


def _notes() -> list[str]:
    if SHELL is None:
        return ["DuckDB's shell was not there and is not compared; see benchmarks/query.py for where it is looked for."]
    return [f"The shell is {_output([SHELL, '--version']).split(' ')[0]}; Python's DuckDB is {duckdb.__version__}."]


def main() -> None:
    if files := [Path(name) for name in sys.argv[1:]]:
        print(f"one aircraft's day, warm, DuckDB: {lookups_ms(files, partial(_columns, files))[0]:.1f} ms")
        return
    lake = published_month()
    report("query", [*from_start(lake), *warm(lake)], notes=_notes())


if __name__ == "__main__":
    main()
