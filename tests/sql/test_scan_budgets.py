"""Each statement under sql/ reads what its header says and no more, by DuckDB's own count."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.scanned_lake import AIRCRAFT, DAYS, ROW_GROUPS, scanned_lake

from duckdb_engine.engine import Engine
from duckdb_engine.scans import Scan, Scanned
from duckdb_engine.sql.statements import statements_of
from flightlake.schema.sql_files import Reach, ScanBudget, SqlFile, scan_budget, sql_files

ROOT = Path(__file__).parents[2]
DAY = DAYS[1]
FILES = {"one aircraft of one day": 1, "one day": 1, "the days asked for": 1, "every day": len(DAYS)}
"""How many of a table's files a reading may open; one day is asked for wherever days can be."""

ASKED = {"flight_date": str(DAY), "from_date": str(DAY), "to_date": str(DAY), "icao24": AIRCRAFT}
PUBLISHED = re.findall(r"^-- \d+\n-- Scan: (.+)\n([^;]+)", (ROOT / "sql" / "published.sql").read_text(), re.MULTILINE)
CONDITIONS = {"flight_data_processed": f"year = '{DAY:%Y}' and month = '{DAY:%m}' and day = '{DAY:%d}'"}
"""How a view is asked for a day, where not by `snapshot_date`."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(scanned_lake(tmp_path_factory.mktemp("scanned") / "lake").lake) as engine:
        yield engine


def reading(engine: Engine, sql: str, file: SqlFile | None = None) -> Scanned:
    names = {parameter.name for parameter in file.parameters} if file else set()
    given = {name: value for name, value in ASKED.items() if name in names}
    (statement,) = statements_of(sql)
    return engine.scanned(statement, given, file=file)


def excess(read: Scanned, budget: ScanBudget) -> list[str]:
    """Return what was read beyond the budget, and what of the budget was not read."""
    columns: dict[str, frozenset[str]] = {}
    for scan in read.scans:
        columns[scan.table] = columns.get(scan.table, frozenset()) | scan.columns
    counts = {table: len(names) for table, names in columns.items()}
    wrong = [] if counts == budget.column_counts else [f"columns {columns}"]
    wrong += [f"files {scan}" for scan in read.scans if scan.file_count > FILES[budget.reach]]
    return wrong + [f"row groups {scan}" for scan in read.scans if not _is_within(scan, budget.reach)]


def _is_within(scan: Scan, reach: Reach) -> bool:
    groups = ROW_GROUPS if scan.table == "states" else 1
    return scan.row_group_count <= (1 if reach == "one aircraft of one day" else groups * FILES[reach])


@pytest.mark.parametrize("file", [*sql_files("queries").values(), *sql_files("checks").values()], ids=lambda f: f.name)
def test_a_statement_reads_the_columns_days_and_row_groups_of_its_header(engine: Engine, file: SqlFile) -> None:
    assert excess(reading(engine, file.text, file), file.scan) == []


@pytest.mark.parametrize("view", sql_files("views").values(), ids=lambda view: view.name)
def test_a_view_that_is_asked_for_a_day_reads_the_day(engine: Engine, view: SqlFile) -> None:
    condition = CONDITIONS.get(view.name, f"snapshot_date = date '{DAY}'")
    assert excess(reading(engine, f"select * from {view.name} where {condition}"), view.scan) == []


def test_a_view_reads_for_one_of_its_columns_only_what_that_column_is_made_of(engine: Engine) -> None:
    (scan,) = reading(engine, "select baro_altitude_ft from airborne_states").scans
    assert scan.columns == {"baro_altitude_m", "on_ground"}


def test_the_published_queries_state_a_budget_each() -> None:
    assert len(PUBLISHED) == 3


@pytest.mark.parametrize(("budget", "sql"), PUBLISHED, ids=["by_country", "by_altitude", "count"])
def test_a_published_query_reads_the_columns_and_days_of_its_budget(engine: Engine, budget: str, sql: str) -> None:
    assert excess(reading(engine, sql), scan_budget(budget, ROOT / "sql" / "published.sql")) == []


def test_one_aircrafts_day_leaves_the_other_row_groups_unread(engine: Engine) -> None:
    track = sql_files("queries")["aircraft_track"]
    (scan,) = reading(engine, track.text, track).scans
    assert (scan.row_group_count, scan.row_groups_there) == (1, ROW_GROUPS)


def test_what_is_read_is_counted_in_bytes(engine: Engine) -> None:
    one = reading(engine, f"select avg(baro_altitude_m) from states where snapshot_date = date '{DAY}'")
    every = reading(engine, "select avg(baro_altitude_m) from states")
    assert 0 < one.bytes_read < every.bytes_read


def test_what_the_footers_answer_reads_nothing(engine: Engine) -> None:
    sql = f"select max(geo_altitude_m) from states where snapshot_date = date '{DAY}'"
    assert reading(engine, sql) == Scanned((), 0)


@pytest.mark.parametrize(
    ("faulty", "found"),
    [
        ("select * from states where snapshot_date = date '2025-09-06'", "columns"),
        ("select count(distinct icao24) from states where cast(snapshot_at as date) = date '2025-09-06'", "files"),
        (f"select max(snapshot_at) from states where snapshot_date = date '{DAY}' and icao24 like '%11'", "row groups"),
    ],
    ids=["every column", "a function around the instant", "a pattern for the address"],
)
def test_a_statement_that_reads_more_than_it_needs_is_found(engine: Engine, faulty: str, found: str) -> None:
    budget = ScanBudget("one aircraft of one day", {"states": 2})
    assert any(told.startswith(found) for told in excess(reading(engine, faulty), budget))


def test_a_budget_reads_as_it_is_written() -> None:
    text = "the days asked for; states 2 columns, quality_scores 1 column"
    budget = scan_budget(text, Path("a.sql"))
    assert budget == ScanBudget("the days asked for", {"states": 2, "quality_scores": 1})
    assert str(budget) == text
    assert str(replace(budget, reach="every day")).startswith("every day; ")
