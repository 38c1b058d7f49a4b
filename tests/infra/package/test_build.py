"""`make package`: the same bytes from the same files, and an error that says what to do where it cannot build.

The packages of these tests are wheels made by hand, which a real pip installs from a folder; the pinned ones are built
in test_poller_package.py.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from support.pythons import python_or_skip

from infra.package.build import (
    IndexUnreachableError,
    PackagingError,
    build_glue,
    build_poller,
    described,
    main,
)

ROOT = Path(__file__).parents[3]
PACKAGES = ("flightlake", "ingestion", "glue_jobs")


@pytest.fixture(autouse=True)
def _only_the_given_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip look into one folder, and nowhere else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))


def record_line(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"


def make_wheel(folder: Path, *, tag: str = "py3-none-any", ballast_bytes: int = 0) -> str:
    """Write a wheel of the package `thing`; return the requirement that pins it."""
    files = {
        "thing/__init__.py": b"NAME = 'thing'\n" + b"#" * ballast_bytes,
        "thing-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n",
        "thing-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
        "thing-1.0.dist-info/entry_points.txt": b"[console_scripts]\nthing = thing:run\n",
    }
    record = [*(record_line(name, content) for name, content in files.items()), "thing-1.0.dist-info/RECORD,,", ""]
    folder.mkdir(exist_ok=True)
    wheel = folder / f"thing-1.0-{tag}.whl"
    with ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr("thing-1.0.dist-info/RECORD", "\n".join(record))
    return f"thing==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def checkout(folder: Path, requirement: str) -> Path:
    """Copy the inputs of a build into a folder, with the given requirement."""
    ignored = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy2(ROOT / name, folder)
    (folder / "requirements").mkdir()
    (folder / "requirements" / "lambda.txt").write_text(requirement)
    return folder


def names_in(archive: Path) -> set[str]:
    with ZipFile(archive) as opened:
        return set(opened.namelist())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return checkout(tmp_path / "source", make_wheel(tmp_path / "wheels"))


def test_another_checkout_with_other_times_and_modes_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    build_poller(tmp_path / "1" / "poller.zip", root=source)
    build_glue(tmp_path / "1" / "glue.zip", root=source)
    other = Path(shutil.copytree(source, tmp_path / "elsewhere" / "other"))
    for file in other.rglob("*.py"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
        file.chmod(0o700)
    junk = other / "flightlake" / "__pycache__" / "rules.cpython-314.pyc"
    junk.parent.mkdir()
    junk.write_bytes(b"compiled")
    before = os.umask(0o077)
    try:
        build_poller(tmp_path / "2" / "poller.zip", root=other)
        build_glue(tmp_path / "2" / "glue.zip", root=other)
    finally:
        os.umask(before)
    for name in ("poller.zip", "glue.zip"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_the_poller_holds_its_code_its_dependencies_its_version_and_the_licence(source: Path, tmp_path: Path) -> None:
    build_poller(tmp_path / "poller.zip", root=source)
    names = names_in(tmp_path / "poller.zip")
    assert {"flightlake/quality/rules.py", "ingestion/aws_lambda/handler.py", "thing/__init__.py", "LICENSE"} <= names
    assert {"thing-1.0.dist-info/METADATA", "flightlake-0.1.0.dist-info/METADATA"} <= names
    assert not [name for name in names if "RECORD" in name or name.startswith(("glue_jobs/", "bin/"))]


def test_the_glue_library_holds_its_code_and_the_licence(source: Path, tmp_path: Path) -> None:
    (source / "flightlake" / "new_data.json").write_text("{}")
    build_glue(tmp_path / "glue.zip", root=source)
    names = names_in(tmp_path / "glue.zip")
    assert {
        "flightlake/quality/rules.py",
        "flightlake/publishing/publisher.py",
        "glue_jobs/jobs/__init__.py",
        "flightlake/new_data.json",
    } <= names
    assert {name.split("/")[0] for name in names} == {"flightlake", "glue_jobs", "LICENSE"}


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_another_python_gives_the_same_bytes(version: str, tmp_path: Path) -> None:
    build = ("-B", "-m", "infra.package.build", "build", "glue", "--folder", tmp_path / "other")
    done = subprocess.run([python_or_skip(version), *build], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    build_glue(tmp_path / "glue.zip")
    assert (tmp_path / "other" / "glue.zip").read_bytes() == (tmp_path / "glue.zip").read_bytes()


def test_a_wheel_for_this_machine_is_none_for_lambda(tmp_path: Path) -> None:
    requirement = make_wheel(tmp_path / "wheels", tag="cp313-cp313-manylinux2014_x86_64")
    with pytest.raises(
        PackagingError, match=r"requirements/lambda\.txt: .* Python 3\.13 on manylinux2014_aarch64"
    ) as at:
        build_poller(tmp_path / "poller.zip", root=checkout(tmp_path / "source", requirement))
    assert not isinstance(at.value, IndexUnreachableError)
    assert "No matching distribution found for thing==1.0" in str(at.value)


def test_a_wheel_that_is_not_the_pinned_one_is_refused(source: Path, tmp_path: Path) -> None:
    make_wheel(tmp_path / "wheels", ballast_bytes=1)
    with pytest.raises(PackagingError, match="DO NOT MATCH THE HASHES"):
        build_poller(tmp_path / "poller.zip", root=source)
    assert not (tmp_path / "poller.zip").exists()


def test_a_pin_without_its_hash_is_refused(tmp_path: Path) -> None:
    requirement = make_wheel(tmp_path / "wheels").split()[0]
    with pytest.raises(PackagingError, match="Hashes are required"):
        build_poller(tmp_path / "poller.zip", root=checkout(tmp_path / "source", requirement))


def test_without_a_network_the_requirements_are_named_with_the_way_out(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(IndexUnreachableError, match=r"requirements/lambda\.txt: pip reaches no .* PIP_INDEX_URL") as at:
        build_poller(tmp_path / "poller.zip", root=source)
    assert "No matching distribution found" in str(at.value)


def test_without_its_requirements_no_poller_is_built(source: Path, tmp_path: Path) -> None:
    (source / "requirements" / "lambda.txt").unlink()
    with pytest.raises(PackagingError, match=r"requirements/lambda\.txt is missing: `make lock`"):
        build_poller(tmp_path / "poller.zip", root=source)


def test_a_poller_above_the_limit_is_refused(tmp_path: Path) -> None:
    requirement = make_wheel(tmp_path / "wheels", ballast_bytes=10_000_000)
    with pytest.raises(PackagingError, match=r"poller\.zip would hold 10,\d{3},\d{3} bytes, more than 10,000,000"):
        build_poller(tmp_path / "poller.zip", root=checkout(tmp_path / "source", requirement))


def test_a_package_is_described_by_name_size_and_hash(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "poller.zip").write_bytes(b"abc")
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert described(tmp_path / "dist" / "poller.zip") == f"dist/poller.zip  3 bytes  sha256 {abc}"


def test_the_command_builds_and_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "glue", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["show", "glue", "--folder", str(tmp_path)]) == 0
    assert re.search(r"/glue\.zip  \d{3},\d{3} bytes  sha256 [0-9a-f]{64}\n$", capsys.readouterr().out)


def test_a_package_that_was_not_built_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "poller", "--folder", str(tmp_path)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == f"error: {tmp_path}/poller.zip is missing: `make package` builds it\n"


def test_a_python_without_pip_is_reported(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(PackagingError, match="No module named pip"):
        build_poller(tmp_path / "poller.zip", root=source)


@pytest.fixture
def made(source: Path) -> Path:
    """A checkout in which `make package` has run, as far as make can tell."""
    shutil.copy2(ROOT / "Makefile", source)
    shutil.copytree(ROOT / "infra", source / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    set_up = ("build", "local")
    for name in [*(f"requirements/{part}.txt" for part in set_up), ".venv/.local", "dist/poller.zip", "dist/glue.zip"]:
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).touch()
    return source


def to_build(root: Path) -> set[str]:
    """Ask make which packages it would build now."""
    make = ["make", "--dry-run", "--no-print-directory", "dist/poller.zip", "dist/glue.zip"]
    done = subprocess.run(make, cwd=root, capture_output=True, text=True, check=True)
    return set(re.findall(r"infra\.package\.build build (\w+)", done.stdout))


@pytest.mark.parametrize(
    ("changed", "packages"),
    [
        ("flightlake/storage/s3.py", {"poller", "glue"}),
        ("ingestion/aws_lambda/handler.py", {"poller"}),
        ("glue_jobs/transforms/evaluate.py", {"glue"}),
        ("requirements/lambda.txt", {"poller"}),
        ("infra/package/build.py", {"poller", "glue"}),
        ("infra/config/settings.py", set()),
        ("flightlake/__pycache__/rules.cpython-314.pyc", set()),
    ],
)
def test_make_builds_anew_what_a_change_is_in(made: Path, changed: str, packages: set[str]) -> None:
    (made / "flightlake" / "__pycache__").mkdir()
    later = (made / "dist" / "glue.zip").stat().st_mtime + 10
    for package in ("poller.zip", "glue.zip"):
        os.utime(made / "dist" / package, (later, later))
    assert to_build(made) == set()
    (made / changed).touch()
    os.utime(made / changed, (later + 10, later + 10))
    assert to_build(made) == packages


def test_make_builds_anew_where_a_module_has_gone(made: Path) -> None:
    later = (made / "dist" / "glue.zip").stat().st_mtime + 10
    for package in ("poller.zip", "glue.zip"):
        os.utime(made / "dist" / package, (later, later))
    (made / "glue_jobs" / "session.py").unlink()
    os.utime(made / "glue_jobs", (later + 10, later + 10))  # as the removal did, ten seconds later
    assert to_build(made) == {"glue"}
