"""The command line as a user runs it: a separate process, without this machine's accounts."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OURS = ("FLIGHTLAKE_", "OPENSKY_")


def start_flightlake(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start `flightlake` with the arguments."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return subprocess.Popen(
        [sys.executable, "-c", "from cli.app import main; main()", *map(str, arguments)],
        cwd=ROOT,
        env=inherited | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def flightlake(
    *arguments: object, environment: dict[str, str] | None = None, within_s: float = 300
) -> tuple[int, str, str]:
    """Run `flightlake` to its end; return exit status, output and errors."""
    process = start_flightlake(*arguments, environment=environment)
    try:
        output, errors = process.communicate(timeout=within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode, output, errors
