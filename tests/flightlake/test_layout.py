"""Keys by hand: where an object lies is a promise to everything that was written before."""

import gzip
import hashlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightlake import layout
from flightlake.storage.keys import is_key

AT = datetime(2026, 5, 8, 7, 4, 9, tzinfo=UTC)
BODY = b'{"time":1778223849,"states":null}'
DIGEST = hashlib.sha256(BODY).hexdigest()[:8]
INSTANTS = st.datetimes(min_value=datetime(2013, 1, 1), max_value=datetime(2099, 12, 31), timezones=st.timezones())  # noqa: DTZ001 - Hypothesis adds the zones


def test_a_response_lies_under_its_hour_named_by_time_and_content() -> None:
    expected = f"raw/states/year=2026/month=05/day=08/hour=07/flight_data_20260508_070409_{DIGEST}.json.gz"
    assert layout.raw_states_key(AT, BODY) == expected


def test_the_hour_is_that_of_utc_whatever_the_zone() -> None:
    in_auckland = datetime(2026, 5, 9, 0, 30, tzinfo=timezone(timedelta(hours=12)))
    assert layout.raw_states_key(in_auckland, BODY).startswith(
        "raw/states/year=2026/month=05/day=08/hour=12/flight_data_20260508_123000_"
    )


def test_another_body_at_the_same_time_is_another_object() -> None:
    assert layout.raw_states_key(AT, BODY) != layout.raw_states_key(AT, BODY + b" ")


def test_a_digest_is_the_start_of_the_sha_256() -> None:
    assert layout.content_digest(b"abc") == "ba7816bf"  # FIPS 180-4, the example "abc"


def test_gzip_is_reproducible_and_reversible() -> None:
    packed = layout.gzipped(BODY)
    assert packed == layout.gzipped(BODY)
    assert packed[4:8] == b"\0\0\0\0", "no time in the header"
    assert gzip.decompress(packed) == BODY


@given(INSTANTS, st.binary(max_size=20))
def test_a_raw_key_carries_its_time_lies_under_its_day_and_is_a_key(at: datetime, body: bytes) -> None:
    key = layout.raw_states_key(at, body)
    assert layout.snapshot_at_of(key) == at.astimezone(UTC).replace(microsecond=0)
    assert key.startswith(layout.raw_states_day_prefix(at.astimezone(UTC).date()))
    assert is_key(key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "flight_data_20260508_070409_0a1b2c3d.json.gz",
        "raw/states/year=2026/month=05/day=08/hour=07/",
        "raw/states/year=2026/month=05/day=08/hour=07/flight_data_20260508_070409_0a1b2c3d.json",
        "raw/states/year=2026/month=05/day=08/hour=07/flight_data_20260508_070409_0A1B2C3D.json.gz",
        "raw/states/year=2026/month=05/day=08/hour=07/flight_data_20260508_070409_0a1b2c3d.json.gz.tmp",
        "raw/states/year=2026/month=02/day=30/hour=07/flight_data_20260230_070409_0a1b2c3d.json.gz",
        "raw/refused/year=2026/month=05/day=08/refused_20260508_070409_0a1b2c3d.gz",
    ],
)
def test_what_is_no_landed_response_carries_no_time(key: str) -> None:
    assert layout.snapshot_at_of(key) is None


def test_a_refused_body_lies_under_the_day_of_its_receipt() -> None:
    assert layout.refused_key(AT, BODY) == f"raw/refused/year=2026/month=05/day=08/refused_20260508_070409_{DIGEST}.gz"


def test_a_refused_key_carries_the_time_of_its_receipt() -> None:
    key = layout.refused_key(AT, BODY)
    assert layout.received_at_of(key) == AT.astimezone(UTC).replace(microsecond=0)
    assert layout.received_at_of(layout.raw_states_key(AT, BODY)) is None
    assert layout.received_at_of(key.replace("/refused_2", "/refused_9").replace("0508_", "1399_")) is None


def test_a_poll_has_one_record_per_due_time_and_source() -> None:
    at = AT.replace(microsecond=30_900)
    source = "https://opensky-network.org"
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    key = layout.poll_key(at, source)
    assert key == f"raw/polls/year=2026/month=05/day=08/poll_20260508_070409_030_{digest}.json"
    assert key.startswith(layout.polls_day_prefix(date(2026, 5, 8)))
    assert layout.poll_key(at, "http://127.0.0.1:8080") != key
    assert layout.poll_key(at.replace(microsecond=31_000), source) != key


def test_a_ledger_key_carries_the_day_on_which_its_poll_was_due() -> None:
    assert layout.poll_date_of(layout.poll_key(AT, "simulator")) == date(2026, 5, 8)
    assert layout.poll_date_of(layout.raw_states_key(AT, BODY)) is None
    impossible = layout.poll_key(AT, "simulator").replace("20260508", "20260230")
    assert layout.poll_date_of(impossible) is None


def test_a_commit_has_a_folder_of_its_own_under_its_day() -> None:
    prefix = layout.commit_prefix("states", "snapshot_date", date(2026, 5, 8), "20260508T070409Z-0a1b")
    assert prefix == "curated/states/snapshot_date=2026-05-08/commit=20260508T070409Z-0a1b/"
    assert prefix.startswith(layout.table_prefix("states"))


def test_records_sort_as_their_numbers_do() -> None:
    day = date(2026, 5, 8)
    assert layout.record_key("states", day, 7) == "commits/states/2026-05-08/00000007.json"
    keys = [layout.record_key("states", day, sequence) for sequence in (1, 2, 9, 10, 99, 100, 12_345)]
    assert keys == sorted(keys)
    assert all(key.startswith(layout.log_prefix("states", day)) for key in keys)


def test_a_table_s_prefix_does_not_cover_another_table() -> None:
    assert not layout.table_prefix("states_quarantine").startswith(layout.table_prefix("states"))


def test_an_archive_lies_beside_the_responses_and_not_under_them() -> None:
    day, data = date(2026, 5, 8), b"a part"
    digest = hashlib.sha256(data).hexdigest()[:16]
    part = f"raw/archive/states/parts/year=2026/month=05/day=08/part_{digest}.json.gz"
    index = "raw/archive/states/index/year=2026/month=05/day=08/00000012.jsonl.gz"
    assert layout.archive_part_key(day, data) == part
    assert layout.archive_index_key(day, 12) == index
    assert layout.archive_part_day(part) == day
    assert layout.archive_index_of(index) == (day, 12)
    assert layout.archive_part_day(index) is None
    assert layout.archive_index_of(part) is None
    assert not part.startswith(layout.RAW_STATES_PREFIX)
    assert not index.startswith(layout.RAW_STATES_PREFIX)


@pytest.mark.parametrize("day", ["month=02/day=30", "month=13/day=01", "month=00/day=10"])
def test_an_archive_of_a_day_that_no_calendar_has_is_none(day: str) -> None:
    assert layout.archive_part_day(f"raw/archive/states/parts/year=2026/{day}/part_0123456789abcdef.json.gz") is None
    assert layout.archive_index_of(f"raw/archive/states/index/year=2026/{day}/00000001.jsonl.gz") is None
    assert layout.states_day_of(f"raw/states/year=2026/{day}/hour=01/x.json.gz") is None


@pytest.mark.parametrize(
    ("listed", "indexes"),
    [
        ("raw/states/", ""),
        ("raw/states/year=2026/", "year=2026/"),
        ("raw/states/year=2026/month=05/day=08/", "year=2026/month=05/day=08/"),
        ("raw/states/year=2026/month=05/day=08/hour=07/", "year=2026/month=05/day=08/"),
    ],
)
def test_a_listing_asks_the_indexes_that_can_name_what_it_lists(listed: str, indexes: str) -> None:
    assert layout.archive_index_prefix(listed) == f"raw/archive/states/index/{indexes}"


def test_the_day_of_a_folder_is_known_whatever_lies_in_it() -> None:
    folder = "raw/states/year=2026/month=05/day=08/"
    for inside in ("", "hour=07/", "hour=07/notes.txt"):
        assert layout.states_day_of(f"{folder}{inside}") == date(2026, 5, 8)
    for outside in ("raw/states/", "raw/states/year=2026/month=05/", "raw/polls/year=2026/month=05/day=08/", ""):
        assert layout.states_day_of(outside) is None
