"""Raw responses of a snapshot, and the rows of an aircraft in them with their texts and the rules that they break."""

from dataclasses import dataclass
from typing import Any

from flightlake.errors import InvalidResponseError, ObjectNotFoundError
from flightlake.layout import snapshot_at_of, ungzipped
from flightlake.opensky.decoder import DECODED_COLUMNS, decode_row, parse_response
from flightlake.opensky.row_texts import row_texts
from flightlake.ports import ObjectStore
from flightlake.quality.evaluate import broken_rules

_ICAO24 = DECODED_COLUMNS.index("icao24")
_LAST_CONTACT = DECODED_COLUMNS.index("last_contact_at_s")


@dataclass(frozen=True)
class Row:
    """One row of the aircraft, from a response or from what is published.

    Attributes:
        raw_key, row_number: response and position in it, from 0; None where neither is known any more.
        icao24: the address as it was sent.
        raw_row: its JSON text as received; None where it is not known any more.
        last_contact_s: Unix seconds; None where it cannot be read.
        rejected_by, warned_by: rules of today that it breaks; None where the row cannot be checked any more.
        quarantined_for: rules for which the visible commit holds it in quarantine.
    """

    raw_key: str | None
    row_number: int | None
    icao24: str
    raw_row: str | None = None
    last_contact_s: int | None = None
    rejected_by: tuple[str, ...] | None = None
    warned_by: tuple[str, ...] = ()
    quarantined_for: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Response and row number in words."""
        return "a row whose response is gone" if self.raw_key is None else f"row {self.row_number} of {self.raw_key}"

    @property
    def precedence(self) -> tuple[int, str, int]:
        """Sort key of repeats, the winner first: newest contact, then smallest raw key, then first row."""
        return -(self.last_contact_s or 0), self.raw_key or "", self.row_number or 0


@dataclass(frozen=True)
class RawResponse:
    """Raw object with its rows of the aircraft.

    Attributes:
        row_count: rows of all aircraft; None where it cannot be read.
        unreadable: why it cannot be read; None where it can.
        is_gone: there is no such object (any more).
    """

    key: str
    row_count: int | None
    rows: tuple[Row, ...] = ()
    unreadable: str | None = None
    is_gone: bool = False


def raw_response(store: ObjectStore, key: str, icao24: str) -> RawResponse:
    """Return a raw object with the rows of an aircraft, given as six lower-case hex digits."""
    try:
        body = ungzipped(store.get(key))
        response = parse_response(body)
    except ObjectNotFoundError:
        return RawResponse(key, None, unreadable="the object is gone", is_gone=True)
    except InvalidResponseError as error:
        return RawResponse(key, None, unreadable=str(error))
    if response.snapshot_at != snapshot_at_of(key):
        return RawResponse(key, None, unreadable=f"its time is {response.snapshot_at}, which is not that of its name")
    found = [number for number, row in enumerate(response.rows) if _is_of(row, icao24)]
    texts = row_texts(body) if found else []
    rows = tuple(_row(key, number, response.rows[number], texts[number], response.time_s) for number in found)
    return RawResponse(key, len(response.rows), rows)


def _is_of(row: Any, icao24: str) -> bool:
    # Also as it should not be sent, such as in capitals: those are the rows that go to quarantine.
    name = decode_row(row)[_ICAO24]
    return name is not None and name.strip().lower() == icao24


def _row(key: str, number: int, row: Any, text: str, time_s: int) -> Row:
    values, broken = decode_row(row), broken_rules(row, time_s)
    rejected = tuple(rule.name for rule in broken if rule.severity == "reject")
    warned = tuple(rule.name for rule in broken if rule.severity == "warn")
    return Row(key, number, values[_ICAO24], text, values[_LAST_CONTACT], rejected, warned)
