"""Real engines that some tests run against: programs that `make engines` sets up beside the packages."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(sys.prefix) / "engines"
_REQUIRED = "FLIGHTLAKE_ENGINES_REQUIRED"
_VERSION = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)


def engine(name: str) -> Path:
    """Return the program or the folder of an engine; without it the test is skipped, or fails where it must run."""
    path = ROOT / name
    if not path.exists():
        _without(f"no {name} in {ROOT}: run `make engines`")
    return path


def java_of(oldest: int) -> Path:
    """Return the `java` of a Java of this version or newer; without one the test is skipped, or fails."""
    for home in _java_homes():
        release = home / "release"
        found = _VERSION.search(release.read_text(encoding="utf-8")) if release.is_file() else None
        if found and int(found[1]) >= oldest:
            return home / "bin" / "java"
    _without(f"no Java {oldest} or newer in JAVA_HOME, {ROOT / 'java'} or /usr/lib/jvm")


def _java_homes() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home)
    yield ROOT / "java"
    yield from sorted(Path("/usr/lib/jvm").glob("*"))


def _without(reason: str) -> NoReturn:
    if os.environ.get(_REQUIRED) == "1":
        pytest.fail(reason)
    pytest.skip(reason)
