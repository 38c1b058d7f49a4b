"""Fields that the source has added to its rows since the first 18: the contract alone says how they are decoded.

The first 18 are decoded by hand in `flightlake.opensky.decoder`. A later field needs one `Column` at the end of
`STATES`, with its place as `source_index`: rows that are too short for it have null there, and a row in which it has
another JSON type than its column is unreadable like any other. Both decoders go by this module, the Spark job's too.
"""

from typing import Any

from flightlake.schema.contract import Column
from flightlake.schema.tables.states import STATES

FEWEST_FIELDS = 17
"""Without `extended=1`. Source: OpenSky REST API, state vectors."""

DOCUMENTED_FIELDS = 18
"""With `extended=1`. Source: OpenSky REST API, state vectors."""

INSTANT_DIGITS = 12
"""Most digits of an instant in Unix seconds, so that every engine can make a timestamp of it."""

CODE_DIGITS = 9
"""Most digits of position source and category, so that they fit the contract's int."""

LARGEST_DOUBLE = 1.7976931348623157e308

_WHOLE = (int,)
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "double": (int, float),
    "int": _WHOLE,
    "bigint": _WHOLE,
    "timestamp": _WHOLE,
}
LIMITS: dict[str, float] = {
    "double": LARGEST_DOUBLE,
    "int": 10**CODE_DIGITS - 1,
    "bigint": 10**INSTANT_DIGITS - 1,
    "timestamp": 10**INSTANT_DIGITS - 1,
}


def added_columns() -> tuple[Column, ...]:
    """Return the contract's columns of fields beyond the first 18, in the order of their fields.

    Raises:
        ValueError: a field between them has no column, so that its type could not be told, or one that no field can be.
    """
    by_index = {column.source_index: column for column in STATES.columns if column.source_index is not None}
    added = tuple(by_index[index] for index in sorted(by_index) if index >= DOCUMENTED_FIELDS)
    for index, column in enumerate(added, start=DOCUMENTED_FIELDS):
        if column.source_index != index or column.type not in _JSON_TYPES:
            raise ValueError(f"{column.name}: the contract must name field {index} first, as {', '.join(_JSON_TYPES)}")
    return added


def decoded_name(column: Column) -> str:
    """Return the name under which rules see the column: instants are Unix seconds until they are written."""
    return f"{column.name}_s" if column.type == "timestamp" else column.name


ADDED = added_columns()
ADDED_NAMES = tuple(decoded_name(column) for column in ADDED)
ADDED_TYPES = tuple(_JSON_TYPES[column.type] for column in ADDED)
_NO_VALUES = (None,) * len(ADDED)

KNOWN_FIELDS = DOCUMENTED_FIELDS + len(ADDED)
"""Fields that the contract knows; a row with more of them shows that the source has grown."""


def are_within_limits(row: list[Any]) -> bool:
    """Return whether every engine can hold the added fields of a row, whose JSON types were looked at before."""
    pairs = zip(ADDED, row[DOCUMENTED_FIELDS:], strict=False)
    return all(_is_within(value, LIMITS.get(column.type)) for column, value in pairs)


def added_values(row: list[Any]) -> tuple[Any, ...]:
    """Return the values of the added fields, null where the row ends before them; blank text is null."""
    if len(row) <= DOCUMENTED_FIELDS:
        return _NO_VALUES
    values = row[DOCUMENTED_FIELDS:KNOWN_FIELDS]
    return *(_stored(value) for value in values), *(None,) * (len(ADDED) - len(values))


def replace_surrogates(text: str | None) -> str | None:
    """Return text that every engine can store: half a surrogate pair becomes `?`, as Java writes it."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()


def _is_within(value: Any, limit: float | None) -> bool:
    # NaN fails this comparison too, and a whole number too large for a double compares without overflow.
    return value is None or limit is None or -limit <= value <= limit


def _stored(value: Any) -> Any:
    if isinstance(value, str):
        return replace_surrogates(value) if value.strip(" ") else None
    return value
