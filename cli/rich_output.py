"""Output through rich: consoles with markup, tables that fold to a terminal's width, progress."""

import logging
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cli.sanitize import sanitize


class SanitizingConsole(Console):
    """A console that shows control characters in data instead of passing them to the terminal."""

    def render_str(self, *args: Any, **options: Any) -> Text:
        """Return text, its markup read, without control characters."""
        text = super().render_str(*args, **options)
        text.plain = sanitize(text.plain)
        return text


@cache
def stdout_console() -> Console:
    """Return the console of results; it writes to the `sys.stdout` of the time of printing."""
    return SanitizingConsole()


@cache
def stderr_console() -> Console:
    """Return the console of progress, logs and errors; it writes to the `sys.stderr` of the time of printing."""
    return SanitizingConsole(stderr=True)


@cache
def log_handler() -> logging.Handler:
    """Return the handler that prints log records on stderr."""
    return RichHandler(console=stderr_console(), show_path=False)


def print_folded(
    title: str | None, header: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int]
) -> None:
    """Print a table whose cells fold to the terminal's width."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for position, column in enumerate(header):
        table.add_column(Text(column), justify="right" if position in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    stdout_console().print(table)


def progress_display(*, disable: bool) -> Progress:
    """Return a progress display on stderr, a context manager; silent also unless stderr is a terminal."""
    console = stderr_console()
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=disable or not console.is_terminal,
    )
