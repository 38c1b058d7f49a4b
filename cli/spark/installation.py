"""Spark on this machine: whether it is installed, and its set-up in a checkout."""

import importlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from cli.spark.java_home import NEWEST, OLDEST, chosen_java_home
from flightlake.errors import FlightLakeError, UsageError

_CHECKOUT = Path(__file__).parents[2]
_SET_UP = ("make", "spark")


def ensure_spark() -> None:
    """Set up pyspark and a Java where one of them is missing.

    In a checkout whose `.venv` runs this process, `make spark` installs both; its messages go to stderr. Nothing is
    imported from pyspark here, so that the check costs no time where Spark is not used.

    Raises:
        UsageError: Spark is missing and cannot be set up from here; the text says what to install.
    """
    missing = _missing()
    if missing is None:
        return
    if not _runs_in_checkout():
        raise UsageError(missing)
    _print_message(f"Spark is set up for the first time, by `{' '.join(_SET_UP)}` in {_CHECKOUT}")
    failure = _set_up()
    missing = _missing()
    if failure or missing:
        raise UsageError(f"Spark could not be set up ({failure or 'it is still missing'}): {missing or 'try again'}")


def _missing() -> str | None:
    """Return the sentence that says what to install, or None where Spark can be started."""
    if find_spec("pyspark") is None:
        return (
            "Spark is not installed here. Install it with `pip install 'flightlake[spark]'`, and a Java from "
            f"{OLDEST} to {NEWEST} where the machine has none"
        )
    try:
        chosen_java_home(os.environ, own=Path(sys.prefix))
    except FlightLakeError as error:
        return str(error)
    return None


def _runs_in_checkout() -> bool:
    """Return whether this process runs in the virtual environment that the checkout's Makefile writes."""
    files = (_CHECKOUT / "Makefile", _CHECKOUT / "requirements" / "spark.txt")
    return all(file.exists() for file in files) and Path(sys.prefix).resolve() == (_CHECKOUT / ".venv").resolve()


def _set_up() -> str | None:
    """Run the set-up; return the reason why it failed, or None."""
    # The variables of an outer make, such as that of `make demo`, would change what this one does.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    try:
        done = subprocess.run(_SET_UP, cwd=_CHECKOUT, env=environment, stdout=sys.stderr, check=False)
    except OSError as error:
        return f"{error.strerror}: {_SET_UP[0]}"
    importlib.invalidate_caches()
    return f"exit status {done.returncode}, see above" if done.returncode else None


def _print_message(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
