"""Addresses and instants as people write them."""

from datetime import UTC, datetime

import pytest

from flightlake.errors import UsageError
from serving.trace.times import parsed_address, parsed_instant


@pytest.mark.parametrize("text", ["3c6444", "3C6444", " 3c6444 "])
def test_an_address_may_be_written_in_capitals(text: str) -> None:
    assert parsed_address(text) == "3c6444"


@pytest.mark.parametrize("text", ["", "3c644", "3c64444", "DLH9LF", "3c644'", "٣c6444"])
def test_what_is_no_address_is_named_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="not an address; expected six hex digits, such as 3c6444"):
        parsed_address(text)


@pytest.mark.parametrize(
    "text", ["2026-05-08T12:00:00Z", "2026-05-08 12:00", "20260508T120000Z", "2026-05-08T14:00+02:00", "2026-05-08T12Z"]
)
def test_an_instant_is_utc_unless_it_says_otherwise(text: str) -> None:
    assert parsed_instant(text) == datetime(2026, 5, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("noon", "no instant; expected ISO 8601 in UTC, such as 2026-05-08T12:00:00Z"),
        ("", "no instant"),
        ("2026-02-30T12:00", "no instant"),
        ("1778241600", "no instant"),
        ("2026-05-08", "a day without a time of day"),
        ("1999-05-08T12:00Z", "OpenSky has data from 2013 on"),
        ("0001-01-01T00:00+14:00", "OpenSky has data from 2013 on"),
        ("9999-12-31T23:59:59-14:00", "OpenSky has data from 2013 on"),
    ],
)
def test_what_is_no_instant_is_named_with_an_example(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parsed_instant(text)
