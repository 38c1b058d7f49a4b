"""Options that several commands share, each with its help written once."""

import os
from datetime import date
from functools import cache, partial
from typing import Annotated, Any

import typer

from cli.location import LakeLocation
from cli.output import OutputFormat, TableFormat
from cli.stacks import Stack, read_stack
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


_STACK = "flightlake.stack"
"""Key in the command's context of a function that reads the stack once, for the options that come after --stack."""


def prefer_stack(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:
    """Return the stack's setting for an option that was not given on the command line, else the option's own value.

    A callback for options with an environment variable: the exports of a stack come before this process's variables.
    """
    name = parameter.envvar
    if _STACK not in context.meta or not isinstance(name, str) or _is_given(context, parameter):
        return value
    stack: Stack = context.meta[_STACK]()
    if name not in stack.settings:
        return value
    option: Any = parameter  # typer declares less of an option than there is
    return option.get_runtime_param().coerce(stack.settings[name], param=option, ctx=context)


def _resolve_lake(
    context: typer.Context, parameter: typer.CallbackParam, value: LakeLocation | None
) -> LakeLocation | None:
    if _STACK not in context.meta:
        return value
    if _is_given(context, parameter):
        raise UsageError("--stack and --lake name a lake each: give one of them")
    stack: Stack = context.meta[_STACK]()
    return stack.location


def _is_given(context: typer.Context, parameter: typer.CallbackParam) -> bool:
    source = context.get_parameter_source(str(parameter.name))
    return source is not None and source.name == "COMMANDLINE"


def _remember_stack(context: typer.Context, name: str | None) -> str | None:
    if name is not None:
        stack = cache(partial(read_stack, name, os.environ))
        context.meta[_STACK] = stack
        # A command that needs a lake is content with this one.
        context.default_map = {**(context.default_map or {}), "lake": lambda: stack().location.address}
    return name


_LAKE = typer.Option(
    "--lake",
    envvar="FLIGHTLAKE_LAKE",
    metavar="FOLDER|s3://BUCKET/PREFIX",
    help="The lake: a folder, or s3://bucket/prefix.",
    parser=LakeLocation,
    callback=_resolve_lake,
)

LakeOption = Annotated[LakeLocation, _LAKE]
"""For commands that work on a lake; `LakeLocation.open` opens it."""

OptionalLakeOption = Annotated[LakeLocation | None, _LAKE]
"""For commands that can do something without a lake."""

StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack",
        envvar="FLIGHTLAKE_STACK",
        metavar="NAME",
        help="A deployed lake by its Pulumi stack (dev, staging, prod), in place of --lake.",
        is_eager=True,  # read first: --lake and the options with `prefer_stack` ask for it
        callback=_remember_stack,
    ),
]
"""For every command that takes a lake: `LakeOption` then gives the stack's lake."""

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
