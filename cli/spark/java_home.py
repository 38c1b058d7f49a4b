"""Choice of a Java that Spark runs on: the one of set-up, that of JAVA_HOME, or that of the path."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from flightlake.errors import FlightLakeError

OLDEST, NEWEST = 17, 21
"""Versions of Java that Spark runs on. Source: Spark 4.1 documentation, overview ("Java 17/21"); on 25 its first file
access ends with "getSubject is not supported"."""

_VERSION = re.compile(rb' version "(?:1\.)?(\d+)')
"""Java 8 calls itself 1.8."""

_ANSWER_S = 20


def chosen_java_home(environ: Mapping[str, str], *, own: Path) -> Path | None:
    """Return the folder whose `bin/java` Spark is to be started with; None for the `java` of the path.

    Args:
        environ: of the process; JAVA_HOME and PATH are looked at, in this order.
        own: the virtual environment; its `bin/java`, written by set-up where the machine has no suitable one, comes
            first.

    Raises:
        FlightLakeError: there is none of a version that Spark runs on; the text names each that was found.
    """
    if Path(own, "bin", "java").exists():
        return own
    unsuitable = []
    for java_home, java in _candidates(environ):
        major = _major(java)
        if major is not None and OLDEST <= major <= NEWEST:
            return java_home
        unsuitable.append(f"{java} is {f'Java {major}' if major else 'no Java'}")
    found = "; ".join(unsuitable) or "none is on the path"
    raise FlightLakeError(
        f"Spark needs a Java from {OLDEST} to {NEWEST}: {found}. Install one and set JAVA_HOME, or run `make spark` in "
        "the checkout, which brings one"
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[Path | None, Path]]:
    if home := environ.get("JAVA_HOME"):
        yield Path(home), Path(home, "bin", "java")
    if found := shutil.which("java", path=environ.get("PATH", "")):
        yield None, Path(found)


def _major(java: Path) -> int | None:
    """Return the major version of a Java, such as 17; None where the file is no Java."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, timeout=_ANSWER_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stderr + answer.stdout)
    return int(found[1]) if found else None
