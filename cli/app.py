"""The command line: which commands there are, and how their errors become exit codes.

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
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from rich.logging import RichHandler
from typer.core import TyperCommand

from cli.output import print_error, quieten_stdout, stderr_console
from flightlake.errors import FlightLakeError, UsageError

COMMANDS: dict[str, str] = {
    # In this order: simulate, poll, land, redrive, convert, query, why, verify, history, rollback, vacuum, archive,
    # report.
    "simulate": "Serve a simulated sky as OpenSky would, on this machine.",
    "poll": "Poll OpenSky or a simulator within its law of credits, and land the answers.",
    "land": "Land recorded responses from files and folders.",
    "redrive": "List what was refused or given up, and bring back what is good in it.",
    "convert": "Turn raw responses into published days, with Spark.",
    "query": "Ask the lake: a query of the project by name, or SQL of your own.",
    "why": "Tell why an aircraft is in the lake at a time, or why it is not.",
    "verify": "Recount published days from raw and name every difference.",
    "history": "Show the commits of each day, and which one is visible.",
    "rollback": "Let readers see an older commit of a day again.",
    "vacuum": "Remove the files of commits that no reader needs any more.",
    "archive": "Pack the raw responses of past days into few large objects.",
    "report": "Write one HTML page with the pictures, which opens from disk.",
}
"""Every command in the order of `flightlake --help`, each with the line that stands there."""

_INTERRUPTED = 130
_HELP_NAMES = {"help_option_names": ["--help", "-h"]}


class CommandOnDemand(TyperCommand):
    """A command of which only name and summary are known until it runs or is asked for its help."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Import the command's module and let the real command parse the arguments."""
        alone = typer.Typer(add_completion=False, rich_markup_mode="markdown", context_settings=_HELP_NAMES)
        alone.command(self.name)(import_module(f"cli.commands.{self.name}").command)
        return typer.main.get_command(alone).make_context(info_name, args, parent, **extra)


def build_app() -> typer.Typer:
    """Return the command line with every command of `COMMANDS`."""
    app = typer.Typer(
        name="flightlake",
        help="A flight-data lake on one machine or on AWS: poll, land, convert, query, verify.",
        epilog="`flightlake COMMAND --help` explains a command. Most take --lake (or FLIGHTLAKE_LAKE): a folder, "
        "or s3://bucket/prefix; or --stack: a lake that Pulumi has deployed.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
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
            stderr_console().print("interrupted", style="yellow")
        _flush_or_be_quiet()
        raise


def _global_options(
    *,
    _show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and leave.", callback=lambda on: _print_version(on=on), is_eager=True
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell on stderr what happens, event by event.")
    ] = False,
) -> None:
    handler = RichHandler(console=stderr_console(), show_path=False)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(message)s", handlers=[handler])


def _print_version(*, on: bool) -> None:
    if on:
        typer.echo(f"flightlake {version('flightlake')}")
        raise typer.Exit


def _not_loaded_yet() -> None:
    """Stand in for the function of a command that no one has asked for."""


def _flush_or_be_quiet() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        quieten_stdout()
