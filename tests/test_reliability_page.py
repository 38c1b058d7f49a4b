"""The published findings are those of all experiments that there are, each at the largest size that was run."""

import ast
import json
import re
from dataclasses import asdict
from pathlib import Path

from support.experiments import PAGE, Experiment, Finding, findings, table

ROOT = Path(__file__).parents[1]


def experiments() -> set[str]:
    """Return every test that takes the fixture `experiment`, as the page names it."""
    return {
        f"reliability/{path.name}::{node.name}"
        for path in (ROOT / "tests" / "reliability").glob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if "experiment" in {argument.arg for argument in node.args.args}
    }


def test_the_page_tells_of_every_experiment_and_of_no_other() -> None:
    told = {name.partition("[")[0] for name in re.findall(r"`(reliability/[^`]+)` \|$", PAGE.read_text(), re.MULTILINE)}
    assert told == experiments()


def test_a_run_at_a_smaller_size_does_not_replace_a_larger_one(tmp_path: Path) -> None:
    test = "tests/test_reliability_page.py::test_a_run_at_a_smaller_size_does_not_replace_a_larger_one"
    for size in ("full", "small"):
        Experiment(test, size, tmp_path).found("Is it so?", tried=f"a {size} run", result="yes")
    (tmp_path / "ci").mkdir()
    gone = Finding("Is it so?", "a test that is no more", "yes", "tests/test_reliability_page.py::test_gone", "ci", 1)
    (tmp_path / "ci" / "gone.0.json").write_text(json.dumps(asdict(gone)))
    assert [(found.tried, found.size) for found in findings(tmp_path)] == [("a full run", "full")]


def test_a_question_is_asked_once_and_a_bar_in_a_text_breaks_no_table() -> None:
    rows = [Finding(question, "a | b", "c", "tests/x.py::t", "ci", 1.5) for question in ("One?", "Two?", "One?")]
    text = table(rows)
    assert text.count("### One?") == 1
    assert text.count(r"| a \| b | c | ci, 1.5 | `x.py::t` |") == 3
