"""The tables and views that a query names, with their columns; views with everything below them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from duckdb_engine.sql.errors import SqlError, at_word, did_you_mean
from duckdb_engine.sql.statements import parsed, statements_of
from duckdb_engine.sql.translation import Columns, contract_columns, qualified, result_columns, tables_read
from flightlake.errors import FlightLakeError
from flightlake.schema.contract import Table
from flightlake.schema.sql_files import SqlFile, sql_files
from flightlake.schema.tables.registry import TABLES


@dataclass
class Relations:
    """Tables and views that a query reads.

    Attributes:
        tables: the lake's tables, also those below views.
        views: the qualified queries of views, in an order in which each comes after what it reads.
        columns: the columns of each of them.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    views: dict[str, exp.Query] = field(default_factory=dict)
    columns: dict[str, Columns] = field(default_factory=dict)


def named_relations(names: Iterable[str], source: str) -> Relations:
    """Return the tables and views of these names, and those that the views read.

    Raises:
        SqlError: there is no table or view of a name.
    """
    relations = Relations()
    for name in names:
        _add(relations, name, source)
    return relations


def _add(relations: Relations, name: str, source: str) -> None:
    if name in relations.columns:
        return
    tables, views = {table.name: table for table in TABLES}, sql_files("views")
    if name in tables:
        relations.tables[name] = tables[name]
        relations.columns[name] = contract_columns(tables[name].all_columns)
    elif name in views:
        text = _query_of(views[name])
        tree = parsed(statements_of(text)[0])
        for below in tables_read(tree, text):
            _add(relations, below, text)
        relations.views[name] = qualified(tree, relations.columns, text)
        relations.columns[name] = result_columns(relations.views[name])
    else:
        known = [*tables, *views]
        message = f"no table or view {name}{did_you_mean(name, known)} (there are {', '.join(known)})"
        raise SqlError(at_word(message, source, name))


def _query_of(view: SqlFile) -> str:
    """Return the view's query, at its place in the file."""
    found = re.search(rf"create or replace view {view.name} as\s", view.text)
    if found is None:
        raise FlightLakeError(f"sql/views/{view.name}.sql does not begin with `create or replace view {view.name} as`")
    return re.sub(r"[^\n]", " ", view.text[: found.end()]) + view.text[found.end() :]
