"""Output of the commands: results on stdout, everything else on stderr.

With `--format json` stdout holds one JSON document and nothing else; when a command fails it stays empty, and the
error is one line on stderr.
"""

import csv
import json
import logging
import math
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from cli.plain_table import cell_width, draw_table
from cli.sanitize import sanitize

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


class OutputFormat(StrEnum):
    """Forms of a result that is one document."""

    TABLE = "table"
    JSON = "json"


class TableFormat(StrEnum):
    """Forms of a result that is rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def stdout_console() -> "Console":
    """Return rich's console of results."""
    console: Console = _rich().stdout_console()
    return console


def stderr_console() -> "Console":
    """Return rich's console of progress, logs and errors."""
    console: Console = _rich().stderr_console()
    return console


class LogHandler(logging.Handler):
    """Prints log records on stderr through rich, which is imported with the first of them."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        _rich().log_handler().emit(record)


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


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as CSV (RFC 4180, lines ended as Unix does) on stdout; lists and flags as JSON, null as nothing.

    Texts that a spreadsheet would run as a formula get an apostrophe before them; see `csv_cell`.
    """
    writer = csv.writer(_UnixLines(), lineterminator="\r\n")
    writer.writerow([csv_cell(column) for column in columns])
    writer.writerows([csv_cell(value) for value in row] for row in rows)


class _UnixLines:
    """Takes rows that end in CR LF, so that the writer knows both for characters to quote, and writes LF."""

    def write(self, row: str) -> int:
        return sys.stdout.write(row.removesuffix("\r\n") + "\n")


def csv_cell(value: object) -> object:
    """Return a value as a cell of CSV.

    Whoever owns a transmitter chooses its callsign, and CSV is opened in spreadsheets, which run what begins like a
    formula. So such a text gets an apostrophe before it. That alters it, and is still the better choice: numbers are
    left alone, as text too; no callsign, country, key or reason that is what it should be begins so; and JSON holds
    every value as it is. Source: OWASP, "CSV Injection".

    >>> csv_cell("=1+1"), csv_cell("-1.5e3"), csv_cell(-1.5), csv_cell("DLH-9")
    ("'=1+1", '-1.5e3', -1.5, 'DLH-9')
    """
    ready = json_ready(value)
    if isinstance(ready, list | dict | bool):
        return json.dumps(ready, ensure_ascii=False)
    if isinstance(ready, str) and ready.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(ready):
        return f"'{ready}"
    return ready


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
    header = [sanitize(column) for column in columns]
    cells = [[cell_text(value) for value in row] for row in rows]
    lines = draw_table(header, cells, right)
    if sys.stdout.isatty() and cell_width(lines[0]) > shutil.get_terminal_size().columns:
        _rich().print_folded(title and sanitize(title), header, cells, right)
        return
    if title:
        typer.secho(sanitize(title), bold=True)
    head = 1 + max(column.count("\n") + 1 for column in header)
    for number, line in enumerate(lines):
        typer.secho(line, bold=0 < number < head)


def print_note(text: str) -> None:
    """Print a dim line below a table on stdout."""
    typer.secho(sanitize(text), dim=True)


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
    return sanitize(str(value))


def progress(output: OutputFormat | TableFormat = OutputFormat.TABLE) -> "Progress":
    """Return a progress display on stderr, a context manager; silent unless stderr is a terminal."""
    display: Progress = _rich().progress_display(disable=output.value == "json")
    return display


def print_error(error: BaseException) -> None:
    """Print an error on stderr, its first word in red."""
    text = f"{error.strerror}: {error.filename}" if isinstance(error, OSError) and error.filename else str(error)
    typer.echo(f"{typer.style('error:', fg='red', bold=True)} {sanitize(text)}", err=True)


def quieten_stdout() -> None:
    """Redirect stdout to nowhere after its reader has left, so that the interpreter's last flush does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _rich() -> Any:
    # Imported at its first use: it takes longer than many commands, and a table that fits needs none of it.
    from cli import rich_output  # noqa: PLC0415 - see the line above

    return rich_output
