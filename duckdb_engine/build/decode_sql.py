"""SQL that decodes state vectors: JSON values by index into the contract's names, types and SI units.

A row is a list of JSON values, whose texts tell a number from a text. What a row may hold stands in
`flightlake.opensky.fields`; the same rows are readable here, in Python's decoder and in Spark's.
"""

from flightlake.opensky.fields import CODE_DIGITS, FEWEST_FIELDS, INSTANT_DIGITS, decoded_name
from flightlake.schema.contract import Column
from flightlake.schema.tables.states import STATES

_SENSORS_PLACE = 13
"""Places are counted from 1, as DuckDB does."""

FIELDS: tuple[Column, ...] = tuple(column for column in STATES.columns if column.source_index is not None)
"""Columns that come from a row's fields."""

_TYPES = {"string": "varchar", "double": "double", "boolean": "boolean", "int": "integer"}

DECODED: tuple[tuple[str, str], ...] = (
    ("raw_number", "integer"),
    ("row_number", "integer"),
    ("snapshot_at_s", "bigint"),
    ("field_count", "integer"),
    ("is_readable", "boolean"),
    *((decoded_name(column), _TYPES.get(column.type, "bigint")) for column in FIELDS),
)
"""Names and types of a decoded row; `raw_number` is the place of its response in the day."""


def decoded_sql(vectors: str) -> str:
    """Return SQL that decodes state vectors.

    Args:
        vectors: SQL of a relation with raw_number, row_number, snapshot_at_s and `s`, a row as JSON[].
    """
    names = ", ".join(name for name, _ in DECODED[:3])
    values = ", ".join(_guarded(column) for column in FIELDS)
    return (
        f"select {names}, field_count, is_readable, {values} from ("
        f"select *, coalesce(len(t) >= {FEWEST_FIELDS} and {_is_readable()}, false) as is_readable, "
        f"len(t)::integer as field_count from (select *, s::varchar[] as t from ({vectors})))"
    )


def _guarded(column: Column) -> str:
    """Return a column's value, null where the row cannot be read; such a row keeps its address for the quarantine."""
    readable = "is_readable or starts_with(t[1], '\"')" if column.name == "icao24" else "is_readable"
    return f"case when {readable} then {_value(column)} end as {decoded_name(column)}"


def _place(column: Column) -> int:
    return (column.source_index or 0) + 1


def _value(column: Column) -> str:
    place = _place(column)
    match column.type:
        case "string":
            return _text(column.name, f"(s[{place}]->>'$')")
        case "double":
            return f"try_cast(t[{place}] as double)"
        case "boolean":
            return f"t[{place}] = 'true'"
        case "int":
            return f"try_cast(t[{place}] as integer)"
    return f"try_cast(t[{place}] as bigint)"


def _text(name: str, text: str) -> str:
    match name:
        case "icao24" | "squawk":
            return text
        case "callsign":
            return f"nullif(trim({text}, ' '), '')"
    return f"case when trim({text}, ' ') <> '' then {text} end"


def _is_readable() -> str:
    checks = [f"(t[{_place(column)}] is null or {_has_type(column)})" for column in FIELDS]
    sensors = f"t[{_SENSORS_PLACE}]"
    return " and ".join([*checks, f"({sensors} is null or regexp_full_match({sensors}, '\\[[-0-9,]*\\]'))"])


def _has_type(column: Column) -> str:
    text = f"t[{_place(column)}]"
    match column.type:
        case "string":
            return f"starts_with({text}, '\"')"
        case "double":
            return f"isfinite(try_cast({text} as double))"
        case "boolean":
            return f"{text} in ('true', 'false')"
    digits = CODE_DIGITS if column.type == "int" else INSTANT_DIGITS
    return f"regexp_full_match({text}, '-?[0-9]{{1,{digits}}}')"
