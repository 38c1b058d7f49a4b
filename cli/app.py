"""Command line: its commands, and the exit codes of their errors.

To add a command:

1. write `cli/commands/<name>.py` with one function `command(...)`: its parameters are the options (shared ones lie in
   `cli/options.py`), its docstring is the help of `flightlake <name> --help`;
2. add its line to `COMMANDS` below, at its place.

The module is imported only when its command runs, so it imports what it needs at its top, Spark or DuckDB included,
and `flightlake --help` stays quick. A command prints through `cli/output.py`, returns when its work is done,
raises an error of `flightlake.errors` when it could not be done, and `typer.Exit(1)` when it was done and the result is
bad news that it has already printed. Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
"""

import logging
import re
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.option_values import convert_plain_values
from cli.output import LogHandler, print_error, quieten_stdout
from flightlake import __version__
from flightlake.errors import FlightLakeError, UsageError

COMMANDS: dict[str, str] = {
    # In this order: simulate, poll, land, redrive, convert, query, why, verify, history, rollback, vacuum, archive,
    # report.
    "simulate": "Serve a simulated sky as OpenSky would, on this machine.",
    "poll": "Poll OpenSky or a simulator within its quota; land the answers.",
    "land": "Land recorded responses from files and folders.",
    "redrive": "List refused responses and missed polls; land what is valid.",
    "convert": "Turn raw responses into published days.",
    "query": "Ask the lake: a query of the project, or SQL of your own.",
    "why": "Explain why an aircraft is in the lake at a time, or is not.",
    "verify": "Recompute published days from raw and name every difference.",
    "history": "Show the commits of each day, and which one is visible.",
    "rollback": "Make an older commit of a day visible again.",
    "vacuum": "Remove the files of commits that no reader needs any more.",
    "archive": "Pack the raw responses of past days into few large objects.",
    "report": "Write one HTML page with the pictures, which opens from disk.",
}
"""Every command in the order of `flightlake --help`, each with the line that stands there."""

_INTERRUPTED = 130
_HELP_NAMES = {"help_option_names": ["--help", "-h"]}


_TITLE = re.compile(r"^(Usage|Arguments|Options|Commands)(:)", re.MULTILINE)
_ENTRY = re.compile(r"^  (\S+)(?=  |$)|^  (-\S+(?:, --\S+)?)", re.MULTILINE)


def colour_help(text: str) -> str:
    """Return a help page with bold titles and coloured names; typer removes both unless stdout is a terminal."""
    titled = _TITLE.sub(lambda title: typer.style(title[0], bold=True), text)
    return _ENTRY.sub(lambda entry: "  " + typer.style(entry[1] or entry[2], fg="cyan"), titled)


class _PlainHelp:
    """Help and conversion of plain values without rich and pydantic, for a command or a group of commands."""

    def get_params(self, ctx: Any) -> Any:
        """Return the options and arguments, those for help included."""
        parameters = super().get_params(ctx)  # type: ignore[misc]  # of the class that this one is mixed into
        convert_plain_values(parameters)
        return parameters

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return colour_help(super().get_help(ctx))  # type: ignore[misc]  # see above


class Group(_PlainHelp, TyperGroup):
    """The group of all commands."""


class Command(_PlainHelp, TyperCommand):
    """One command."""


class CommandOnDemand(TyperCommand):
    """A command whose module is imported when it runs or prints its help; until then it has a name and a summary."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Import the command's module and let the real command parse the arguments."""
        alone = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_HELP_NAMES)
        alone.command(self.name, cls=Command)(import_module(f"cli.commands.{self.name}").command)
        return typer.main.get_command(alone).make_context(info_name, args, parent, **extra)


def build_app() -> typer.Typer:
    """Return the command line with every command of `COMMANDS`."""
    app = typer.Typer(
        name="flightlake",
        cls=Group,
        help="A flight-data lake on one machine or on AWS: poll, land, convert, query, verify.",
        epilog="`flightlake COMMAND --help` explains a command. Most take --lake (or FLIGHTLAKE_LAKE): a folder, "
        "or s3://bucket/prefix; or --stack: a lake that Pulumi has deployed.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_show_locals=False,
        context_settings=_HELP_NAMES,
    )
    app.callback()(_global_options)
    for name, summary in COMMANDS.items():
        app.command(name, cls=CommandOnDemand, help=summary)(_not_loaded_yet)
    return app


def main() -> None:
    """Run the command line; the entry point of `flightlake`."""
    try:
        build_app()(prog_name="flightlake")
    except UsageError as error:
        print_error(error)
        sys.exit(2)
    except BrokenPipeError:
        quieten_stdout()
        sys.exit(1)
    except (FlightLakeError, OSError) as error:
        print_error(error)
        sys.exit(1)
    except SystemExit as done:
        if done.code == _INTERRUPTED:
            typer.secho("interrupted", fg="yellow", err=True)
        _flush_stdout()
        raise


def _global_options(
    *,
    _show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and leave.", callback=lambda on: _print_version(on=on), is_eager=True
        ),
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print each event on stderr.")] = False,
) -> None:
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(message)s", handlers=[LogHandler()])


def _print_version(*, on: bool) -> None:
    if on:
        typer.echo(f"flightlake {__version__}")
        raise typer.Exit


def _not_loaded_yet() -> None:
    """Placeholder for the function of a command that is not imported."""


def _flush_stdout() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        quieten_stdout()
