"""The workflows: pinned actions, least permissions, and targets that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    for action in re.findall(r"uses: (\S+)(.*)", path.read_text()):
        name, comment = action
        assert name.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name), name
        assert name.startswith("./") or re.fullmatch(r" # v[\d.]+", comment), name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_only_named_jobs_may_do_more(path: Path) -> None:
    whole = document(path)
    assert whole["permissions"] == {"contents": "read"}
    for job in whole["jobs"].values():
        assert set(job.get("permissions", {})) <= {"contents", "id-token", "pull-requests"}
        assert "uses" in job or job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_make_target_that_a_workflow_runs_exists(path: Path) -> None:
    made = {word for line in re.findall(r"\bmake ([^\n|>]+)", path.read_text()) for word in line.split()}
    assert {word for word in made if re.fullmatch(r"[a-z-]+", word)} - {"--silent"} <= TARGETS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_expression_becomes_part_of_a_script(path: Path) -> None:
    for job in document(path)["jobs"].values():
        for step in job.get("steps", []):
            assert "${{" not in step.get("run", ""), step


def test_prod_comes_after_staging_and_staging_after_dev() -> None:
    jobs = document(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {"dev": None, "staging": "dev", "prod": "staging"}
    (deploy,) = document(ROOT / ".github" / "workflows" / "deploy-stack.yml")["jobs"].values()
    assert deploy["environment"] == "${{ inputs.stack }}"
