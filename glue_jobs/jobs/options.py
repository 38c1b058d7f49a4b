"""Options of each job, parsed once from its arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from flightlake.errors import UsageError
from flightlake.publishing.publisher import DEFAULT_MIN_QUALITY
from glue_jobs.jobs.arguments import COMMON, Argument, argument_texts, is_glue

_DATE = Argument("date", "UTC day, YYYY-MM-DD", is_list=True)


@dataclass(frozen=True)
class JobOptions:
    """Options of every job.

    Attributes:
        lake: folder or `s3://bucket/prefix`.
        database: Glue database; None for that of the environment.
        service: name under which metrics are sent; None sends none.
        is_glue: whether this runs as a Glue job.
    """

    lake: str
    database: str | None
    service: str | None
    is_glue: bool


@dataclass(frozen=True)
class ConvertOptions(JobOptions):
    """Options of a conversion.

    Attributes:
        dates: UTC days; empty for every pending day.
        rebuild: convert the days even where nothing new was landed.
        min_quality: percent below which a day is not published.
        since: from this UTC day on, also days that were built under other rules than today's; None for none.
    """

    dates: tuple[date, ...] = ()
    rebuild: bool = False
    min_quality: float = DEFAULT_MIN_QUALITY
    since: date | None = None

    @classmethod
    def from_argv(cls, argv: Sequence[str]) -> Self:
        """Return the options in a job's arguments (without the program's name).

        Raises:
            UsageError: a value makes no sense.
        """
        texts = argument_texts(
            argv,
            "Convert raw responses to published days; without --date every pending one.",
            (
                *COMMON,
                _DATE,
                Argument("rebuild", "also where nothing new was landed", default="false", is_flag=True),
                Argument("min_quality", "percent; default 90", default=str(DEFAULT_MIN_QUALITY)),
                Argument("since", "UTC day: from it on, also days that were built under other rules"),
            ),
        )
        if texts["date"] and texts["since"]:
            raise UsageError("--date names the days and --since adds days to the pending ones: give one of them")
        return cls(
            *_common(texts, argv),
            dates=_dates(texts["date"]),
            rebuild=_flag("rebuild", texts["rebuild"]),
            min_quality=_percent("min_quality", texts["min_quality"]),
            since=_date(texts["since"], "since") if texts["since"] else None,
        )


@dataclass(frozen=True)
class VerifyOptions(JobOptions):
    """Options of a verification.

    Attributes:
        dates: UTC days; empty for the newest published ones.
        day_count: how many of the newest.
    """

    dates: tuple[date, ...] = ()
    day_count: int = 2

    @classmethod
    def from_argv(cls, argv: Sequence[str]) -> Self:
        """Return the options in a job's arguments.

        Raises:
            UsageError: a value makes no sense.
        """
        days = Argument("days", "how many of the newest published days; default 2", default="2")
        texts = argument_texts(argv, "Verify published days against raw.", (*COMMON, _DATE, days))
        return cls(*_common(texts, argv), dates=_dates(texts["date"]), day_count=_count("days", texts["days"]))


@dataclass(frozen=True)
class VacuumOptions(JobOptions):
    """Options of a vacuum.

    Attributes:
        retention: time for which commits that readers saw are kept.
        dry_run: list the files and remove nothing.
    """

    retention: timedelta = timedelta(days=7)
    dry_run: bool = False

    @classmethod
    def from_argv(cls, argv: Sequence[str]) -> Self:
        """Return the options in a job's arguments.

        Raises:
            UsageError: a value makes no sense.
        """
        texts = argument_texts(
            argv,
            "Remove the files of commits that no reader needs any more.",
            (
                *COMMON,
                Argument("older_than_days", "days for which commits that readers saw are kept; default 7", default="7"),
                Argument("dry_run", "list the files and remove nothing", default="false", is_flag=True),
            ),
        )
        return cls(
            *_common(texts, argv),
            retention=timedelta(days=_count("older_than_days", texts["older_than_days"])),
            dry_run=_flag("dry_run", texts["dry_run"]),
        )


def _common(texts: dict[str, str], argv: Sequence[str]) -> tuple[str, str | None, str | None, bool]:
    return texts["lake"], texts["database"] or None, texts["service"] or None, is_glue(argv)


def _dates(text: str) -> tuple[date, ...]:
    return tuple(_date(word) for word in text.replace(",", " ").split())


def _date(text: str, name: str = "date") -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--{name} {text}: not a day; expected YYYY-MM-DD, such as 2026-05-08") from error


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise UsageError(f"--{name} {text}: expected true or false")
    return text.lower() == "true"


def _percent(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise UsageError(f"--{name} {text}: expected a percentage from 0 to 100")
    return value


def _count(name: str, text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 36_500:
        raise UsageError(f"--{name} {text}: expected a whole number of days, 1 or more")
    return value
