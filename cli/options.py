"""Options that several commands share, each with its help written once."""

import sys
from datetime import date
from typing import Annotated

import typer

from cli.output import OutputFormat, TableFormat
from cli.stacks import use_stack
from flightlake.errors import UsageError


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


def _use_stack(stack: str | None) -> None:
    if stack is None:
        return
    if any(argument == "--lake" or argument.startswith("--lake=") for argument in sys.argv):
        raise UsageError(f"--stack {stack} and --lake name a lake each: give one of them")
    use_stack(stack)


StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack",
        envvar="FLIGHTLAKE_STACK",
        metavar="NAME",
        help="A deployed lake by its Pulumi stack (dev, staging, prod), in place of --lake.",
        # Eager: what it finds out must stand in the environment before the other options look there.
        is_eager=True,
        callback=_use_stack,
    ),
]
"""For every command that takes a lake. The command needs no more of it: its other options find the environment set."""

OptionalLakeOption = Annotated[str | None, _LAKE]
"""For commands that can do something without a lake."""

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
    typer.Option(
        "--format",
        help="table for people; csv or json for programs (every row, nothing else on stdout). In csv a text that a "
        "spreadsheet would run as a formula has an apostrophe before it; json holds every value as it is.",
    ),
]
