"""Query results of a lake for Python users: rows, pandas, Arrow and polars, behind `flightlake.Lake.query`."""

import weakref
from collections.abc import Callable, Mapping
from datetime import date
from importlib.util import find_spec
from typing import Any

import duckdb

from duckdb_engine.duckdb_session import failure
from duckdb_engine.engine import Engine
from duckdb_engine.quoting import quoted_name, quoted_text
from flightlake.errors import UsageError
from flightlake.lake import Lake


class LakeResult:
    """Result of one query; its files are fixed, so each form that is asked for holds the same rows.

    Attributes:
        columns: column names in order.
        types: DuckDB types of the columns.
    """

    def __init__(self, engine: Engine, relation: duckdb.DuckDBPyRelation, source: str) -> None:
        """Take over the engine: it is closed when the result is no longer used.

        Args:
            engine: reads the lake for this result alone.
            relation: DuckDB's translated query.
            source: the text that the user wrote, for errors to show.
        """
        self.columns = tuple(relation.columns)
        self.types = tuple(map(str, relation.types))
        self._relation = relation
        self._source = source
        weakref.finalize(self, engine.close)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as Python values; timestamps are UTC without a zone."""
        return self.fetchall()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows as Python values.

        Raises:
            QueryFailedError: the query failed on the data.
        """
        rows: list[tuple[Any, ...]] = self._fetched(self._relation.fetchall)
        return rows

    def df(self) -> Any:
        """Return a pandas DataFrame.

        Raises:
            UsageError: pandas is not installed.
        """
        return self._converted(self._relation.df, "df", "pandas")

    def arrow(self) -> Any:
        """Return a pyarrow Table.

        Raises:
            UsageError: pyarrow is not installed.
        """
        return self._converted(self._relation.to_arrow_table, "arrow", "pyarrow")

    def pl(self) -> Any:
        """Return a polars DataFrame.

        Raises:
            UsageError: polars or pyarrow is not installed.
        """
        return self._converted(self._relation.pl, "pl", "polars", "pyarrow")

    def _converted(self, convert: Callable[[], Any], method: str, *libraries: str) -> Any:
        missing = [library for library in libraries if find_spec(library) is None]
        if missing:
            raise UsageError(f"{method}() needs {' and '.join(missing)}: pip install {' '.join(missing)}")
        return self._fetched(convert)

    def _fetched(self, fetch: Callable[[], Any]) -> Any:
        try:
            return fetch()
        except duckdb.Error as exc:
            raise failure(exc, self._source) from exc


def query_lake(lake: Lake, name_or_sql: str, parameters: Mapping[str, object]) -> LakeResult:
    """Return the result of a query; the engine behind `flightlake.Lake.query`.

    Raises:
        SqlError: the name is unknown, the statement is not valid, or a parameter does not fit.
        StorageError: the lake's files are not those that its catalog names.
    """
    engine = Engine(lake)
    try:
        statement, file = engine.statement(name_or_sql)
        if statement.looks_at_names:
            metadata = engine.run(statement)
            sql, cursor = _values(metadata.columns, list(metadata.rows)), engine.connection
        else:
            cursor, sql = engine.prepare(statement, {name: str(value) for name, value in parameters.items()}, file)
        try:
            return LakeResult(engine, cursor.sql(sql), statement.source)
        except duckdb.Error as exc:
            raise failure(exc, statement.source) from exc
    except BaseException:
        engine.close()
        raise


def _values(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Return the rows of a metadata statement as SQL."""
    names = ", ".join(map(quoted_name, columns))
    if not rows:
        return f"select {', '.join(f'null as {quoted_name(name)}' for name in columns)} where false"
    listed = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    return f"select * from (values {listed}) as metadata({names})"


def _literal(value: object) -> str:
    if value is None:
        return "null"
    return f"date '{value}'" if isinstance(value, date) else quoted_text(str(value))
