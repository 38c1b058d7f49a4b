"""Which days there is work on: landed, outdated, rolled back, and each of them together."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from support.commits import record

from flightlake.commits.record import CommitRecord
from flightlake.lake import Lake
from flightlake.ports import ObjectInfo
from flightlake.publishing.pending import PendingDays, find_pending, is_due
from flightlake.publishing.raw_day import RawDay
from flightlake.quality.rules import fingerprint

MAY_1, MAY_2, MAY_3 = date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)


def raw(day: date, *keys: str) -> RawDay:
    return RawDay(day, tuple(ObjectInfo(key, 1, datetime(2026, 5, 9, tzinfo=UTC)) for key in keys), ())


@pytest.fixture
def old(folder_lake: Lake) -> CommitRecord:
    """A commit built from object "a" under other rules."""
    return replace(record(folder_lake, "c1", 1), raw_keys=("a",))


@pytest.fixture
def new(old: CommitRecord) -> CommitRecord:
    return replace(old, sequence=2, commit="c2", rule_fingerprint=fingerprint())


@pytest.fixture
def back(old: CommitRecord) -> CommitRecord:
    """A rollback from commit c2 to c1."""
    return replace(old, sequence=3, kind="rollback")


def test_days_are_parted_by_what_there_is_to_do(old: CommitRecord, new: CommitRecord, back: CommitRecord) -> None:
    landed_since = raw(MAY_1, "a", "b"), [old]
    under_other_rules = raw(MAY_2, "a"), [new, old]
    rolled_back = raw(MAY_3, "a"), [old, new, back]
    done = raw(MAY_3 + timedelta(1), "a"), [old, new]
    never_built = raw(MAY_3 + timedelta(2), "a"), list[CommitRecord]()
    found = find_pending([landed_since, under_other_rules, rolled_back, done, never_built], has_rules=True)
    assert found == PendingDays(pending=(MAY_1, date(2026, 5, 5)), outdated=(MAY_2,), pinned=(MAY_3,))


def test_the_poll_ledger_follows_no_rules(old: CommitRecord) -> None:
    assert find_pending([(raw(MAY_1, "a"), [old])], has_rules=False) == PendingDays()


def test_by_default_only_what_was_landed_is_due() -> None:
    assert PendingDays(pending=(MAY_3,), outdated=(MAY_1, MAY_2)).due(None) == [MAY_3]


def test_since_adds_the_outdated_days_from_then_on_and_takes_no_pending_one_away() -> None:
    survey = PendingDays(pending=(MAY_1,), outdated=(MAY_1 - timedelta(1), MAY_2, MAY_3))
    assert survey.due(MAY_2) == [MAY_1, MAY_2, MAY_3]
    assert survey.due(MAY_3) == [MAY_1, MAY_3]


def test_a_day_that_was_rolled_back_is_not_due_whatever_since_says(old: CommitRecord, back: CommitRecord) -> None:
    assert PendingDays(pinned=(MAY_3,)).due(MAY_1) == []
    assert not is_due(raw(MAY_3, "a"), [old, back], MAY_1)
    assert is_due(raw(MAY_3, "a", "b"), [old, back], None), "what lands after a rollback makes the day pending, as ever"


def test_a_day_is_due_once(old: CommitRecord, new: CommitRecord) -> None:
    assert is_due(raw(MAY_2, "a"), [old], MAY_2)
    assert not is_due(raw(MAY_2, "a"), [old], MAY_3)
    assert not is_due(raw(MAY_2, "a"), [old], None)
    assert not is_due(raw(MAY_2, "a"), [old, new], MAY_2)
