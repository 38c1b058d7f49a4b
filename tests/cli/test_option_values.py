"""Plain option values, which are converted without pydantic."""

import subprocess
import sys

import pytest
from support.commands import ROOT, flightlake

HISTORY = ("history", "polls", "--lake", ROOT / "tests" / "data" / "lake-0.1.0", "--format", "json")


def test_a_short_command_imports_neither_pydantic_nor_rich_nor_an_engine() -> None:
    arguments = ["flightlake", *map(str, HISTORY), "--date", "2026-05-08"]
    code = (
        "import sys\nfrom cli.app import main\n"
        f"sys.argv = {arguments}\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'pydantic', 'rich', 'duckdb', 'sqlglot', 'pyspark', 'boto3'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"kind": "build"' in done.stdout


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("--date", "yesterday"), "Invalid value for '--date': 'yesterday' is no day; write it as YYYY-MM-DD"),
        (("--format", "xml"), "'xml' is not one of 'table', 'json'"),
    ],
)
def test_a_wrong_value_is_reported_at_its_option(wrong: tuple[str, str], message: str) -> None:
    status, output, errors = flightlake(*HISTORY, *wrong)
    assert (status, output) == (2, "")
    assert message in errors
