"""Spark's set-up by the command that needs it, in a checkout whose Makefile and Java are stand-ins."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("cli", "flightlake")
JAVA = "printf '#!/bin/sh\\necho openjdk version \\\"21.0.8\\\" >&2\\n' >.venv/bin/java && chmod +x .venv/bin/java"
PYSPARK = ".venv/lib/python{}.{}/site-packages/pyspark".format(*sys.version_info)
INSTALL = f"mkdir -p {PYSPARK} && touch {PYSPARK}/__init__.py"
ENSURE = """
import sys
from cli.spark.installation import ensure_spark
from flightlake.errors import UsageError
assert "pyspark" not in sys.modules
try:
    ensure_spark()
except UsageError as error:
    print(error)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a virtual environment that has neither pyspark nor a Java."""
    root = tmp_path / "a checkout"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "spark.txt").touch()
    for package in PACKAGES:
        (root / package).symlink_to(ROOT / package)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    return root


def with_makefile(checkout: Path, *commands: str) -> Path:
    """Write a Makefile whose target `spark` counts its runs and does these commands."""
    lines = ["spark:", "\t@echo run >>runs", *(f"\t@{command}" for command in commands)]
    (checkout / "Makefile").write_text("\n".join(lines) + "\n")
    return checkout


def ensured(root: Path, python: Path, **variables: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [python, "-c", ENSURE],
        cwd=root,
        env={"PATH": "/usr/bin:/bin", "JAVA_HOME": "/nowhere", "PYTHONPATH": str(root), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def runs(checkout: Path) -> int:
    made = checkout / "runs"
    return len(made.read_text().splitlines()) if made.exists() else 0


def test_spark_is_set_up_in_a_checkout_once_and_the_messages_go_to_stderr(checkout: Path) -> None:
    with_makefile(checkout, "echo installing pyspark", INSTALL, JAVA)
    status, output, errors = ensured(checkout, checkout / ".venv" / "bin" / "python")
    assert (status, output) == (0, "")
    first, *others = errors.splitlines()
    assert first == f"Spark is set up for the first time, by `make spark` in {checkout}"
    assert others == ["installing pyspark"]
    assert ensured(checkout, checkout / ".venv" / "bin" / "python") == (0, "", "")
    assert runs(checkout) == 1


def test_the_variables_of_an_outer_make_do_not_reach_the_set_up(checkout: Path) -> None:
    with_makefile(checkout, INSTALL, JAVA)
    variables = {"MAKEFLAGS": "n", "MAKELEVEL": "1"}
    assert ensured(checkout, checkout / ".venv" / "bin" / "python", **variables)[:2] == (0, "")
    assert (checkout / ".venv" / "bin" / "java").exists(), "the flag n would only print the commands"


def test_a_set_up_that_fails_says_what_to_install(checkout: Path) -> None:
    with_makefile(checkout, "echo no network >&2; exit 3")
    status, output, errors = ensured(checkout, checkout / ".venv" / "bin" / "python")
    assert status == 0
    assert "no network" in errors
    assert output.startswith("Spark could not be set up (exit status 2, see above): Spark is not installed here.")
    assert "`pip install 'flightlake[spark]'`, and a Java from 17 to 21" in output


def test_without_make_the_error_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    with_makefile(checkout)
    status, output, _ = ensured(checkout, checkout / ".venv" / "bin" / "python", PATH=str(tmp_path))
    assert status == 0
    assert output.startswith("Spark could not be set up (No such file or directory: make): Spark is not installed")


def test_outside_of_a_checkout_nothing_is_run(checkout: Path) -> None:
    status, output, errors = ensured(checkout, checkout / ".venv" / "bin" / "python")
    assert (status, errors) == (0, "")
    assert output == (
        "Spark is not installed here. Install it with `pip install 'flightlake[spark]'`, and a Java from 17 to 21 "
        "where the machine has none\n"
    )


def test_another_environment_than_that_of_the_checkout_is_left_alone(checkout: Path, tmp_path: Path) -> None:
    with_makefile(checkout, INSTALL, JAVA)
    other = tmp_path / "other"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", other], check=True)
    status, output, errors = ensured(checkout, other / "bin" / "python")
    assert (status, errors) == (0, "")
    assert output.startswith("Spark is not installed here.")
    assert runs(checkout) == 0


def test_a_missing_java_alone_is_named_with_its_versions(checkout: Path) -> None:
    subprocess.run(INSTALL, shell=True, cwd=checkout, check=True)
    status, output, errors = ensured(checkout, checkout / ".venv" / "bin" / "python", PATH="/nowhere")
    assert (status, errors) == (0, "")
    assert output.startswith(
        "Spark needs a Java from 17 to 21: /nowhere/bin/java is no Java. Install one and set JAVA_HOME"
    )
