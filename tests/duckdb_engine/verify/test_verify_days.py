"""The recount finds what a converted lake has lost, gained or changed, and names it."""

import gzip
from collections.abc import Callable
from dataclasses import asdict

import pytest
from support.published import COUNTS, rewritten
from support.vectors import DAY, NOON, body, landed, vector

from duckdb_engine.verify.comparison import DayVerdict
from duckdb_engine.verify.verify_days import Verification
from flightlake.lake import Lake
from flightlake.schema.contract import Table
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE


def verdict_on(lake: Lake) -> DayVerdict:
    verdict = Verification(lake).verify_day(DAY, lambda: None)
    assert verdict is not None
    return verdict


def test_a_sound_day_adds_up(small_lake: Lake) -> None:
    verdict = verdict_on(small_lake)
    assert verdict.differences == ()
    assert asdict(verdict.recounted) == asdict(verdict.published) == COUNTS
    assert verdict.published_checksum == verdict.recounted_checksum
    assert verdict.notes == ()


FAULTS: dict[str, tuple[Table, str, str]] = {
    "a row is lost": (
        STATES,
        "select * from {file} where icao24 <> 'c0ffee'",
        "row is in raw and not published: icao24=c0ffee",
    ),
    "a row is doubled": (
        STATES,
        "select * from {file} union all select * from {file} where icao24 = 'c0ffee'",
        "row is published and not in raw: icao24=c0ffee",
    ),
    "a value is changed": (
        STATES,
        "select * replace (baro_altitude_m + 0.001 as baro_altitude_m) from {file}",
        "baro_altitude_m=10668.001",
    ),
    "an instant is shifted": (
        STATES,
        "select * replace (position_at + interval 1 hour as position_at) from {file}",
        "row is published and not in raw",
    ),
    "another repeat has won": (
        STATES,
        "select * replace (last_contact_at - interval 1 second as last_contact_at) from {file}",
        "row is published and not in raw",
    ),
    "a null was filled in": (STATES, "select * replace (0 as category) from {file}", "category=0"),
    "a rejected row is lost": (STATES_QUARANTINE, "select * from {file} where false", "quarantine, raw/states/"),
    "a reason is lost": (
        STATES_QUARANTINE,
        "select * replace ([]::varchar[] as reasons) from {file}",
        "recounted ('a0f1e2', ('ground_speed_impossible',)",
    ),
    "a rejected row's text is changed": (
        STATES_QUARANTINE,
        "select * replace (replace(raw_row, '2503', '2504') as raw_row) from {file}",
        "2504",
    ),
    "a score is embellished": (
        QUALITY_SCORES,
        "select * replace (case when rule = 'ground_speed_impossible' then 100 else score end as score) from {file}",
        "quality, ground_speed_impossible: published",
    ),
}


@pytest.mark.parametrize(("table", "query", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_in_what_is_published_is_named(small_lake: Lake, table: Table, query: str, words: str) -> None:
    rewritten(small_lake, table, query)
    differences = verdict_on(small_lake).differences
    assert any(words in difference for difference in differences), differences


def replaced(lake: Lake, change: Callable[[bytes], bytes]) -> str:
    key = min(info.key for info in lake.store.list("raw/states/"))
    data = change(lake.store.get(key))
    lake.store.delete([key])
    lake.store.put_if_absent(key, data)
    return key


def test_a_raw_object_that_was_cut_is_named(small_lake: Lake) -> None:
    key = replaced(small_lake, lambda data: data[:30])
    assert any(f"{key}: cannot be read (no sound gzip" in text for text in verdict_on(small_lake).differences)


def test_a_raw_object_that_vanished_is_named(small_lake: Lake) -> None:
    key = min(info.key for info in small_lake.store.list("raw/states/"))
    small_lake.store.delete([key])
    assert any(f"{key}: cannot be read (no object" in text for text in verdict_on(small_lake).differences)


def test_a_raw_object_with_other_rows_is_named(small_lake: Lake) -> None:
    replaced(small_lake, lambda _: gzip.compress(body(vector(icao24="deadbe"))))
    differences = verdict_on(small_lake).differences
    assert any("row is in raw and not published: icao24=deadbe" in text for text in differences)


def test_a_pointer_that_points_elsewhere_is_named(small_lake: Lake) -> None:
    older = Verification(small_lake)._log.records(DAY)[0]
    small_lake.catalog.move_pointer(STATES, DAY, older.folders["states"])
    differences = verdict_on(small_lake).differences
    assert any("states: readers see" in text and "`flightlake convert` repairs it" in text for text in differences)


def test_what_was_landed_since_is_a_note_and_no_fault(small_lake: Lake) -> None:
    landed(small_lake.store, body(vector(at=NOON + 180), time=NOON + 180), time=NOON + 180)
    verdict = verdict_on(small_lake)
    assert verdict.differences == ()
    assert verdict.notes == ("1 responses wait for the next conversion",)
