"""DuckDB as the engine uses it: a connection that sees the lake alone, answers as streams, errors in a user's words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from duckdb_engine.quoting import quoted_text
from duckdb_engine.sql.errors import QueryFailedError, SqlError, at_word
from duckdb_engine.sql.functions import MACROS

_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class RowStream:
    """An answer whose rows come as they are asked for, while its engine is open."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def opened_connection(folders: list[str], spill: str) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads the given folders and nothing else, and thinks in UTC."""
    connection = duckdb.connect(
        config={
            "temp_directory": spill,
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute(";".join(MACROS))
    allowed = ", ".join(quoted_text(f"{folder}/") for folder in folders)
    connection.execute("set global timezone = 'UTC'")
    connection.execute(f"set allowed_directories = [{allowed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def executed(cursor: duckdb.DuckDBPyConnection, sql: str, source: str) -> RowStream:
    """Return the result of translated SQL; `source` is the user's text, for errors to show.

    Raises:
        SqlError: it names or combines what does not exist or fit.
        QueryFailedError: it failed on the data.
    """
    try:
        cursor.execute(sql)
    except duckdb.Error as exc:
        raise failure(exc, source) from exc
    description = cursor.description or []
    names = tuple(str(column[0]) for column in description)
    return RowStream(names, tuple(str(column[1]) for column in description), _rows(cursor, source))


def _rows(cursor: duckdb.DuckDBPyConnection, source: str) -> Iterator[tuple[Any, ...]]:
    try:
        while batch := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from batch
    except duckdb.Error as exc:
        raise failure(exc, source) from exc


def failure(error: duckdb.Error, source: str) -> SqlError | QueryFailedError:
    """Return DuckDB's error in one line, at the place of the name that it speaks of."""
    message = str(error).splitlines()[0]
    if found := re.search(r"Function with name \"?(\w+)\"? does not exist", message):
        return SqlError(at_word(f"function {found[1]} is not known here", source, found[1]))
    if isinstance(error, duckdb.ParserException):
        return SqlError(f"the statement has no translation for DuckDB: {message}")
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        named = re.search(r'"(\w+)"', message) or re.search(r"'(\w+)\(", message)
        return SqlError(at_word(message, source, named[1]) if named else message)
    return QueryFailedError(message)
