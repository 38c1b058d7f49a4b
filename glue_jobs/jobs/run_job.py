"""Frame of a job: log format, parsing of the arguments, errors to exit status."""

import logging
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from flightlake.errors import FlightLakeError, UsageError

logger = logging.getLogger("flightlake.job")

_Options = TypeVar("_Options")


def run_job(
    argv: Sequence[str], options_of: Callable[[Sequence[str]], _Options], work: Callable[[_Options], bool]
) -> int:
    """Run a job and return its exit status: 0 done, 1 failed, 2 wrong usage.

    Args:
        argv: the arguments, without the program's name.
        options_of: parses them.
        work: does the job, logs its results, and returns whether it succeeded.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    try:
        return 0 if work(options_of(argv)) else 1
    except FlightLakeError as error:
        logger.error("%s", error)  # noqa: TRY400  the text says what to do; a traceback would not
        return 2 if isinstance(error, UsageError) else 1
