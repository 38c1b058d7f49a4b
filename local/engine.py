"""The SQL engine of one machine: Athena's SQL over the lake's visible files, on DuckDB.

A query reads each table as the catalog shows it at the query's start, only the tables that it names, and nothing
outside the lake. It cannot change anything.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from lake.adapters.opening import Lake
from lake.contract import Table
from lake.errors import FlightLakeError
from lake.tables import TABLES
from local.athena.errors import QueryFailedError, SqlError, at_word, did_you_mean
from local.athena.files import SqlFile, named_file, sql_files
from local.athena.gaps import MACROS
from local.athena.parameters import Value, bind, undeclared, values_of
from local.athena.statements import Statement, parsed, statements_of
from local.athena.translation import Columns, contract_columns, duckdb_sql, qualified, result_columns, tables_read
from local.lake_tables import LakeTables, quoted_text
from local.object_cache import default_cache_root
from local.shown_names import shown

_ROWS_AT_ONCE = 10_000
_NAME = re.compile(r"\w+")


@dataclass(frozen=True)
class RowStream:
    """An answer whose rows come as they are asked for; valid until the engine's next query."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class QueryResult:
    """An answer: names and DuckDB types of its columns, and its rows. Instants are UTC, without a zone."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Engine:
    """Runs queries over one lake; a context manager.

    Args:
        lake: the lake.
        cache_root: where copies of a bucket's objects are kept; the user's cache folder where it is None.
        pinned: see the days of each table for the engine's life as they were at its first use, so that the numbers of
            several queries agree.
    """

    def __init__(self, lake: Lake, *, cache_root: Path | None = None, pinned: bool = False) -> None:
        self._lake = lake
        self._tables = LakeTables(lake, cache_root or default_cache_root())
        self._pinned: dict[str, dict[date, str]] | None = {} if pinned else None
        self._spill = tempfile.TemporaryDirectory(prefix="flightlake-")
        self.connection = _connection(self._tables.folders, Path(self._spill.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back memory and temporary files."""
        self.connection.close()
        self._spill.cleanup()

    def query(self, name_or_sql: str, parameters: Mapping[str, str] | None = None) -> QueryResult:
        """Return the answer to a named query or to one statement.

        Raises:
            SqlError: the name is unknown, the statement cannot be meant, or a parameter does not fit.
            QueryFailedError: the statement failed on the data.
            StorageError: the lake's files are not what its catalog says.
        """
        stream = self.stream(name_or_sql, parameters)
        return QueryResult(stream.columns, stream.types, list(stream.rows))

    def stream(self, name_or_sql: str, parameters: Mapping[str, str] | None = None) -> RowStream:
        """Return the answer with its rows read on demand; see `query`."""
        file = named_file(name_or_sql) if _NAME.fullmatch(name_or_sql) else None
        statements = statements_of(file.text if file else name_or_sql)
        if len(statements) > 1:
            raise SqlError(f"{len(statements)} statements where one is expected: put them into a file and name it")
        return self.run(statements[0], parameters, file=file)

    def run(
        self, statement: Statement, parameters: Mapping[str, str] | None = None, *, file: SqlFile | None = None
    ) -> RowStream:
        """Return the answer to a statement; `file` declares its parameters, where there is one."""
        if statement.looks_at_names:
            return _streamed(shown(statement, self.partitions))
        tree, given = parsed(statement), parameters or {}
        names = tables_read(tree, statement.source)
        declared = file.parameters if file else undeclared(tree, given)
        first = next(iter(file.reads), "") if file else ""
        bind(tree, values_of(declared, given, lambda text: self._described(text, first)))
        columns = self.attach(*names, source=statement.source)
        sql = duckdb_sql(qualified(tree, columns, statement.source), statement.source)
        return self._executed(sql, statement.source)

    def attach(self, *names: str, source: str = "") -> dict[str, Columns]:
        """Make tables and views readable through `connection`, as the catalog shows them now; return their columns.

        Raises:
            SqlError: there is no such table or view.
            StorageError: a visible folder has no files.
        """
        tables = {table.name: table for table in TABLES}
        views = sql_files("views")
        columns: dict[str, Columns] = {}
        for name in names:
            if name in tables:
                columns[name] = self._attach_table(tables[name])
            elif name in views:
                columns[name] = self._attach_view(views[name])
            else:
                known = [*tables, *views]
                message = f"no table or view {name}{did_you_mean(name, known)} (there are {', '.join(known)})"
                raise SqlError(at_word(message, source, name))
        return columns

    def partitions(self, table: Table) -> dict[date, str]:
        """Return the visible folder of each day of a table."""
        if self._pinned is None:
            return self._lake.catalog.partitions(table)
        if table.name not in self._pinned:
            self._pinned[table.name] = self._lake.catalog.partitions(table)
        return self._pinned[table.name]

    def run_checks(self) -> list[tuple[str, QueryResult]]:
        """Return every check under `sql/checks` with the rows that it finds wrong: none where all is well."""
        return [(name, self.query(name)) for name in sql_files("checks")]

    def _attach_table(self, table: Table) -> Columns:
        relation = self._tables.relation(self.connection, table, self.partitions(table))
        self.connection.execute(f"create or replace view {table.name} as {relation}")
        return contract_columns(table.all_columns)

    def _attach_view(self, view: SqlFile) -> Columns:
        tree = parsed(statements_of(_after_as(view))[0])
        columns = self.attach(*tables_read(tree, view.text), source=view.text)
        typed = qualified(tree, columns, view.text)
        result = result_columns(typed)
        self.connection.execute(f"create or replace view {view.name} as {duckdb_sql(typed, view.text)}")
        return result

    def _described(self, text: str, reads: str) -> Value | None:
        if text == "now":
            return datetime.now(UTC).replace(tzinfo=None)
        if text not in {"the newest day", "the oldest day"}:
            return None
        days = sorted(self.partitions(self._base_table(reads)))
        if not days:
            raise FlightLakeError(f"{reads} has no day yet, so there is no {text.removeprefix('the ')}: convert first")
        return days[-1] if text == "the newest day" else days[0]

    def _base_table(self, name: str) -> Table:
        """Return the table itself, or the first one below a view."""
        views = sql_files("views")
        while name in views:
            name = views[name].reads[0]
        return next(table for table in TABLES if table.name == name)

    def _executed(self, sql: str, source: str) -> RowStream:
        try:
            cursor = self.connection.execute(sql)
        except duckdb.Error as exc:
            raise _failure(exc, source) from exc
        description = cursor.description or []
        names = tuple(str(column[0]) for column in description)
        return RowStream(names, tuple(str(column[1]) for column in description), _rows(cursor, source))


def _connection(folders: list[str], spill: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads the given folders and nothing else, and thinks in UTC."""
    connection = duckdb.connect(
        config={
            "temp_directory": str(spill),
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("set timezone = 'UTC'")
    for macro in MACROS:
        connection.execute(macro)
    allowed = ", ".join(quoted_text(f"{folder}/") for folder in folders)
    connection.execute(f"set allowed_directories = [{allowed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _after_as(view: SqlFile) -> str:
    """Return the view's query, at its place in the file."""
    found = re.search(r"create or replace view \w+ as\s", view.text)
    if found is None:
        raise FlightLakeError(f"sql/views/{view.name}.sql does not begin with `create or replace view {view.name} as`")
    return re.sub(r"[^\n]", " ", view.text[: found.end()]) + view.text[found.end() :]


def _rows(cursor: duckdb.DuckDBPyConnection, source: str) -> Iterator[tuple[Any, ...]]:
    try:
        while batch := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from batch
    except duckdb.Error as exc:
        raise _failure(exc, source) from exc


def _streamed(result: tuple[tuple[str, ...], list[tuple[Any, ...]]]) -> RowStream:
    columns, rows = result
    return RowStream(columns, ("VARCHAR",) * len(columns), iter(rows))


def _failure(error: duckdb.Error, source: str) -> SqlError | QueryFailedError:
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
