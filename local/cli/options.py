"""Options that several commands share, each with its help written once."""

from datetime import date
from typing import Annotated

import typer

from local.cli.output import OutputFormat, TableFormat


def parse_date(text: str | date) -> date:
    """Return a UTC day written as YYYY-MM-DD.

    Raises:
        typer.BadParameter: the text is no such day.
    """
    if isinstance(text, date):
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError as exc:
        raise typer.BadParameter(f"{text!r} is no day; write it as YYYY-MM-DD, for example 2026-05-08") from exc
    if text != day.isoformat():
        raise typer.BadParameter(f"{text!r} is no day; write it as YYYY-MM-DD, here {day.isoformat()}")
    return day


_LAKE = typer.Option(
    "--lake",
    envvar="FLIGHTLAKE_LAKE",
    metavar="FOLDER|s3://BUCKET/PREFIX",
    help="The lake: a folder, or s3://bucket/prefix.",
)

LakeOption = Annotated[str, _LAKE]

OptionalLakeOption = Annotated[str | None, _LAKE]
"""For commands that can do something without a lake."""

DateOption = Annotated[
    date | None,
    typer.Option("--date", parser=parse_date, metavar="YYYY-MM-DD", help="One UTC day."),
]

DatesOption = Annotated[
    list[date],
    typer.Option("--date", parser=parse_date, metavar="YYYY-MM-DD", help="A UTC day; may be given several times."),
]

FormatOption = Annotated[
    OutputFormat,
    typer.Option("--format", help="table for people; json for programs: one document on stdout and nothing else."),
]

TableFormatOption = Annotated[
    TableFormat,
    typer.Option("--format", help="table for people; csv or json for programs (every row, nothing else on stdout)."),
]
