"""A job's arguments, parsed once: on Glue by `getResolvedOptions`, elsewhere from an ordinary command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from glue_jobs.convert import DEFAULT_MIN_QUALITY
from lake.errors import UsageError

_GLUE_MARK = "--JOB_NAME"


@dataclass(frozen=True)
class JobOptions:
    """What a conversion is asked to do.

    Attributes:
        lake: folder or `s3://bucket/prefix`.
        dates: UTC days; empty for every pending day.
        rebuild: convert the days even where nothing new was landed.
        min_quality: percent below which a day is not published.
        is_glue: whether this runs as a Glue job.
    """

    lake: str
    dates: tuple[date, ...]
    rebuild: bool
    min_quality: float
    is_glue: bool

    @staticmethod
    def from_argv(argv: Sequence[str]) -> "JobOptions":
        """Return the options in a job's arguments (without the program's name).

        Raises:
            UsageError: a value that cannot be meant.
        """
        is_glue = any(argument.partition("=")[0] == _GLUE_MARK for argument in argv)
        values = _glue_values(argv) if is_glue else _command_line_values(argv)
        return JobOptions(
            lake=values["lake"],
            dates=tuple(_date(text) for text in values["date"].replace(",", " ").split()),
            rebuild=_flag(values["rebuild"]),
            min_quality=_percent(values["min_quality"]),
            is_glue=is_glue,
        )


_DEFAULTS = {"date": "", "rebuild": "false", "min_quality": str(DEFAULT_MIN_QUALITY)}


def _glue_values(argv: Sequence[str]) -> dict[str, str]:
    try:
        # Only Glue has this module, so it cannot be imported above.
        from awsglue.utils import getResolvedOptions  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(f"{_GLUE_MARK} is for Glue, whose module awsglue is not here; leave it out") from error
    # It knows no optional arguments and stops at a missing one, so ask only for those that were given.
    given = [name for name in ("lake", *_DEFAULTS) if any(a.partition("=")[0] == f"--{name}" for a in argv)]
    if "lake" not in given:
        raise UsageError("--lake is missing; give the job the argument --lake s3://bucket/prefix")
    resolved: dict[str, str] = getResolvedOptions(["job", *argv], given)
    return _DEFAULTS | resolved


def _command_line_values(argv: Sequence[str]) -> dict[str, str]:
    parser = argparse.ArgumentParser("convert_states", description="Convert raw responses to published days.")
    parser.add_argument("--lake", required=True, help="folder or s3://bucket/prefix")
    parser.add_argument("--date", action="append", default=[], help="UTC day, YYYY-MM-DD; default: every pending day")
    parser.add_argument("--rebuild", action="store_true", help="also where nothing new was landed")
    parser.add_argument("--min_quality", "--min-quality", default=_DEFAULTS["min_quality"], help="percent; default 90")
    found = parser.parse_args(argv)
    return {
        "lake": found.lake,
        "date": ",".join(found.date),
        "rebuild": str(found.rebuild),
        "min_quality": found.min_quality,
    }


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--date {text}: not a day; expected YYYY-MM-DD, such as 2026-05-08") from error


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise UsageError(f"--rebuild {text}: expected true or false")
    return text.lower() == "true"


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise UsageError(f"--min_quality {text}: expected a percentage from 0 to 100")
    return value
