"""The SQL files: each has a header, is one Athena statement, reads what it says and uses what it declares."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from duckdb_engine.sql.errors import SqlError
from duckdb_engine.sql.files import named_file
from duckdb_engine.sql.relations import named_relations
from duckdb_engine.sql.statements import statements_of
from duckdb_engine.sql.translation import tables_read
from flightlake.errors import FlightLakeError
from flightlake.schema.sql_files import SqlFile, parsed_file, sql_files
from flightlake.schema.tables.registry import TABLES

ROOT = Path(__file__).parents[3]
FILES = [file for kind in ("views", "queries", "checks") for file in sql_files(kind).values()]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_one_athena_statement(file: SqlFile) -> None:
    (tree,) = [entry for entry in sqlglot.parse(file.text, read="athena") if entry is not None]
    assert isinstance(tree, exp.Create if file.kind == "views" else exp.Query)
    if isinstance(tree, exp.Create):
        assert tree.this.name == file.name
        tree = tree.expression
    assert set(tables_read(tree, file.text)) == set(file.reads)
    assert {found.name for found in tree.find_all(exp.Placeholder)} == {entry.name for entry in file.parameters}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_header_asks_a_question_and_a_statement_stays_short(file: SqlFile) -> None:
    assert file.question.endswith("?")
    assert file.grain
    assert len(file.text.splitlines()) <= 80


def test_every_object_that_is_read_exists() -> None:
    for file in FILES:
        assert set(named_relations(file.reads, "").tables) <= {table.name for table in TABLES}


def test_names_are_given_once() -> None:
    names = [file.name for file in FILES]
    assert len(set(names)) == len(names)
    assert not set(names) & {table.name for table in TABLES}


def test_there_are_at_least_fourteen_queries() -> None:
    assert len(sql_files("queries")) >= 14


def test_a_day_is_asked_for_by_its_partition() -> None:
    for file in sql_files("queries").values():
        assert " = :flight_date" in file.text or "between :from_date and :to_date" in file.text, file.name


def test_the_files_are_lint_clean() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "sqlfluff", "lint", "sql"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_an_unknown_name_lists_the_questions_and_the_closest_name() -> None:
    with pytest.raises(SqlError) as caught:
        named_file("busiest_cell")
    text = str(caught.value)
    assert text.startswith("no query is named busiest_cell; did you mean busiest_cells?")
    assert "traffic_by_hour " in text
    assert "how much traffic was there in each hour of a day?" in text


def test_a_parameters_type_default_and_meaning_are_read() -> None:
    assert [str(entry) for entry in named_file("coverage_gaps").parameters] == [
        "flight_date (date, default the newest day)",
        "min_gap_s (integer, default 300)",
    ]
    assert named_file("aircraft_track").parameters[0].default is None
    assert named_file("aircraft_track").parameters[0].meaning == "the aircraft's address in lower-case hex"


_READS = "-- Question:   why?\n-- Grain:      one\n-- Reads:      states\n"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("select 1", "lacks Question, Grain, Reads, Scan, Parameters"),
        ("-- Question:   why?\n-- Grain:      one\n-- Reads:      states\nselect 1", "lacks Scan, Parameters"),
        (
            f"{_READS}-- Scan:       one day; states 1 column\n-- Parameters: :x colour, red\n",
            "cannot read the parameters",
        ),
        (f"{_READS}-- Scan:       a day; states 1 column\n-- Parameters: none\n", "cannot read the scan 'a day"),
        (f"{_READS}-- Scan:       one day; states\n-- Parameters: none\n", "cannot read the scan 'one day; states'"),
    ],
)
def test_an_incomplete_header_is_told(tmp_path: Path, header: str, message: str) -> None:
    path = tmp_path / "query.sql"
    path.write_text(header)
    with pytest.raises(FlightLakeError, match=message):
        parsed_file(path, "queries")


def test_every_statement_may_run() -> None:
    for file in sql_files("queries").values():
        assert len(statements_of(file.text)) == 1
