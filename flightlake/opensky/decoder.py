"""Decoder of received bodies in plain Python: JSON to a response, rows to typed values.

The poller decodes every body with it, and verification decodes raw responses with it once more, beside the engines,
which decode by their own means.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import NoneType
from typing import Any

from flightlake.errors import InvalidResponseError
from flightlake.opensky.fields import FEWEST_FIELDS, FIELDS, STORED_FIELDS, Field, FieldType, replace_surrogates
from flightlake.opensky.json_limits import value_of

FIRST_TIME_S = 1356998400
"""2013-01-01 UTC: OpenSky has no earlier data. Source: Schäfer et al., "Bringing up OpenSky", IPSN 2014."""

LAST_TIME_S = 253402300799
"""9999-12-31 23:59:59 UTC, the last second that calendars and engines agree on."""

DECODED_COLUMNS: tuple[str, ...] = ("field_count", "is_readable", *(field.name for field in STORED_FIELDS))
"""What a rule sees of a row, beside `snapshot_at_s`; the order of `decode_row` rows."""

_PYTHON_TYPES: dict[FieldType, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "double": (int, float),
    "int": (int,),
    "bigint": (int,),
    "timestamp": (int,),
    "array<int>": (list,),
}
_LOOKS_LIKE_A_ROW = re.compile(r"[\s\0-\x20\ufeff]*\[")


@dataclass(frozen=True)
class Response:
    """One usable response: when the source made it (Unix seconds, UTC) and its rows as JSON values."""

    time_s: int
    rows: list[Any]

    @property
    def snapshot_at(self) -> datetime:
        """The response's time as a UTC instant."""
        return datetime.fromtimestamp(self.time_s, UTC)


def parse_response(body: bytes) -> Response:
    """Return the response that a body holds; `states` null is an empty sky.

    NaN and unescaped control characters are let through: they spoil their row, which the rules find, not the response.

    Raises:
        InvalidResponseError: no JSON object that every engine reads, no usable `time`, no `states`, or a text among
            them that engines would take for a row.
    """
    document = _json(body)
    if not isinstance(document, dict):
        raise InvalidResponseError(f"the body is a JSON {type(document).__name__}, not an object with time and states")
    time_s = document.get("time")
    if type(time_s) is not int:
        raise InvalidResponseError(f"time: {_shown(time_s)} is no whole number of Unix seconds")
    if not FIRST_TIME_S <= time_s <= LAST_TIME_S:
        raise InvalidResponseError(f"time: {time_s} is before 2013 or after 9999; expected Unix seconds")
    if "states" not in document:
        raise InvalidResponseError("states: missing; an empty sky has states null or []")
    states = document["states"]
    if states is not None and not isinstance(states, list):
        raise InvalidResponseError(f"states: {_shown(states)} is neither null nor an array")
    _check_texts(states or [])
    return Response(time_s, states or [])


def _check_texts(rows: list[Any]) -> None:
    # Engines that keep rows as text could not tell a text that looks like an array from a row.
    for number, row in enumerate(rows):
        if isinstance(row, str) and _LOOKS_LIKE_A_ROW.match(row):
            raise InvalidResponseError(f"states: row {number} is a text that looks like an array: {_shown(row)}")


def _first_text(row: list[Any]) -> str | None:
    return replace_surrogates(row[0]) if row and isinstance(row[0], str) else None


def _limit_check(field: Field) -> str | None:
    """Return the Python expression that checks a field's value; None where its type says all."""
    value = f"row[{field.index}]"
    if field.type == "array<int>":
        return f"({value} is None or all(type(item) is int for item in {value}))"
    if field.limit is None:
        return None
    # Null passes as 0. NaN fails every comparison, and a whole number too large for a double is compared exactly.
    check = f"abs({value} or 0) <= {field.limit!r}"
    return f"(count <= {field.index} or {check})" if field.is_optional else check


def _value(field: Field) -> str:
    """Return the Python expression of a field's decoded value."""
    value = f"row[{field.index}]"
    if field.type == "string":
        value = {
            "kept": f"replace_surrogates({value})",
            "null": f"replace_surrogates({value}) if {value} and {value}.strip(' ') else None",
            "trimmed": f"replace_surrogates({value}.strip(' ') or None) if {value} else None",
        }[field.blanks]
    return f"({value}) if count > {field.index} else None" if field.is_optional else value


def _types_check(fields: tuple[Field, ...]) -> Callable[[tuple[type, ...]], bool]:
    # Compared exactly, as bool is an int.
    allowed = [(NoneType, *_PYTHON_TYPES[field.type]) for field in fields]

    # Real rows have some dozens of type patterns: the loop runs once for each.
    @lru_cache(maxsize=4096)
    def has_documented_types(types: tuple[type, ...]) -> bool:
        return len(types) >= FEWEST_FIELDS and all(kind in kinds for kind, kinds in zip(types, allowed, strict=False))

    return has_documented_types


def _decoder_lines(fields: tuple[Field, ...]) -> Iterator[str]:
    # What lies beyond the contract's fields is of no known type: it stays in raw, and the rules count it.
    checks = [f"has_documented_types(tuple(map(type, row[:{len(fields)}])))"]
    checks += [check for check in map(_limit_check, fields) if check]
    yield "def decode_row(row):"
    yield " if not isinstance(row, list): return (None, False, None, *tail)"
    yield " count = len(row)"
    yield f" if not ({' and '.join(checks)}): return (count, False, first_text(row), *tail)"
    yield f" return (count, True, {', '.join(_value(field) for field in fields if field.column)})"


def row_decoder(fields: tuple[Field, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a decoder of rows with these fields: see `decode_row`, which has those of the contract.

    It is compiled from one term for each field, because loops over the fields of a row take twice as long.
    """
    names: dict[str, Any] = {
        "has_documented_types": _types_check(fields),
        "first_text": _first_text,
        "replace_surrogates": replace_surrogates,
        "tail": (None,) * (sum(bool(field.column) for field in fields) - 1),
    }
    source = "\n".join(_decoder_lines(fields))
    exec(compile(source, "<decode_row>", "exec"), names)  # noqa: S102  made of places and limits of our own
    made: Callable[[Any], tuple[Any, ...]] = names["decode_row"]
    return made


decode_row = row_decoder(FIELDS)
"""Decodes one row, any JSON value, to its values in the order of `DECODED_COLUMNS`.

Absent, blank and unreadable values are None; of an unreadable row only the address stays, where it is text.
"""


def _json(body: bytes) -> Any:
    if not body:
        raise InvalidResponseError("the body is empty")
    if b"\0" in body:
        raise InvalidResponseError(f"the body is no JSON: byte {body.index(0)} is NUL")
    try:
        return value_of(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidResponseError(
            f"the body is no UTF-8 text: byte {error.start} is {body[error.start]:#04x}"
        ) from error
    except json.JSONDecodeError as error:
        raise InvalidResponseError(f"the body is no JSON: {error}; it starts with {_shown(body[:40])}") from error
    except ValueError as error:
        raise InvalidResponseError(f"the body is no JSON that every engine reads: {error}") from error


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
