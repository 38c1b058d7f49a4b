"""Answers to `show` and `describe`, from the contract and the catalog."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from duckdb_engine.sql.errors import SqlError, at_word, did_you_mean
from duckdb_engine.sql.statement import Statement
from flightlake.schema.contract import Table, comment
from flightlake.schema.sql_files import sql_files
from flightlake.schema.tables.registry import TABLES

Answer = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Column names and rows."""

_FORMS = "SHOW TABLES, SHOW VIEWS, SHOW COLUMNS FROM a table, SHOW PARTITIONS of a table, DESCRIBE a table"


def answer_metadata(statement: Statement, partitions: Callable[[Table], dict[date, str]]) -> Answer:
    """Return the answer to a `show` or `describe` statement.

    Raises:
        SqlError: it is of no known form, or names an unknown table.
    """
    words = re.sub(r"\s+", " ", statement.text).strip().lower()
    if words == "show tables":
        return ("name", "grain"), [(table.name, table.grain) for table in TABLES] + _views()
    if words == "show views":
        return ("name", "grain"), _views()
    if found := re.fullmatch(r"(?:describe|desc|show columns (?:from|in)) (?:\w+\.)?(\w+)", words):
        return _columns(_table(found[1], statement.source))
    if found := re.fullmatch(r"show partitions (?:\w+\.)?(\w+)", words):
        table = _table(found[1], statement.source)
        return (table.partition_columns[0].name, "folder"), sorted(partitions(table).items())
    raise SqlError(f"{words!r} is not understood; there are {_FORMS}")


def _views() -> list[tuple[Any, ...]]:
    return [(view.name, view.grain) for view in sql_files("views").values()]


def _columns(table: Table) -> Answer:
    return ("name", "type", "meaning"), [(column.name, column.type, comment(column)) for column in table.all_columns]


def _table(name: str, source: str) -> Table:
    tables = {table.name: table for table in TABLES}
    if name not in tables:
        raise SqlError(at_word(f"no table {name}{did_you_mean(name, tables)}", source, name))
    return tables[name]
