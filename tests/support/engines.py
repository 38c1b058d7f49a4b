"""Real engines that some tests run against: programs that `make engines` sets up beside the packages."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(sys.prefix) / "engines"
_REQUIRED = "FLIGHTLAKE_ENGINES_REQUIRED"
_JAVAS = Path("/usr/lib/jvm")
_VERSION = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)


def engine(name: str) -> Path:
    """Return the program or the folder of an engine; without it the test is skipped, or fails where it must run."""
    path = ROOT / name
    if not path.exists():
        raise _absence(f"no {name} in {ROOT}: run `make engines`")
    return path


def java_since(oldest: int) -> Path:
    """Return the `java` of a Java of this version or newer; without one the test is skipped, or fails."""
    for home in _java_homes():
        release = home / "release"
        found = _VERSION.search(release.read_text(encoding="utf-8")) if release.is_file() else None
        if found and int(found[1]) >= oldest:
            return home / "bin" / "java"
    raise _absence(f"no Java {oldest} or newer in {_JAVAS} or JAVA_HOME: install one, such as Temurin 25")


def _java_homes() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home)
    yield from sorted(_JAVAS.glob("*"), reverse=True)


def _absence(reason: str) -> BaseException:
    kind = pytest.fail if os.environ.get(_REQUIRED) == "1" else pytest.skip
    return kind.Exception(reason)
