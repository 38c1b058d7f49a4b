"""SQL engine of one machine: Athena's SQL over the lake's visible files, on DuckDB.

A query reads each table as the catalog shows it at the query's start, only the tables and days that it needs, and
nothing outside the lake. It cannot change anything.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from duckdb_engine.duckdb_session import RowStream, executed, opened_connection
from duckdb_engine.lake_tables import LakeTables
from duckdb_engine.metadata_statements import answer_metadata
from duckdb_engine.object_cache import default_cache_root
from duckdb_engine.plans import Plans
from duckdb_engine.scans import Scanned, scanned
from duckdb_engine.sql.errors import SqlError
from duckdb_engine.sql.files import named_file
from duckdb_engine.sql.parameters import Value, values_of
from duckdb_engine.sql.query_plan import Reads
from duckdb_engine.sql.statement import Statement
from flightlake.errors import FlightLakeError
from flightlake.lake import Lake
from flightlake.schema.contract import Table
from flightlake.schema.sql_files import SqlFile, sql_files
from flightlake.schema.tables.registry import table_named

__all__ = ["Engine", "QueryResult", "RowStream"]

_NAME = re.compile(r"\w+")


@dataclass(frozen=True)
class QueryResult:
    """Result of a query: names and DuckDB types of its columns, and its rows. Timestamps are UTC without a zone."""

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
        plans: of statements; made anew for each engine where it is None.

    Attributes:
        connection: DuckDB in UTC; `attach` makes tables and views readable through it.
    """

    def __init__(
        self, lake: Lake, *, cache_root: Path | None = None, pinned: bool = False, plans: Plans | None = None
    ) -> None:
        self._lake = lake
        self._plans = plans or Plans()
        self._tables = LakeTables(lake, cache_root or default_cache_root())
        self._pinned: dict[str, dict[date, str]] | None = {} if pinned else None
        self._only: frozenset[date] | None = None
        self._spill = tempfile.TemporaryDirectory(prefix="flightlake-")
        self.connection = opened_connection(self._tables.folders, self._spill.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back memory and temporary files."""
        self.connection.close()
        self._spill.cleanup()

    def query(self, name_or_sql: str, parameters: Mapping[str, str] | None = None) -> QueryResult:
        """Return the answer to a named query (or check), or to one statement.

        Raises:
            SqlError: the name is unknown, the statement cannot be meant, or a parameter does not fit.
            QueryFailedError: the statement failed on the data.
            StorageError: the lake's files are not what its catalog says.
        """
        statement, file = self.statement(name_or_sql)
        stream = self.run(statement, parameters, file=file)
        return QueryResult(stream.columns, stream.types, list(stream.rows))

    def statement(self, name_or_sql: str) -> tuple[Statement, SqlFile | None]:
        """Return one statement by the name of its file, or from its text; with a name also the file.

        Raises:
            SqlError: the name is unknown, or the text holds no statement, several, or one that writes.
        """
        file = named_file(name_or_sql) if _NAME.fullmatch(name_or_sql) else None
        statements = self._plans.statements(file.text if file else name_or_sql)
        if len(statements) > 1:
            raise SqlError(f"{len(statements)} statements where one is expected: put them into a file and name it")
        return statements[0], file

    def run(
        self, statement: Statement, parameters: Mapping[str, str] | None = None, *, file: SqlFile | None = None
    ) -> RowStream:
        """Return the answer to a statement with its rows read on demand; see `query`.

        Args:
            statement: the statement.
            parameters: values as text, by name.
            file: the file that declares the parameters; None for a statement of the user's own.
        """
        if statement.looks_at_names:
            columns, rows = answer_metadata(statement, self.partitions)
            return RowStream(columns, ("VARCHAR",) * len(columns), iter(rows))
        cursor, sql = self.prepare(statement, parameters or {}, file)
        return executed(cursor, sql, statement.source)

    def scanned(
        self, statement: Statement, parameters: Mapping[str, str] | None = None, *, file: SqlFile | None = None
    ) -> Scanned:
        """Return the columns, files and bytes that a statement reads, by DuckDB's count; runs it. See `run`."""
        return scanned(*self.prepare(statement, parameters or {}, file), statement.source)

    def attach(self, *names: str) -> None:
        """Make tables and views, with every day that the catalog shows now, readable through `connection`.

        Raises:
            SqlError: there is no such table or view.
            StorageError: a visible folder has no files.
        """
        reads = self._plans.reads(names)
        days = {name: self.partitions(table_named(name)) for name in reads.tables}
        self._attach(self.connection, reads, days, kind="view")

    def partitions(self, table: Table) -> dict[date, str]:
        """Return the visible folder of each day of a table."""
        if self._pinned is None:
            folders = self._lake.catalog.partitions(table)
        else:
            if table.name not in self._pinned:
                self._pinned[table.name] = self._lake.catalog.partitions(table)
            folders = self._pinned[table.name]
        return folders if self._only is None else {day: folders[day] for day in folders if day in self._only}

    def limited_to(self, days: Iterable[date]) -> Self:
        """Return the same engine with only these days of each table; closing this one closes both."""
        limited = copy(self)
        limited._only = frozenset(days)  # noqa: SLF001 - of this class
        return limited

    def run_checks(self) -> list[tuple[str, QueryResult]]:
        """Return every check under `sql/checks` with the rows that it finds wrong: none where all is well."""
        return [(name, self.query(name)) for name in sql_files("checks")]

    def prepare(
        self, statement: Statement, parameters: Mapping[str, str], file: SqlFile | None
    ) -> tuple[duckdb.DuckDBPyConnection, str]:
        """Return a statement that asks for rows as DuckDB's SQL, and a cursor on which its tables are readable.

        Raises:
            SqlError: the statement is not valid, or a parameter does not fit.
            StorageError: a visible folder has no files.
        """
        days_of = cache(self.partitions)  # the catalog is asked once about each table
        values: Mapping[str, Value] = parameters
        if file is not None:
            reads = file.reads[0]
            values = values_of(file.parameters, parameters, lambda text: _default_value(text, reads, days_of))
        plan = self._plans.plan(statement, values, declared=file is not None)
        # A cursor of its own: its views are of this query's days and go with it.
        cursor = self.connection.cursor()
        self._attach(cursor, plan.reads, _days_needed(cursor, plan.reads, days_of), kind="temp view")
        return cursor, plan.sql

    def _attach(
        self,
        connection: duckdb.DuckDBPyConnection,
        reads: Reads,
        days: Mapping[str, Mapping[date, str]],
        *,
        kind: str,
    ) -> None:
        for name, wanted in reads.tables.items():
            relation = self._tables.relation(connection, table_named(name), days[name], wanted)
            connection.execute(f"create or replace {kind} {name} as {relation}")
        for name, view in reads.views.items():
            connection.execute(f"create or replace {kind} {name} as {view}")


def _days_needed(
    cursor: duckdb.DuckDBPyConnection, reads: Reads, days_of: Callable[[Table], dict[date, str]]
) -> dict[str, dict[date, str]]:
    """Return of each table the visible folders of the days that the query can need."""
    needed = {name: days_of(table_named(name)) for name in reads.tables}
    for name, wanted in reads.tables.items():
        if wanted is not None and (days := needed[name]):
            listed = ", ".join(f"date '{day}'" for day in days)
            day_column = table_named(name).partition_columns[0].name
            # A condition that fails here fails in the query too, where it can be shown at its place.
            with suppress(duckdb.Error):
                kept = cursor.execute(f"with partitions as (select unnest([{listed}]) as {day_column}) {wanted}")
                needed[name] = {day: days[day] for (day,) in kept.fetchall()}
    return needed


def _default_value(text: str, reads: str, days_of: Callable[[Table], dict[date, str]]) -> Value | None:
    """Return the value of a described default, such as "the newest day"; None where the text is the value."""
    if text == "now":
        return datetime.now(UTC).replace(tzinfo=None)
    if text not in {"the newest day", "the oldest day"}:
        return None
    days = days_of(_base_table(reads))
    if not days:
        raise FlightLakeError(f"{reads} has no day yet, so there is no {text.removeprefix('the ')}: convert first")
    return max(days) if text == "the newest day" else min(days)


def _base_table(name: str) -> Table:
    """Return the table of this name, or the first one below the view of this name."""
    views = sql_files("views")
    while name in views:
        name = views[name].reads[0]
    return table_named(name)
