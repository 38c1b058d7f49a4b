"""Parameters in the syntax tree of a statement: which there are, and their values as typed literals."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlglot import exp

from duckdb_engine.sql.parameters import Value
from flightlake.schema.sql_files import Parameter


def undeclared(tree: exp.Expr) -> list[Parameter]:
    """Return the parameters of a statement without header: texts, which the engine casts to what they meet."""
    names = dict.fromkeys(placeholder.name for placeholder in tree.find_all(exp.Placeholder))
    return [Parameter(name, "string", "of the statement") for name in names]


def bind(tree: exp.Query, values: Mapping[str, Value]) -> None:
    """Replace every `:name` in the tree by its value, as a literal of its type; a text cannot become SQL."""
    for placeholder in list(tree.find_all(exp.Placeholder)):
        placeholder.replace(_literal(values[placeholder.name]))


def _literal(value: Value) -> exp.Expr:
    match value:
        case datetime():
            return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), exp.DataType.Type.TIMESTAMP)
        case date():
            return exp.cast(exp.Literal.string(value.isoformat()), exp.DataType.Type.DATE)
        case float():
            return exp.cast(exp.Literal.number(repr(value)), exp.DataType.Type.DOUBLE)
        case int():
            return exp.Literal.number(value)
    return exp.Literal.string(value)
