"""Parsing of times and aircraft addresses that people write, and formatting of times in sentences."""

import re
from datetime import UTC, date, datetime, timedelta

from flightlake.errors import UsageError
from flightlake.opensky.decoder import FIRST_TIME_S

_ADDRESS = re.compile(r"[0-9a-f]{6}")
_TIME_OF_DAY = re.compile(r"[T ]\d")


def parsed_address(text: str) -> str:
    """Return a 24-bit address as `states` holds it: six lower-case hex digits.

    Raises:
        UsageError: the text is not an address.
    """
    address = text.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise UsageError(f"ICAO24 {text!r}: not an address; expected six hex digits, such as 3c6444")
    return address


def parsed_instant(text: str) -> datetime:
    """Return an instant written in ISO 8601; one without an offset is UTC.

    Raises:
        UsageError: the text is not a time, or is before the first data.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"TIME {text!r}: no instant; {_EXPECTED}") from error
    if not _TIME_OF_DAY.search(text):
        raise UsageError(f"TIME {text!r}: a day without a time of day; {_EXPECTED}")
    try:
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        too_late = at > datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
    except OverflowError:
        too_late = True
    if too_late or at.timestamp() < FIRST_TIME_S:
        raise UsageError(f"TIME {text!r}: OpenSky has data from 2013 on; {_EXPECTED}")
    return at


_EXPECTED = "expected ISO 8601 in UTC, such as 2026-05-08T12:00:00Z"


def days_between(first: datetime, last: datetime) -> list[date]:
    """Return the UTC days from one instant to the other."""
    return [first.date() + timedelta(days=number) for number in range((last.date() - first.date()).days + 1)]


def shown(at: datetime) -> str:
    """Return an instant (UTC) as sentences show it, to the second.

    >>> shown(datetime(2026, 5, 8, 12, tzinfo=UTC))
    '2026-05-08 12:00:00 UTC'
    """
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(length: timedelta) -> str:
    """Return a length of time as sentences show it.

    >>> span(timedelta(seconds=-42)), span(timedelta(minutes=15)), span(timedelta(seconds=150))
    ('42 s', '15 min', '2 min 30 s')
    """
    minutes, seconds = divmod(round(abs(length.total_seconds())), 60)
    return " ".join([*([f"{minutes} min"] if minutes else []), *([f"{seconds} s"] if seconds or not minutes else [])])
