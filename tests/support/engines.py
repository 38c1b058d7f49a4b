"""Real engines that some tests run against: programs that `make engines` sets up beside the packages."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(sys.prefix) / "engines"
_REQUIRED = "FLIGHTLAKE_ENGINES_REQUIRED"


def engine(name: str) -> Path:
    """Return the program or the folder of an engine; without it the test is skipped, or fails where it must run."""
    path = ROOT / name
    if not path.exists():
        kind = pytest.fail if os.environ.get(_REQUIRED) == "1" else pytest.skip
        raise kind.Exception(f"no {name} in {ROOT}: run `make engines`")
    return path
