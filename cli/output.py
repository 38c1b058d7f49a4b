"""What a command says: results on stdout, everything else on stderr.

With `--format json` stdout holds one JSON document and nothing else; when a command fails it stays empty, and the
error is one line on stderr.
"""

import csv
import json
import math
import os
import re
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

_CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
_INVISIBLE = dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
_HARMLESS = _CONTROLS | _INVISIBLE
"""What terminals obey, such as the escape that recolours, retitles or erases, by the sign that shows it."""

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


class SanitizingConsole(Console):
    """A console on which text from strangers stays text: control characters are shown and not obeyed."""

    def render_str(self, *args: Any, **options: Any) -> Text:
        """Return text, its markup read, without control characters."""
        text = super().render_str(*args, **options)
        text.plain = sanitize(text.plain)
        return text


@cache
def stdout_console() -> Console:
    """Return the console of results; it writes to what `sys.stdout` is at the time of printing."""
    return SanitizingConsole()


@cache
def stderr_console() -> Console:
    """Return the console of progress, logs and errors; it writes to what `sys.stderr` is at the time of printing."""
    return SanitizingConsole(stderr=True)


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
    table = Table(title=title and sanitize(title), title_justify="left", title_style="bold", header_style="bold")
    for position, column in enumerate(columns):
        table.add_column(Text(sanitize(column)), justify="right" if position in right else "left", overflow="fold")
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
    return sanitize(str(value))


def sanitize(text: str) -> str:
    r"""Return the text with signs in place of what a terminal would obey; line ends and tabs stay.

    >>> harmless("a\x1b[2Jb")
    'a␛[2Jb'
    """
    return text.translate(_HARMLESS)


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


def print_error(error: BaseException) -> None:
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
        console = SanitizingConsole(width=max(needed, console.width))
    console.print(table)
