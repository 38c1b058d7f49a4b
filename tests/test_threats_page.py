"""The threat model names tests that there are, and a threat that no test holds says so."""

import re
from pathlib import Path

import pytest
from support.experiments import exists

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
_, _, AFTER = PAGE.partition("| threat | countermeasure | test |\n|---|---|---|\n")
ROWS = [line.strip("| ").split(" | ") for line in AFTER.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:50])
def test_a_threat_names_tests_that_there_are(row: list[str]) -> None:
    _, _, named = row
    tests = re.findall(r"`([^`]+)`", named)
    assert tests or named == "none"
    assert [test for test in tests if not exists(f"tests/{test}")] == []
    assert re.sub(r"`[\w/.]+\.py::test_\w+`", "", named).replace(", ", "") in ("", "none")


def test_the_threats_of_such_a_lake_are_all_there() -> None:
    assert len(ROWS) > 20
    assert [row[0] for row in ROWS if row[2] == "none"] == [
        "a person who approves deployments, or administers the account, is malicious"
    ]
