"""The Java that Spark is started with; the Javas here are scripts that only answer `-version`."""

from pathlib import Path

import pytest

from cli.spark.java_home import chosen_java_home
from flightlake.errors import FlightLakeError


def a_java(home: Path, answer: str) -> Path:
    """Make a `bin/java` that answers `-version`, on stderr as Java does; return its home."""
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{answer}\nEND\n")
    java.chmod(0o755)
    return home


JAVA_8 = 'java version "1.8.0_392"\nJava(TM) SE Runtime Environment (build 1.8.0_392-b08)'
JAVA_17 = 'Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "17.0.15" 2025-04-15'
JAVA_21 = 'openjdk version "21" 2023-09-19'
JAVA_25 = 'openjdk version "25.0.3" 2026-04-21 LTS'


def test_the_java_of_set_up_comes_first(tmp_path: Path) -> None:
    own = a_java(tmp_path / "own", JAVA_21)
    home = a_java(tmp_path / "home", JAVA_17)
    assert chosen_java_home({"JAVA_HOME": str(home)}, own=own) == own


@pytest.mark.parametrize("answer", [JAVA_17, JAVA_21])
def test_a_suitable_java_home_is_used(tmp_path: Path, answer: str) -> None:
    home = a_java(tmp_path / "a home", answer)
    assert chosen_java_home({"JAVA_HOME": str(home), "PATH": "/nowhere"}, own=tmp_path) == home


@pytest.mark.parametrize("answer", [JAVA_8, JAVA_25])
def test_an_unsuitable_java_home_gives_way_to_the_path(tmp_path: Path, answer: str) -> None:
    unfit = a_java(tmp_path / "unfit", answer)
    fit = a_java(tmp_path / "fit", JAVA_17)
    environ = {"JAVA_HOME": str(unfit), "PATH": f"{fit}/bin:/usr/bin:/bin"}
    assert chosen_java_home(environ, own=tmp_path) is None


def test_every_java_that_is_unsuitable_is_named(tmp_path: Path) -> None:
    old, new = a_java(tmp_path / "old", JAVA_8), a_java(tmp_path / "new", JAVA_25)
    with pytest.raises(FlightLakeError) as caught:
        chosen_java_home({"JAVA_HOME": str(old), "PATH": f"{new}/bin"}, own=tmp_path)
    assert f"from 17 to 21: {old}/bin/java is Java 8; {new}/bin/java is Java 25." in str(caught.value)
    assert "Install one and set JAVA_HOME, or run `make spark`" in str(caught.value)


def test_a_program_that_does_not_answer_as_java_is_named(tmp_path: Path) -> None:
    home = a_java(tmp_path / "home", "The operation couldn't be completed. Unable to locate a Java Runtime.")
    with pytest.raises(FlightLakeError, match="bin/java is no Java"):
        chosen_java_home({"JAVA_HOME": str(home), "PATH": ""}, own=tmp_path)
    with pytest.raises(FlightLakeError, match="elsewhere/bin/java is no Java"):
        chosen_java_home({"JAVA_HOME": str(tmp_path / "elsewhere"), "PATH": ""}, own=tmp_path)


def test_a_machine_without_java_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FlightLakeError, match="from 17 to 21: none is on the path"):
        chosen_java_home({"PATH": str(tmp_path)}, own=tmp_path)
    with pytest.raises(FlightLakeError, match="none is on the path"):
        chosen_java_home({}, own=tmp_path)
