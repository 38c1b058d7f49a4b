"""The one door through which a received body enters: JSON to a response, rows to typed values, in plain Python.

The poller uses it on each body, and the recount uses it against the Spark job, which decodes by other means.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import NoneType
from typing import Any

from flightlake.errors import InvalidResponseError
from flightlake.opensky.fields import (
    ADDED_NAMES,
    ADDED_TYPES,
    CODE_DIGITS,
    DOCUMENTED_FIELDS,
    FEWEST_FIELDS,
    INSTANT_DIGITS,
    KNOWN_FIELDS,
    LARGEST_DOUBLE,
    added_values,
    are_within_limits,
    replace_surrogates,
)
from flightlake.opensky.json_limits import value_of

FIRST_TIME_S = 1356998400
"""2013-01-01 UTC: OpenSky has no earlier data. Source: Schäfer et al., "Bringing up OpenSky", IPSN 2014."""

LAST_TIME_S = 253402300799
"""9999-12-31 23:59:59 UTC, the last second that calendars and engines agree on."""

_TEXT, _WHOLE, _NUMBER, _FLAG = (str,), (int,), (int, float), (bool,)
_FIELD_TYPES: tuple[tuple[type, ...], ...] = (
    *(_TEXT, _TEXT, _TEXT, _WHOLE, _WHOLE, _NUMBER, _NUMBER, _NUMBER, _FLAG, _NUMBER, _NUMBER, _NUMBER),
    *((list,), _NUMBER, _TEXT, _FLAG, _WHOLE, _WHOLE),
    *ADDED_TYPES,
)
_LATEST = 10**INSTANT_DIGITS - 1
_LARGEST_CODE = 10**CODE_DIGITS - 1

DECODED_COLUMNS: tuple[str, ...] = (
    *("field_count", "is_readable", "icao24", "callsign", "origin_country", "position_at_s", "last_contact_at_s"),
    *("longitude_deg", "latitude_deg", "baro_altitude_m", "on_ground", "ground_speed_mps", "true_track_deg"),
    *("vertical_rate_mps", "geo_altitude_m", "squawk", "is_special_purpose", "position_source", "category"),
    *ADDED_NAMES,
)
"""What a rule sees of a row, beside `snapshot_at_s`; the order of `decode_row` rows."""

_LOOKS_LIKE_A_ROW = re.compile(r"[\s\0-\x20\ufeff]*\[")
_UNREADABLE_TAIL = (None,) * (len(DECODED_COLUMNS) - 3)


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


def decode_row(row: Any) -> tuple[Any, ...]:
    """Return a row's values in the order of `DECODED_COLUMNS`; absent, blank and unreadable are None."""
    if not isinstance(row, list):
        return (None, False, None, *_UNREADABLE_TAIL)
    if not _is_readable(row):
        return (len(row), False, _first_text(row), *_UNREADABLE_TAIL)
    callsign, country = row[1], row[2]
    # Field by field: to unpack slices of the row here takes twice as long.
    values = (
        len(row),
        True,
        replace_surrogates(row[0]),
        replace_surrogates(callsign.strip(" ") or None) if callsign else None,
        replace_surrogates(country) if country and country.strip(" ") else None,
        row[3],
        row[4],
        row[5],
        row[6],
        row[7],
        row[8],
        row[9],
        row[10],
        row[11],
        row[13],
        replace_surrogates(row[14]),
        row[15],
        row[16],
        row[17] if len(row) >= DOCUMENTED_FIELDS else None,
    )
    return values + added_values(row)


def _check_texts(rows: list[Any]) -> None:
    # Engines that keep rows as text could not tell a text that looks like an array from a row.
    for number, row in enumerate(rows):
        if isinstance(row, str) and _LOOKS_LIKE_A_ROW.match(row):
            raise InvalidResponseError(f"states: row {number} is a text that looks like an array: {_shown(row)}")


def _is_readable(row: list[Any]) -> bool:
    # What lies beyond the contract's fields is of no known type: it stays in raw, and the rules count it.
    if not _has_documented_types(tuple(map(type, row[:KNOWN_FIELDS]))):
        return False
    sensors = row[12]
    # Null passes as 0. NaN fails every comparison, and a whole number too large for a double is compared exactly.
    # A loop over the same numbers takes twice as long.
    return (
        abs(row[3] or 0) <= _LATEST
        and abs(row[4] or 0) <= _LATEST
        and abs(row[5] or 0) <= LARGEST_DOUBLE
        and abs(row[6] or 0) <= LARGEST_DOUBLE
        and abs(row[7] or 0) <= LARGEST_DOUBLE
        and abs(row[9] or 0) <= LARGEST_DOUBLE
        and abs(row[10] or 0) <= LARGEST_DOUBLE
        and abs(row[11] or 0) <= LARGEST_DOUBLE
        and abs(row[13] or 0) <= LARGEST_DOUBLE
        and abs(row[16] or 0) <= _LARGEST_CODE
        and (sensors is None or all(type(sensor) is int for sensor in sensors))
        and (len(row) < DOCUMENTED_FIELDS or abs(row[17] or 0) <= _LARGEST_CODE)
        and (len(row) <= DOCUMENTED_FIELDS or are_within_limits(row))
    )


@lru_cache(maxsize=4096)
def _has_documented_types(types: tuple[type, ...]) -> bool:
    # Real rows have some dozens of type patterns: the loop runs once for each. Compared exactly, as bool is an int.
    if len(types) < FEWEST_FIELDS:
        return False
    return all(kind is NoneType or kind in allowed for kind, allowed in zip(types, _FIELD_TYPES, strict=False))


def _first_text(row: list[Any]) -> str | None:
    return replace_surrogates(row[0]) if row and isinstance(row[0], str) else None


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
