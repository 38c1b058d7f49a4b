"""What the README shows is what a user gets."""

import re
from pathlib import Path

import pytest
from support.demo_sample import masked, refreshed, run_demo, sample_of

from cli.app import COMMANDS
from flightlake.schema.sql_files import sql_files

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_table_of_commands_is_that_of_the_command_line() -> None:
    table = README.split("| command | does |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)", table, re.MULTILINE) == list(COMMANDS)
    in_order = "simulate poll land redrive convert query why verify history rollback vacuum archive report"
    assert " ".join(COMMANDS) == in_order


def test_the_number_of_queries_is_right() -> None:
    assert f"one of {len(sql_files('queries'))} named queries" in README


@pytest.mark.slow
def test_the_sample_of_make_demo_is_what_it_prints_figures_included(tmp_path: Path) -> None:
    printed = run_demo(tmp_path)
    sample = sample_of(README)
    in_run = iter([masked(line) for line in printed])
    missing = [line for line in sample if not any(masked(line) == other for other in in_run)]
    assert missing == [], "\n".join(["rewrite it: .venv/bin/python tests/support/demo_sample.py", *printed])
    assert (tmp_path / "report.html").stat().st_size > 50_000


def test_a_refreshed_sample_takes_the_lines_of_the_run_in_its_order() -> None:
    sample = ["$ poll --source http://127.0.0.1:5 --count 50", "10:00:01Z landed 7 rows", "10:09:01Z landed 7 rows"]
    printed = [
        "$ poll --source http://127.0.0.1:41234 --count 50",
        "...",
        *(f"10:0{n}:00Z landed 2,{n}00 rows" for n in (1, 2)),
    ]
    assert refreshed(sample, printed) == [
        "$ poll --source http://127.0.0.1:8000 --count 50",
        "10:01:00Z landed 2,100 rows",
        "10:02:00Z landed 2,200 rows",
    ]
    with pytest.raises(RuntimeError, match="no such line, or not in this place: verified"):
        refreshed(["verified 7"], printed)
