"""Verification without Spark finds what a converted lake has lost, gained or changed, and names it."""

import multiprocessing
import os
import signal
from dataclasses import asdict
from unittest.mock import patch

import pytest
from support.published import COUNTS
from support.vectors import DAY, NOON, body, landed, vector
from support.verified import FAULTS, OTHER_ROWS, VANISHED, Fault

from duckdb_engine.verify import recompute_processes
from duckdb_engine.verify.recompute_processes import recomputed_objects
from duckdb_engine.verify.verify_days import Verification
from flightlake.errors import FlightLakeError, StorageError
from flightlake.lake import Lake
from flightlake.publishing.registry import STATES_LOG
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


@pytest.fixture
def _in_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recompute_processes, "LEAST_OBJECTS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


@pytest.mark.usefixtures("_in_processes")
def test_processes_find_what_one_process_finds(small_lake: Lake) -> None:
    head = STATES_LOG.commit_log(small_lake.store, small_lake.catalog).head(DAY)
    assert head is not None
    gone, damaged = (f"{head.raw_keys[0]}.{word}" for word in ("gone", "damaged"))
    small_lake.store.put_if_absent(damaged, b"no gzip")
    keys = [*head.raw_keys, gone, damaged]
    with patch.object(recompute_processes, "LEAST_OBJECTS", 1_000):
        alone = dict(recomputed_objects(small_lake.store, keys, DAY))
    assert alone[gone] is None
    assert isinstance(alone[damaged], str)

    assert dict(recomputed_objects(small_lake.store, keys, DAY)) == alone
    with patch.object(recompute_processes, "_LARGE_BYTES", 0):
        assert dict(recomputed_objects(small_lake.store, keys, DAY)) == alone


@pytest.mark.usefixtures("_in_processes")
def test_a_killed_process_ends_the_verification_in_words_and_leaves_none_behind(small_lake: Lake) -> None:
    before = set(multiprocessing.active_children())
    head = STATES_LOG.commit_log(small_lake.store, small_lake.catalog).head(DAY)
    assert head is not None
    found = recomputed_objects(small_lake.store, list(head.raw_keys) * 30, DAY)
    next(found)
    processes = set(multiprocessing.active_children()) - before
    for process in processes:
        os.kill(process.pid or 0, signal.SIGINT)  # as Ctrl-C does, which the parent alone answers
    next(found)
    for process in processes:
        process.kill()
        process.join()
    with pytest.raises(FlightLakeError, match="was killed, perhaps for want of memory"):
        list(found)
    assert set(multiprocessing.active_children()) == before


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
