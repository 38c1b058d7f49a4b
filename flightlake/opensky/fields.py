"""Fields of a state vector: places, types and limits, from which the decoders of all engines follow.

The contract's columns of `states` say which field goes where (`source_index`). A new field of the source needs one
`Column` at the end of `STATES`: rows that are too short for it have null there, and a row in which it has another JSON
type than its column is unreadable, as with any other field.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flightlake.schema.contract import Column
from flightlake.schema.tables.states import STATES

FEWEST_FIELDS = 17
"""Without `extended=1`. Source: OpenSky REST API, state vectors."""

INSTANT_DIGITS = 12
"""Most digits of an instant in Unix seconds, so that every engine can make a timestamp of it."""

CODE_DIGITS = 9
"""Most digits of position source and category, so that they fit the contract's int."""

LARGEST_DOUBLE = 1.7976931348623157e308

SENSORS_INDEX = 12
"""The only field without a column: serial numbers of the receivers that heard the aircraft."""

FieldType = Literal["string", "boolean", "double", "int", "bigint", "timestamp", "array<int>"]
Blank = Literal["kept", "null", "trimmed"]

_DIGITS: dict[FieldType, int] = {"int": CODE_DIGITS, "bigint": INSTANT_DIGITS, "timestamp": INSTANT_DIGITS}
_COLUMN_TYPES: dict[str, FieldType] = {
    "string": "string",
    "boolean": "boolean",
    "double": "double",
    "int": "int",
    "bigint": "bigint",
    "timestamp": "timestamp",
}
_BLANKS: dict[str, Blank] = {"icao24": "kept", "squawk": "kept", "callsign": "trimmed"}


@dataclass(frozen=True)
class Field:
    """One field of a state vector.

    Attributes:
        index: place in the row, from 0.
        column: the contract's column; empty for the sensors, which are checked and not stored.
        name: decoded name, under which rules see the field: instants are Unix seconds (`position_at_s`).
        type: the column's type, which also says the JSON type: whole numbers for int, bigint and timestamp, numbers for
            double.
        blanks: of a text: kept as received, null where the text is blank, or trimmed and then null where empty. Only
            the space (U+0020) is blank.
    """

    index: int
    column: str
    name: str
    type: FieldType
    blanks: Blank = "kept"

    @property
    def is_optional(self) -> bool:
        """Whether a readable row may end before the field."""
        return self.index >= FEWEST_FIELDS

    @property
    def digits(self) -> int | None:
        """Most digits of a whole number, its sign aside; None for other types."""
        return _DIGITS.get(self.type)

    @property
    def limit(self) -> float | None:
        """The largest absolute value that every engine can hold; None where the field is no number."""
        if self.type == "double":
            return LARGEST_DOUBLE
        return 10**self.digits - 1 if self.digits else None


def decoded_name(column: Column) -> str:
    """Return the name under which rules see the column: instants are Unix seconds until they are written."""
    return f"{column.name}_s" if column.type == "timestamp" else column.name


def fields_of(columns: Iterable[Column]) -> tuple[Field, ...]:
    """Return the fields that columns are decoded from and the sensors, in the order of the row.

    Raises:
        ValueError: a field before the last one has no column, or a column has a type that no field can have.
    """
    by_index = {column.source_index: column for column in columns if column.source_index is not None}
    fields = []
    for index in range(1 + max(by_index)):
        column = by_index.get(index)
        if index == SENSORS_INDEX:
            fields.append(Field(index, "", "", "array<int>"))
        elif column is None or column.type not in _COLUMN_TYPES:
            raise ValueError(f"the contract must name a column of field {index}, as {', '.join(_COLUMN_TYPES)}")
        else:
            kind = _COLUMN_TYPES[column.type]
            blanks = _BLANKS.get(column.name, "null") if kind == "string" else "kept"
            fields.append(Field(index, column.name, decoded_name(column), kind, blanks))
    return tuple(fields)


FIELDS: tuple[Field, ...] = fields_of(STATES.columns)
"""Every field that the contract knows, the sensors too; `FIELDS[index].index == index`."""

STORED_FIELDS: tuple[Field, ...] = tuple(field for field in FIELDS if field.column)
"""The fields that have a column, in the order of the row."""

KNOWN_FIELDS = len(FIELDS)
"""Fields that the contract knows; a row with more of them shows that the source has grown."""


def replace_surrogates(text: str | None) -> str | None:
    """Return text that every engine can store: half a surrogate pair becomes `?`, as Java writes it."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()
