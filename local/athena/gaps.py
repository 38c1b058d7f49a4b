"""Where the same words mean something else on DuckDB than on Athena (Trino): rewritten, or refused by name.

Each entry was found by running both meanings side by side. Two differences remain and are harmless in most queries: a
division of decimals keeps more digits here (Trino keeps the operands' scale; divide doubles, as in `1e0 * a / b`), and
`approx_percentile` and `approx_distinct` approximate differently.
"""

import re
from collections.abc import Callable

from sqlglot import exp

from local.athena.errors import SqlError, at_word

_TO_THE_DAY = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})

_REFUSED = {
    "at_timezone": "times are UTC here; only zone 'UTC' is understood",
    "format": "join texts with || and lpad, or format where the result is used",
    "format_datetime": "use date_format",
    "to_base": "use to_hex",
}
"""Functions that DuckDB lacks or knows under another meaning, each with what to write instead."""

MACROS = (
    # Trino's own formula and radius, in kilometres; arguments in degrees.
    """create macro great_circle_distance(latitude1, longitude1, latitude2, longitude2) as 6371.01e0 * atan2(
        sqrt(pow(cos(radians(latitude2)) * sin(radians(longitude2 - longitude1)), 2)
            + pow(cos(radians(latitude1)) * sin(radians(latitude2)) - sin(radians(latitude1))
                * cos(radians(latitude2)) * cos(radians(longitude2 - longitude1)), 2)),
        sin(radians(latitude1)) * sin(radians(latitude2)) + cos(radians(latitude1)) * cos(radians(latitude2))
            * cos(radians(longitude2 - longitude1)))""",
    # Buckets are half open; below the first is 0, from the last bound on bucket_count + 1; bounds may descend.
    """create macro width_bucket(x, bound1, bound2, bucket_count) as case
        when bound1 < bound2 and x < bound1 or bound1 > bound2 and x > bound1 then 0
        when bound1 < bound2 and x >= bound2 or bound1 > bound2 and x <= bound2 then bucket_count + 1
        else cast(floor(bucket_count * (x - bound1)::double / (bound2 - bound1)) as bigint) + 1 end""",
)
"""Functions of Trino that DuckDB is given. Source: Trino 476 documentation, geospatial and mathematical functions."""


def with_athena_meaning(tree: exp.Query, source: str) -> exp.Query:
    """Return the typed tree changed in place, so that what sqlglot writes for DuckDB means what Athena means.

    Raises:
        SqlError: it calls a function that has another meaning here.
    """
    # From the leaves up, so that a rewritten node keeps the rewritten nodes within it.
    for node in reversed(list(tree.bfs())):
        _refuse(node, source)
        for kind, rewritten in _REWRITES:
            if isinstance(node, kind) and (replacement := rewritten(node)) is not node:
                replacement.type = node.type  # a division above it still has to know an integer
                node.replace(replacement)
                break
    return tree


def _refuse(node: exp.Expr, source: str) -> None:
    if isinstance(node, exp.AtTimeZone):
        zone = node.args["zone"]
        if not (isinstance(zone, exp.Literal) and zone.name.upper() == "UTC"):
            raise SqlError(at_word(f"AT TIME ZONE is not run here: {_REFUSED['at_timezone']}", source, "at"))
        return
    name = _function_name(node)
    if name in _REFUSED:
        raise SqlError(at_word(f"{name} runs on Athena and not here: {_REFUSED[name]}", source, name))


def _function_name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    return "format" if isinstance(node, exp.Format) else ""


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
    """A double becomes an integer by rounding halves away from zero (DuckDB: to even); a time's text has 3 decimals."""
    if node.this.is_type("double", "float") and node.is_type(*exp.DataType.INTEGER_TYPES):
        rounded = node.copy()
        rounded.set("this", exp.func("round", node.this.copy()))
        return rounded
    if node.this.is_type("timestamp") and node.is_type(*exp.DataType.TEXT_TYPES):
        form = exp.Literal.string("%Y-%m-%d %H:%M:%S.%g")
        return exp.Anonymous(this="strftime", expressions=[node.this.copy(), form])
    return node


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
)
