"""Where the same words mean something else on DuckDB than on Athena (Trino): rewritten, or refused by name.

Each entry was found by running both side by side, which `tests/reliability/test_athena_sql.py` does again. Some
differences remain and are harmless in most queries: a division of decimals keeps more digits here (Trino keeps the
operands' scale; divide doubles, as in `1e0 * a / b`); `approx_percentile` and `approx_distinct` approximate
differently; NaN equals itself here, and no table holds one; a literal timestamp's text always has three decimals here.
"""

import re
from collections.abc import Callable

from sqlglot import exp

from duckdb_engine.sql.unsupported import refuse

_TO_THE_DAY = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})


def with_athena_meaning(tree: exp.Query, source: str) -> exp.Query:
    """Return the typed tree changed in place, so that what sqlglot writes for DuckDB means what Athena means.

    Raises:
        SqlError: it calls a function that has another meaning here.
    """
    # From the leaves up, so that a rewritten node keeps the rewritten nodes within it.
    for node in reversed(list(tree.bfs())):
        refuse(node, source)
        for kind, rewritten in _REWRITES:
            if isinstance(node, kind) and (replacement := rewritten(node)) is not node:
                replacement.type = node.type  # a division above it still has to know an integer
                node.replace(replacement)
                break
    return tree


def _whole_units_between(node: exp.Expr) -> exp.Expr:
    """DuckDB's date_diff counts the boundaries crossed, Trino's the whole units that have passed: date_sub."""
    unit = exp.Literal.string(node.text("unit").lower())
    return exp.Anonymous(this="date_sub", expressions=[unit, node.expression.copy(), node.this.copy()])


def _null_without_match(node: exp.Expr) -> exp.Expr:
    """DuckDB answers '' where nothing matches, Trino null."""
    matches = exp.RegexpLike(this=node.this.copy(), expression=node.expression.copy())
    return exp.Case(ifs=[exp.If(this=matches, true=node.copy())])


def _zero_without_match(node: exp.Expr) -> exp.Expr:
    """DuckDB counts null where the condition is null in every row, Trino 0."""
    return exp.Count(this=exp.Case(ifs=[exp.If(this=node.this.copy(), true=exp.Literal.number(1))]), big_int=True)


def _value_beside_the_extreme(node: exp.Expr) -> exp.Expr:
    """DuckDB's arg_max looks for the extreme among rows whose value is known, Trino's max_by among all rows."""
    if node.args.get("count") is not None:
        return node
    name = "arg_max_null" if isinstance(node, exp.ArgMax) else "arg_min_null"
    return exp.Anonymous(this=name, expressions=[node.this.copy(), node.expression.copy()])


def _null_beyond_the_last_part(node: exp.Expr) -> exp.Expr:
    """DuckDB's split_part answers '' beyond the last part, Trino's null."""
    parts = exp.Split(this=node.this.copy(), expression=node.args["delimiter"].copy())
    beyond = exp.GT(this=node.args["part_index"].copy(), expression=exp.ArraySize(this=parts))
    return exp.Case(ifs=[exp.If(this=beyond, true=exp.null())], default=node.copy())


def _groups_by_backslash(node: exp.Expr) -> exp.Expr:
    r"""A replacement names a group as $1 on Trino and as \1 on DuckDB."""
    replacement = node.args.get("replacement")
    if not isinstance(replacement, exp.Literal):
        return node
    changed = node.copy()
    changed.set("replacement", exp.Literal.string(re.sub(r"\$(\d)", r"\\\1", replacement.name)))
    return changed


def _date_stays_date(node: exp.Expr) -> exp.Expr:
    """A date moved by days, or cut to a month, is a timestamp on DuckDB and stays a date on Trino."""
    if not node.this.is_type(exp.DataType.Type.DATE) or node.text("unit").upper() not in _TO_THE_DAY:
        return node
    return exp.cast(node.copy(), exp.DataType.Type.DATE)


def _date_plus_interval(node: exp.Expr) -> exp.Expr:
    day, interval = node.this, node.expression
    if isinstance(day, exp.Interval):
        day, interval = interval, day
    if not isinstance(interval, exp.Interval) or not day.is_type(exp.DataType.Type.DATE):
        return node
    return exp.cast(node.copy(), exp.DataType.Type.DATE)


def _cast_as_trino_does(node: exp.Expr) -> exp.Expr:
    """A double becomes an integer by rounding halves away from zero (DuckDB: to even), a text only where it is one.

    A time's text has 3 decimals.
    """
    if node.is_type(*exp.DataType.INTEGER_TYPES):
        changed = node.copy()
        if node.this.is_type("double", "float"):
            changed.set("this", exp.func("round", node.this.copy()))
            return changed
        if node.this.is_type(*exp.DataType.TEXT_TYPES):
            macro = "trino_integer_text_or_null" if isinstance(node, exp.TryCast) else "trino_integer_text"
            changed.set("this", _call(macro, node.this))
            return changed
    if node.this.is_type("timestamp") and node.is_type(*exp.DataType.TEXT_TYPES):
        return _call("strftime", node.this, exp.Literal.string("%Y-%m-%d %H:%M:%S.%g"))
    return node


def _monday_first(node: exp.Expr) -> exp.Expr:
    """A week's days are 1 to 7 from Monday on Trino, 0 to 6 from Sunday on DuckDB."""
    if node.name.upper() not in {"DOW", "DAY_OF_WEEK"}:
        return node
    return exp.DayOfWeekIso(this=node.expression.copy())


def _nothing_before_the_first_letter(node: exp.Expr) -> exp.Expr:
    """A text's part from 0 on is empty on Trino; DuckDB counts a place before the first letter."""
    start = node.args["start"]
    if start.is_number and start.to_py() != 0:
        return node
    nowhere = exp.If(this=exp.EQ(this=start.copy(), expression=exp.Literal.number(0)), true=exp.Literal.string(""))
    return exp.Case(ifs=[nowhere], default=node.copy())


def _backwards(node: exp.Expr) -> exp.Expr:
    """DuckDB's reverse takes an array for its text."""
    return _call("list_reverse", node.this) if node.this.is_type(exp.DataType.Type.ARRAY) else node


def _sign_of_its_type(node: exp.Expr) -> exp.Expr:
    """A double's sign is a double on Trino."""
    return exp.cast(node.copy(), exp.DataType.Type.DOUBLE) if node.this.is_type("double", "float") else node


def _by_macro(name: str, *arguments: str) -> Callable[[exp.Expr], exp.Expr]:
    """Return a rewriting into a call of the macro, with the node's arguments of these names."""
    return lambda node: _call(name, *(node.args[argument] for argument in arguments))


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _within_the_second(node: exp.Expr) -> exp.Expr:
    """DuckDB's millisecond includes the seconds."""
    if node.name.lower() != "millisecond":
        return node
    return exp.Paren(this=exp.Mod(this=node.copy(), expression=exp.Literal.number(1000)))


_REWRITES: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], Callable[..., exp.Expr]], ...] = (
    (exp.DateDiff, _whole_units_between),
    (exp.RegexpExtract, _null_without_match),
    (exp.CountIf, _zero_without_match),
    ((exp.ArgMax, exp.ArgMin), _value_beside_the_extreme),
    (exp.SplitPart, _null_beyond_the_last_part),
    (exp.RegexpReplace, _groups_by_backslash),
    ((exp.DateAdd, exp.DateSub, exp.TimestampTrunc, exp.DateTrunc), _date_stays_date),
    ((exp.Add, exp.Sub), _date_plus_interval),
    ((exp.Cast, exp.TryCast), _cast_as_trino_does),
    (exp.AtTimeZone, lambda node: node.this.copy()),
    (exp.Anonymous, _within_the_second),
    (exp.Extract, _monday_first),
    (exp.Substring, _nothing_before_the_first_letter),
    (exp.Reverse, _backwards),
    (exp.Sign, _sign_of_its_type),
    (exp.ArrayDistinct, _by_macro("trino_array_distinct", "this")),
    (exp.ArrayMin, _by_macro("trino_array_min", "this")),
    (exp.ArrayMax, _by_macro("trino_array_max", "this")),
    (exp.ArrayPosition, _by_macro("trino_array_position", "this", "expression")),
    (exp.ArraySlice, _by_macro("trino_slice", "this", "start", "end")),  # sqlglot takes the length for an end
)
