"""Third-party packages and archives: exact versions, hashes, and an audit of all of them."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()
REQUIREMENTS = sorted((ROOT / "requirements").rglob("*.txt"))
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
PINNED = re.compile(r"[a-z0-9._-]+(\[[a-z,-]+\])?==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n")
SCRIPTS = [ROOT / "Makefile", ROOT / ".ci" / "run", *ROOT.glob("cli/spark/*.sh"), *ROOT.glob("tests/engines/*.sh")]
LISTS = [*ROOT.glob("cli/spark/*.sha256"), *ROOT.glob("tests/engines/*.sha256")]


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.stem)
def test_a_requirements_file_is_nothing_but_pins_with_hashes(path: Path) -> None:
    rest = PINNED.sub("", re.sub(r"^#.*\n", "", path.read_text(), flags=re.MULTILINE))
    assert rest.strip() == ""


def test_requirements_are_written_by_make_lock_into_one_folder() -> None:
    made = set(re.findall(r"-o requirements/(\S+)", MAKEFILE))
    assert {path.name for path in REQUIREMENTS} == made
    assert [path for path in TRACKED if "requirements" in Path(path).name and path.endswith(".txt")] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_installation_checks_hashes(path: Path) -> None:
    text = path.read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if "pip install" in line and "uv pip" not in line:
            assert "--require-hashes" in line or "--no-deps --no-build-isolation --editable ." in line, line
        assert not re.search(r"\bcurl\b|\bwget\b|npm install|pip install [a-z]", line), line


def audited(folder: Path, *, vulnerable: str | None) -> tuple[int, set[str]]:
    """Run `make audit` with a stand-in for pip-audit; return its exit status and the files that it was given."""
    venv = folder / "venv"
    (venv / "bin").mkdir(parents=True)
    program = venv / "bin" / "pip-audit"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/asked\ncase "$*" in *"{vulnerable or "no such"}"*) exit 1; esac\n'
    )
    program.chmod(0o755)
    for made in (".local", ".spark", ".dev"):
        (venv / made).touch()
    done = subprocess.run(
        ["make", "audit", f"VENV={venv}"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        check=False,
    )
    lines = (folder / "asked").read_text().splitlines()
    assert all("--require-hashes --disable-pip" in line for line in lines)
    return done.returncode, {line.split()[-1] for line in lines}


def test_the_audit_looks_at_every_requirements_file(tmp_path: Path) -> None:
    status, files = audited(tmp_path, vulnerable=None)
    assert status == 0
    assert files == {str(path.relative_to(ROOT)) for path in REQUIREMENTS}


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.stem)
def test_a_known_vulnerability_in_any_of_them_fails_the_audit(path: Path, tmp_path: Path) -> None:
    status, _ = audited(tmp_path, vulnerable=str(path.relative_to(ROOT)))
    assert status != 0


def test_the_audit_runs_with_each_change_and_each_week_and_its_failure_fails_the_workflow() -> None:
    text = (ROOT / ".github" / "workflows" / "security.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow[True].keys() == {"pull_request", "push", "schedule"}  # YAML 1.1 reads `on` as true
    commands = [step.get("run") for job in workflow["jobs"].values() for step in job["steps"]]
    assert {"make audit", "make secrets"} <= set(commands)
    assert "continue-on-error" not in text
    assert not any("if" in job for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", LISTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_fetched_archives_are_listed_with_their_hashes(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines
    assert all(re.fullmatch(r"[0-9a-f]{64}  [\w.-]+\.(jar|zip|tar\.gz|so|dll|dylib)", line) for line in lines)


def test_artifacts_of_maven_and_ivy_have_exact_versions_and_a_list_of_hashes() -> None:
    poms = sorted((ROOT / "tests" / "engines").glob("*.pom.xml"))
    assert poms
    for path in [*poms, *(ROOT / "cli" / "spark").glob("*.xml")]:
        text = path.read_text()
        versions = re.findall(r"<version>(.*?)</version>|\brev=\"(.*?)\"", text)
        assert all(re.fullmatch(r"\d[\w.-]*", one or other) and "SNAPSHOT" not in one for one, other in versions), path
        assert path.with_name(f"{path.name.split('.')[0]}.sha256") in LISTS


@pytest.mark.parametrize("path", [path for path in SCRIPTS if "sha256" in path.read_text()], ids=lambda path: path.name)
def test_a_folder_and_its_list_of_hashes_must_name_the_same_files(path: Path) -> None:
    """`sha256sum --check` alone says nothing of a file that the list does not name."""
    text = path.read_text()
    assert "sha256sum --quiet --check" in text
    assert re.search(r"awk '\{print \$2\}' \"\$here/\S+\" \| sort", text)
    assert "ls | sort" in text


def test_every_go_module_has_its_checksum() -> None:
    folder = ROOT / "tests" / "engines"
    wanted = re.findall(r"^\t(\S+) (v\S+?)(?: // indirect)?$", (folder / "go.mod").read_text(), re.MULTILINE)
    sums = (folder / "go.sum").read_text()
    assert len(wanted) > 20
    assert [name for name, version in wanted if f"{name} {version} h1:" not in sums] == []
    assert "replace" not in (folder / "go.mod").read_text()
    script = (folder / "set_up.sh").read_text()
    assert "-mod=readonly" in script
    assert not re.search(r"GONOSUM|GOFLAGS|GONOSUMDB|GOINSECURE|GOSUMDB", script)
