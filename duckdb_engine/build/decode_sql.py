"""SQL that decodes state vectors: JSON values by index into the contract's names, types and SI units.

A row is a list of JSON values, whose texts tell a number from a text. What a row may hold stands in
`flightlake.opensky.fields`; the same rows are readable here, in Python's decoder and in Spark's.
"""

from flightlake.opensky.fields import FEWEST_FIELDS, FIELDS, STORED_FIELDS, Field

_TYPES = {"string": "varchar", "double": "double", "boolean": "boolean", "int": "integer"}

DECODED: tuple[tuple[str, str], ...] = (
    ("raw_number", "integer"),
    ("row_number", "integer"),
    ("snapshot_at_s", "bigint"),
    ("field_count", "integer"),
    ("is_readable", "boolean"),
    *((field.name, _TYPES.get(field.type, "bigint")) for field in STORED_FIELDS),
)
"""Names and types of a decoded row; `raw_number` is the place of its response in the day."""


def decoded_sql(vectors: str) -> str:
    """Return SQL that decodes state vectors.

    Args:
        vectors: SQL of a relation with raw_number, row_number, snapshot_at_s and `s`, a row as JSON[].
    """
    names = ", ".join(name for name, _ in DECODED[:3])
    values = ", ".join(_guarded(field) for field in STORED_FIELDS)
    readable = " and ".join([f"len(t) >= {FEWEST_FIELDS}", *map(_is_null_or_typed, FIELDS)])
    return (
        f"select {names}, field_count, is_readable, {values} from ("
        f"select *, coalesce({readable}, false) as is_readable, len(t)::integer as field_count "
        f"from (select *, s::varchar[] as t from ({vectors})))"
    )


def _guarded(field: Field) -> str:
    """Return a field's value, null where the row cannot be read; such a row keeps its address for the quarantine."""
    readable = "is_readable or starts_with(t[1], '\"')" if field.column == "icao24" else "is_readable"
    return f"case when {readable} then {_value(field)} end as {field.name}"


def _json_text(field: Field) -> str:
    """Return the JSON text of a field; DuckDB counts places from 1."""
    return f"t[{field.index + 1}]"


def _value(field: Field) -> str:
    match field.type:
        case "string":
            return _text(field)
        case "boolean":
            return f"{_json_text(field)} = 'true'"
    return f"try_cast({_json_text(field)} as {_TYPES.get(field.type, 'bigint')})"


def _text(field: Field) -> str:
    text = f"(s[{field.index + 1}]->>'$')"
    match field.blanks:
        case "kept":
            return text
        case "trimmed":
            return f"nullif(trim({text}, ' '), '')"
    return f"case when trim({text}, ' ') <> '' then {text} end"


def _is_null_or_typed(field: Field) -> str:
    return f"({_json_text(field)} is null or {_is_typed(field)})"


def _is_typed(field: Field) -> str:
    """Return whether a field that is not null has its documented JSON type, within the limits of every engine."""
    text = _json_text(field)
    match field.type:
        case "string":
            return f"starts_with({text}, '\"')"
        case "double":
            return f"isfinite(try_cast({text} as double))"
        case "boolean":
            return f"{text} in ('true', 'false')"
        case "array<int>":
            return f"regexp_full_match({text}, '\\[[-0-9,]*\\]')"
    return f"regexp_full_match({text}, '-?[0-9]{{1,{field.digits}}}')"
