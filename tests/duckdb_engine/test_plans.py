"""Remembered plans: the same answer without a parser, and never one that other code or another text made."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from duckdb_engine import plans as module
from duckdb_engine.plans import Plans
from duckdb_engine.sql.errors import SqlError

DAY = "select count(*) from airborne_states where snapshot_date = :day"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "query-plans.json"


def planned(plans: Plans, sql: str, **values: date | str) -> str:
    (statement,) = plans.statements(sql)
    return plans.plan(statement, values, declared=bool(values)).sql


def without_a_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("duckdb_engine.sql.planner", "duckdb_engine.sql.statements"):
        monkeypatch.setitem(sys.modules, name, None)


def test_a_remembered_plan_is_the_made_one_and_needs_no_parser(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Plans()
    (statement,) = fresh.statements(DAY)
    made = fresh.plan(statement, {"day": date(2026, 5, 8)}, declared=True)
    reads = fresh.reads(["snapshots"])
    first = Plans(file)
    planned(first, DAY, day=date(2026, 5, 8))
    first.reads(["snapshots"])
    without_a_parser(monkeypatch)
    again = Plans(file)
    assert again.statements(DAY) == [statement]
    assert again.plan(statement, {"day": date(2026, 5, 8)}, declared=True) == made
    assert again.reads(["snapshots"]) == reads
    assert made.reads.tables.keys() == {"states"}
    assert made.reads.views.keys() == {"airborne_states"}


def test_other_values_and_types_have_plans_of_their_own(file: Path) -> None:
    sqls = {
        planned(Plans(file), DAY, day=date(2026, 5, 8)),
        planned(Plans(file), DAY, day=date(2026, 5, 9)),
        planned(Plans(file), DAY, day="2026-05-08"),
    }
    assert len(sqls) == 3


def test_what_other_code_made_is_not_used(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    planned(Plans(file), "select 1")
    (tmp_path / "of_another_release").mkdir()
    (tmp_path / "of_another_release" / "planner.py").touch()
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    monkeypatch.setattr(module, "_MADE_BY", ("of_another_release",))
    without_a_parser(monkeypatch)
    with pytest.raises(ImportError):
        planned(Plans(file), "select 1")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"plans": {}}', "\x00"])
def test_a_damaged_file_is_made_anew(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    assert planned(Plans(file), "select 1 as n") == 'SELECT 1 AS "n"'
    assert len(json.loads(file.read_text())["plans"]) == 2


def test_a_folder_that_cannot_be_written_costs_the_memory_alone(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    assert planned(Plans(tmp_path / "a file" / "query-plans.json"), "select 1 as n") == 'SELECT 1 AS "n"'


def test_only_the_newest_are_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_KEPT", 3)
    plans = Plans(file)
    for number in range(5):
        plans.statements(f"select {number}")
    assert [found[0][0] for found in json.loads(file.read_text())["plans"].values()] == [
        "select 2",
        "select 3",
        "select 4",
    ]


def test_an_error_is_not_remembered(file: Path) -> None:
    for _ in range(2):
        with pytest.raises(SqlError, match="no column wrong"):
            planned(Plans(file), "select wrong from states")


def test_a_query_that_was_asked_before_imports_no_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    program = (
        "import sys; from cli.app import main\ntry: main()\nfinally: print('sqlglot' in sys.modules, file=sys.stderr)"
    )
    lake = Path(__file__).parents[1] / "data" / "lake-0.1.0"
    command = [sys.executable, "-c", program, "query", "--lake", str(lake), "traffic_totals", "--format", "json"]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2))
    assert first.stdout == second.stdout
    assert (first.stderr, second.stderr) == ("True\n", "False\n")
