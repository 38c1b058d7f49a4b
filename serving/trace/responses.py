"""The raw responses of one snapshot, and the rows of one aircraft in them, each with its text and today's verdict."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flightlake.errors import InvalidResponseError, ObjectNotFoundError
from flightlake.layout import snapshot_at_of, ungzipped
from flightlake.opensky.decoder import DECODED_COLUMNS, decode_row, parse_response
from flightlake.ports import ObjectStore
from flightlake.quality.evaluate import broken_rules

_ICAO24 = DECODED_COLUMNS.index("icao24")
_LAST_CONTACT = DECODED_COLUMNS.index("last_contact_at_s")
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True)
class RowMatch:
    """A row of the aircraft in a response.

    Attributes:
        row_number: position in the response, from 0.
        raw_row: its JSON text as received.
        icao24: the address as it was sent.
        last_contact_s: Unix seconds; None where it cannot be read.
        rejected_by: rejecting rules of today that it breaks.
        warned_by: warning rules of today that it breaks.
    """

    raw_key: str
    row_number: int
    raw_row: str
    icao24: str
    last_contact_s: int | None
    rejected_by: tuple[str, ...]
    warned_by: tuple[str, ...]

    @property
    def place(self) -> tuple[str, int]:
        """Raw key and row number."""
        return self.raw_key, self.row_number

    @property
    def precedence(self) -> tuple[int, str, int]:
        """Smallest of the row that wins among repeats: newest contact, then smallest raw key, then first row."""
        return -(self.last_contact_s or 0), self.raw_key, self.row_number


@dataclass(frozen=True)
class RawResponse:
    """A raw object as far as it can be read.

    Attributes:
        row_count: rows in it; None where it cannot be read.
        is_gone: there is no such object (any more).
        unreadable: why it cannot be read; None where it can.
    """

    key: str
    row_count: int | None
    matches: tuple[RowMatch, ...] = ()
    is_gone: bool = False
    unreadable: str | None = None


def raw_response(store: ObjectStore, key: str, icao24: str) -> RawResponse:
    """Return what a raw object holds of an aircraft, given as six lower-case hex digits."""
    try:
        body = ungzipped(store.get(key))
        response = parse_response(body)
    except ObjectNotFoundError:
        return RawResponse(key, None, is_gone=True, unreadable="the object is gone")
    except InvalidResponseError as error:
        return RawResponse(key, None, unreadable=str(error))
    if response.snapshot_at != snapshot_at_of(key):
        return RawResponse(key, None, unreadable=f"its time is {response.snapshot_at}, which is not that of its name")
    found = [number for number, row in enumerate(response.rows) if _is_of(row, icao24)]
    texts = dict(enumerate(row_texts(body))) if found else {}
    matches = tuple(
        _sighting(key, number, response.rows[number], texts[number], response.snapshot_at) for number in found
    )
    return RawResponse(key, len(response.rows), matches)


def row_texts(body: bytes) -> Iterator[str]:
    """Yield the JSON text of each row of a sound response, as received."""
    text = body.decode("utf-8")
    start = _end_of_space(text, 0) + 1
    rows: list[tuple[int, int]] = []
    while text[start - 1] != "}":
        name, start = _value_end(text, start)
        start = _end_of_space(text, start) + 1
        # Of a name that comes twice the last value counts, as for every reader of JSON here.
        if name == "states":
            rows = list(_elements(text, _end_of_space(text, start)))
        start = _end_of_space(text, _value_end(text, start)[1]) + 1
    return (text[first:last] for first, last in rows)


def _elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield where each element of the array that begins at `start` begins and ends; null has none."""
    if text[start] != "[":
        return
    start = _end_of_space(text, start + 1)
    while text[start] != "]":
        end = _value_end(text, start)[1]
        yield start, end
        start = _end_of_space(text, end)
        start = _end_of_space(text, start + 1) if text[start] == "," else start


def _value_end(text: str, start: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(text, _end_of_space(text, start))


def _end_of_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


_DECODER = json.JSONDecoder(strict=False)


def _is_of(row: Any, icao24: str) -> bool:
    # Also as it should not be sent, such as in capitals: those are the rows that go to quarantine.
    name = decode_row(row)[_ICAO24]
    return name is not None and name.strip().lower() == icao24


def _sighting(key: str, number: int, row: Any, text: str, snapshot_at: datetime) -> RowMatch:
    values, broken = decode_row(row), broken_rules(row, int(snapshot_at.timestamp()))
    rejected = tuple(rule.name for rule in broken if rule.severity == "reject")
    warned = tuple(rule.name for rule in broken if rule.severity == "warn")
    return RowMatch(key, number, text, values[_ICAO24], values[_LAST_CONTACT], rejected, warned)
