"""One aircraft, one file: the bounds of the files' ranges of addresses, which a few of the day's responses tell."""

from datetime import UTC, datetime

import pytest
from support.uneven_day import AMERICA, EUROPE, responses_of
from support.vectors import DAY, NOON, body, landed, vector

from flightlake.lake import Lake
from flightlake.layout import raw_states_key
from flightlake.publishing.file_ranges import range_bounds
from flightlake.publishing.raw_day import RawDay, list_raw_day
from flightlake.publishing.registry import STATES_LOG

FILES = 4


def raw_day(lake: Lake) -> RawDay:
    return list_raw_day(lake.store, STATES_LOG, DAY)


def test_files_get_equal_shares_of_rows_that_lie_unevenly(folder_lake: Lake) -> None:
    responses_of(folder_lake, EUROPE + AMERICA, 7)
    firsts = range_bounds(folder_lake.store, raw_day(folder_lake), FILES)
    assert firsts == sorted(firsts)
    shares = [sum(first <= icao24 for icao24 in EUROPE + AMERICA) for first in firsts]
    assert shares == pytest.approx([300, 200, 100], abs=5), "as a day's rows lie, not as addresses do"


def test_the_responses_that_hold_most_rows_decide(folder_lake: Lake) -> None:
    responses_of(folder_lake, EUROPE, 3)
    for at in range(NOON + 3_600, NOON + 3_640):
        landed(folder_lake.store, body(vector(icao24="a00001", at=at), time=at), time=at)
    assert all(first < "a" for first in range_bounds(folder_lake.store, raw_day(folder_lake), FILES))


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b"no JSON", id="no JSON"),
        pytest.param(body(None, [], [None], ["'; drop"], [["a"]], "[]"), id="odd rows"),
        pytest.param(body(), id="an empty sky"),
    ],
)
def test_a_day_that_tells_nothing_is_one_file(folder_lake: Lake, odd: bytes) -> None:
    landed(folder_lake.store, odd)
    folder_lake.store.put_if_absent(raw_states_key(datetime(2026, 5, 8, 13, tzinfo=UTC), b"other"), b"no gzip")
    assert range_bounds(folder_lake.store, raw_day(folder_lake), FILES) == []


def test_a_giant_response_is_not_read_by_the_driver(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    responses_of(folder_lake, EUROPE, 1)
    monkeypatch.setattr("flightlake.publishing.file_ranges._LARGEST_BYTES", raw_day(folder_lake).size_bytes - 1)
    assert range_bounds(folder_lake.store, raw_day(folder_lake), FILES) == []
