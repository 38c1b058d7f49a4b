"""What a command says: results on stdout, everything else on stderr.

With `--format json` stdout holds one JSON document and nothing else; when a command fails it stays empty, and the
error is one line on stderr.
"""

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_WIDEST = 10_000


class OutputFormat(StrEnum):
    """Forms of a result that is one document."""

    TABLE = "table"
    JSON = "json"


class TableFormat(StrEnum):
    """Forms of a result that is rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@cache
def stdout_console() -> Console:
    """Return the console of results; it writes to what `sys.stdout` is at the time of printing."""
    return Console()


@cache
def stderr_console() -> Console:
    """Return the console of progress, logs and errors; it writes to what `sys.stderr` is at the time of printing."""
    return Console(stderr=True)


def emit_json(document: object, *, indent: int | None = 2) -> None:
    """Write one JSON document and a line end to stdout: times as ISO 8601, numbers that JSON lacks as null."""
    sys.stdout.write(json.dumps(json_ready(document), indent=indent, ensure_ascii=False, allow_nan=False) + "\n")


def json_ready(value: object) -> Any:
    """Return the value in JSON's types.

    Raises:
        TypeError: a value has no form in JSON.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return float(value) if math.isfinite(value) else None
        case datetime() | date() | time():
            return value.isoformat()
        case Mapping():
            return {str(key): json_ready(entry) for key, entry in value.items()}
        case list() | tuple() | set() | frozenset():
            return [json_ready(entry) for entry in value]
    raise TypeError(f"no JSON form for {type(value).__name__}")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None, numeric: Iterable[int] = ()
) -> None:
    """Print rows as a table on stdout; absent values stay empty.

    Args:
        columns: the headings.
        rows: values by column; shown with `cell_text`.
        title: stands above the table.
        numeric: positions of columns whose values stand to the right.
    """
    right = set(numeric)
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for position, column in enumerate(columns):
        table.add_column(Text(column), justify="right" if position in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell_text(value)) for value in row))
    _printed_whole(table)


def cell_text(value: object) -> str:
    """Return a value as a person reads it: null as nothing, times without the T, long fractions cut at 6 digits."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() | Decimal():
            return f"{value:.6f}".rstrip("0").rstrip(".") if math.isfinite(value) else str(value)
        case datetime():
            return value.isoformat(sep=" ")
        case list() | tuple():
            return ", ".join(cell_text(entry) for entry in value)
    return str(value)


def progress(output: OutputFormat | TableFormat = OutputFormat.TABLE) -> Progress:
    """Return a progress display on stderr, a context manager; silent unless a person watches a terminal."""
    console = stderr_console()
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=output.value == "json" or not console.is_terminal,
    )


def tell_error(error: BaseException) -> None:
    """Print an error as one red line (or as few as it has) on stderr."""
    text = f"{error.strerror}: {error.filename}" if isinstance(error, OSError) and error.filename else str(error)
    stderr_console().print(f"[bold red]error:[/] {escape(text)}", soft_wrap=True, highlight=False)


def quieten_stdout() -> None:
    """Let nothing more reach a stdout whose reader has left, so that the interpreter's last flush finds no fault."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _printed_whole(table: Table) -> None:
    console = stdout_console()
    if not console.is_terminal:
        # A pipe has no width: give the table what it needs instead of cutting at 80 columns.
        needed = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
        console = Console(width=max(needed, console.width))
    console.print(table)
