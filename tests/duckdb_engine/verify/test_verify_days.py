"""Verification without Spark finds what a converted lake has lost, gained or changed, and names it."""

from dataclasses import asdict

import pytest
from support.published import COUNTS
from support.vectors import DAY, NOON, body, landed, vector
from support.verified import FAULTS, OTHER_ROWS, VANISHED, Fault

from duckdb_engine.verify.verify_days import Verification
from flightlake.errors import StorageError
from flightlake.lake import Lake
from flightlake.publishing.verification import DayVerification


def verified(lake: Lake) -> DayVerification:
    found = Verification(lake).verify_day(DAY, lambda: None)
    assert found is not None
    return found


def test_a_sound_day_adds_up(small_lake: Lake) -> None:
    found = verified(small_lake)
    assert found.differences == ()
    assert asdict(found.recomputed) == asdict(found.published) == COUNTS
    assert found.checksums
    assert found.checksums[0] == found.checksums[1]
    assert found.notes == ()


def assert_named(lake: Lake, fault: Fault) -> None:
    fault.plant(lake)
    differences = verified(lake).differences
    for words in fault.named:
        assert any(words in difference for difference in differences), differences


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in (VANISHED, OTHER_ROWS)])
def test_a_fault_is_named(small_lake: Lake, name: str) -> None:
    assert_named(small_lake, FAULTS[name])


def test_a_raw_object_that_vanished_is_named(small_lake: Lake) -> None:
    assert_named(small_lake, FAULTS[VANISHED])


def test_a_raw_object_with_other_rows_is_named(small_lake: Lake) -> None:
    assert_named(small_lake, FAULTS[OTHER_ROWS])


def test_what_was_landed_since_is_a_note_and_no_fault(small_lake: Lake) -> None:
    landed(small_lake.store, body(vector(at=NOON + 180), time=NOON + 180), time=NOON + 180)
    found = verified(small_lake)
    assert found.differences == ()
    assert found.notes == ("1 responses wait for the next conversion",)


def test_each_raw_object_is_counted_as_progress(small_lake: Lake) -> None:
    seen = []
    verification = Verification(small_lake)
    verification.verify_day(DAY, lambda: seen.append(1))
    assert len(seen) == verification.object_count(verification.days([DAY])) == 3


def test_a_day_that_was_never_published_is_named(small_lake: Lake) -> None:
    with pytest.raises(StorageError, match="never published: 2020-01-01"):
        Verification(small_lake).days([DAY.replace(year=2020, month=1, day=1)])
