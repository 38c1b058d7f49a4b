"""What the README shows is what a user gets."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.app import COMMANDS
from flightlake.schema.sql_files import sql_files

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def section(text: str, start: str) -> str:
    return text.split(start, 1)[1].split("```", 2)[1]


def shape(line: str) -> str:
    """Return a line with its digits, checksums and widths taken out: what a reader recognises it by."""
    without_checksum = re.sub(r"\b[0-9a-f]{16}\b", "#", line)
    return re.sub(r"\s+", " ", re.sub(r"\d[\d,.]*", "#", without_checksum)).strip()


def test_the_table_of_commands_is_that_of_the_command_line() -> None:
    table = README.split("| command | does |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)", table, re.MULTILINE) == list(COMMANDS)
    in_order = "simulate poll land redrive convert query why verify history rollback vacuum archive report"
    assert " ".join(COMMANDS) == in_order


def test_the_number_of_queries_is_right() -> None:
    assert f"one of {len(sql_files('queries'))} named queries" in README


@pytest.mark.slow
def test_the_sample_of_make_demo_is_what_it_prints(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli.demo", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = {shape(line.replace(f"{tmp_path}/", "")) for line in done.stdout.splitlines()}
    sample = section(README, "sample of make demo").splitlines()
    assert [line for line in sample if shape(line) not in printed | {""}] == [], done.stdout
    assert (tmp_path / "report.html").stat().st_size > 50_000
