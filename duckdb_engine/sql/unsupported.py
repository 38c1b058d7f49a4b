"""Expressions of Athena that would mean something else on DuckDB: refused by name, with a replacement."""

from sqlglot import exp

from duckdb_engine.sql.errors import SqlError, at_word

_DATE = exp.DataType.Type.DATE

_FUNCTIONS = {
    "at_timezone": "times are UTC here; only zone 'UTC' is understood",
    "format": "join texts with || and lpad, or format where the result is used",
    "format_datetime": "use date_format",
    "reduce": "use array_join, array_max, array_min or unnest",
    "skewness": "DuckDB corrects it for the sample's size",
    "to_base": "use to_hex",
    "typeof": "DuckDB names types differently",
}
"""Functions that DuckDB lacks or knows under another meaning, each with what to write instead."""


def refuse(node: exp.Expr, source: str) -> None:
    """Return where the typed node means the same on both.

    Raises:
        SqlError: it does not.
    """
    if isinstance(node, exp.AtTimeZone):
        zone = node.args["zone"]
        if not (isinstance(zone, exp.Literal) and zone.name.upper() == "UTC"):
            raise SqlError(at_word(f"AT TIME ZONE is not run here: {_FUNCTIONS['at_timezone']}", source, "at"))
        return
    name = _name(node)
    if name in _FUNCTIONS:
        raise SqlError(at_word(f"{name} runs on Athena and not here: {_FUNCTIONS[name]}", source, name))
    if isinstance(node, exp.Split) and node.args.get("limit") is not None:
        raise SqlError(at_word("split with a limit runs on Athena and not here: use split_part", source, "split"))
    if isinstance(node, exp.Sub) and node.this.is_type(_DATE) and node.expression.is_type(_DATE):
        message = "a date minus a date is no number on Athena: write date_diff('day', earlier, later)"
        raise SqlError(at_word(message, source, "-"))
    if isinstance(node, exp.Cast) and _is_floating(node.this) and node.is_type(*exp.DataType.TEXT_TYPES):
        message = "a double's text is 1.5E0 on Athena: cast it to a decimal first, as in cast(x as decimal(18, 3))"
        raise SqlError(at_word(message, source, "cast"))


def _is_floating(node: exp.Expr) -> bool:
    return node.is_type("double", "float")


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    return node.sql_name().lower() if isinstance(node, exp.Format | exp.Reduce | exp.Skewness | exp.Typeof) else ""
