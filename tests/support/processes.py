"""Real processes for tests of races, crashes and refused access."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
_NOBODY = 65534


def start_python(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python process that runs the script with the arguments in `sys.argv[1:]`."""
    return subprocess.Popen(
        [sys.executable, "-c", dedent(script), *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_python(script: str, *arguments: object) -> tuple[int, str, str]:
    """Run such a process to its end; return its exit status, output and errors."""
    (result,) = finished([start_python(script, *arguments)])
    return result


def finished(processes: Sequence[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """Wait for the processes; return exit status, output and errors of each."""
    results = []
    for process in processes:
        output, errors = process.communicate(timeout=60)
        results.append((process.returncode, output, errors))
    return results


@contextmanager
def no_permission(folder: Path) -> Iterator[None]:
    """Take all access to the folder from this process, also where it runs as root."""
    before, is_root = folder.stat().st_mode, os.geteuid() == 0
    folder.chmod(0)
    if is_root:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(before)
