"""From an Athena query to DuckDB's SQL, with every name resolved against the tables' columns and every type known."""

import re
from collections.abc import Iterable, Mapping

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from duckdb_engine.sql.dialect_rewrites import with_athena_meaning
from duckdb_engine.sql.errors import SqlError, at_place, at_word, did_you_mean
from duckdb_engine.sql.statements import DIALECT
from flightlake.schema.contract import Column

Columns = dict[str, exp.DataType]
"""The columns of a table or a view: name to type, in order."""


def contract_columns(columns: Iterable[Column]) -> Columns:
    """Return columns of the contract with their types as the translation knows them."""
    return {column.name: exp.DataType.build(column.type, dialect="hive") for column in columns}


def tables_read(tree: exp.Query, source: str) -> list[str]:
    """Return the tables and views that the query reads, each once, in the order in which they appear.

    Database names are dropped: a lake has one database, whatever its name on AWS.

    Raises:
        SqlError: it reads from a table function, which could be a file.
    """
    names: dict[str, None] = {}
    for scope in traverse_scope(tree):
        for table in scope.sources.values():
            if not isinstance(table, exp.Table):
                continue
            if not isinstance(table.this, exp.Identifier):
                source_of_rows = table.this
                known = isinstance(source_of_rows, exp.Func) and not isinstance(source_of_rows, exp.Anonymous)
                name = source_of_rows.sql_name().lower() if known else source_of_rows.name
                raise SqlError(at_word(f"{name} is no table: a query reads the lake's tables and views", source, name))
            table.set("db", None)
            table.set("catalog", None)
            names[table.name.lower()] = None
    return list(names)


def qualified(tree: exp.Query, tables: Mapping[str, Columns], source: str) -> exp.Query:
    """Return the query with every column's table and every expression's type known.

    Raises:
        SqlError: a column is in none of the tables, or in several.
    """
    # Untyped mappings are how sqlglot declares its schemas.
    schema = MappingSchema({name: dict(columns) for name, columns in tables.items()}, dialect=DIALECT)
    try:
        named = qualify(_with_athena_names(tree), schema=schema, dialect=DIALECT, expand_alias_refs=False)
    except OptimizeError as exc:
        raise SqlError(_unresolved(str(exc), tables, source)) from exc
    typed = annotate_types(named, schema=schema, dialect=DIALECT)
    assert isinstance(typed, exp.Query)  # noqa: S101 - qualifying a query gives a query; tells the type checker so
    return typed


def result_columns(tree: exp.Query) -> Columns:
    """Return the columns that a qualified query answers with."""
    return {column.alias_or_name: column.type or exp.DataType.build("unknown") for column in tree.selects}


def duckdb_sql(tree: exp.Query, source: str) -> str:
    """Return a qualified query in DuckDB's words.

    Raises:
        SqlError: it calls a function that has another meaning here.
    """
    return with_athena_meaning(tree, source).sql(dialect="duckdb")


def _with_athena_names(tree: exp.Query) -> exp.Query:
    """Name unnamed results as Athena does: _col0, _col1."""
    select = tree
    while isinstance(select, exp.SetOperation | exp.Subquery):
        select = select.this
    if isinstance(select, exp.Select):
        for position, result in enumerate(select.expressions):
            if not isinstance(result, exp.Alias | exp.Column | exp.Star | exp.Dot):
                result.replace(exp.alias_(result.copy(), f"_col{position}"))
    return tree


def _unresolved(message: str, tables: Mapping[str, Columns], source: str) -> str:
    found = re.search(r"Column '?\"?(?:\w+\.)?(\w+)\"?'? could not be resolved(?:.*?Line: (\d+), Col: (\d+))?", message)
    found = found or re.search(r"Unknown column: (\w+)()()", message)
    if found is None:
        return message.splitlines()[0]
    column, line, end = found[1], found[2], found[3]
    text = _why_unresolved(column, tables)
    if line and end:
        return at_place(text, source, line=int(line), column=int(end) - len(column) + 1)
    return at_word(text, source, column)


def _why_unresolved(column: str, tables: Mapping[str, Columns]) -> str:
    owners = [name for name, columns in tables.items() if column.lower() in columns]
    if len(owners) > 1:
        return f"column {column} stands in {' and '.join(owners)}; write which, as in {owners[0]}.{column}"
    if owners:
        return f"column {column} of {owners[0]} cannot be reached from here"
    known = [name for columns in tables.values() for name in columns]
    where = f" in {', '.join(tables)}" if tables else ": the statement reads no table"
    return f"no column {column}{where}{did_you_mean(column.lower(), known)}"
