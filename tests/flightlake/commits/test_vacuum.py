"""What vacuum takes and what it leaves, in a folder and in a bucket."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.commits import START, log_of, published, visible_commits, written
from support.vectors import DAY

from flightlake.commits.vacuum import LONGEST_BUILD, Vacuum
from flightlake.errors import StorageError
from flightlake.lake import Lake
from flightlake.schema.tables.registry import CURATED_TABLES

LATER = datetime.now(UTC) + timedelta(days=30)
"""Files are stamped by the clock of this machine, so a folder is old only as seen from the future."""


def cleaning(lake: Lake, *, now: datetime = LATER, days: float = 7) -> Vacuum:
    return Vacuum(log_of(lake), lake.store, lake.catalog, now, timedelta(days=days))


def would_go(lake: Lake, *, now: datetime = LATER, days: float = 7) -> set[str]:
    old = cleaning(lake, now=now, days=days).old_folders()
    return {folder.folder.split("commit=")[1].strip("/") for folder in old}


def test_only_commits_that_nobody_sees_go(lake: Lake) -> None:
    for sequence, commit in enumerate("abc", start=1):
        published(lake, commit, sequence)
    assert would_go(lake) == {"a", "b"}


def test_the_visible_commit_stays_however_old(lake: Lake) -> None:
    published(lake, "a", 1)
    assert would_go(lake, days=0) == set()


def test_the_retention_counts_from_when_a_commit_was_superseded(lake: Lake) -> None:
    superseded = START + timedelta(days=10)
    published(lake, "a", 1, hours=0)
    published(lake, "b", 2, hours=240)
    assert would_go(lake, now=superseded + timedelta(days=7)) == {"a"}
    assert would_go(lake, now=superseded + timedelta(days=6, hours=23)) == set(), "made long ago, read until lately"


def test_a_folder_that_no_record_names_goes_only_when_its_files_are_old(lake: Lake) -> None:
    published(lake, "a", 1)
    written(lake, "crashed")
    assert would_go(lake, now=datetime.now(UTC)) == set(), "it may still be written"
    assert would_go(lake) == {"crashed"}
    assert would_go(lake, now=datetime.now(UTC) + timedelta(hours=23), days=0) == set(), "however short the retention"
    assert would_go(lake, now=datetime.now(UTC) + LONGEST_BUILD, days=0) == {"crashed"}


def test_what_goes_is_retired_in_the_log_before_its_files_go(lake: Lake) -> None:
    published(lake, "a", 1)
    head = published(lake, "b", 2)
    assert {old.folder for old in cleaning(lake).remove()} == set(log_of(lake).folders(DAY, "a").values())
    last = log_of(lake).head(DAY)
    assert last == replace(head, sequence=3, created_at=LATER, vacuumed=("a",))
    assert cleaning(lake).remove() == []
    assert log_of(lake).head(DAY) == last, "where nothing goes, nothing is recorded"
    with pytest.raises(StorageError, match="commit a of 2026-05-08 cannot come back: its files were vacuumed"):
        log_of(lake).roll_back(DAY, commit="a", seen_raw_keys=(), at=LATER)
    with pytest.raises(StorageError, match="only one commit left, b"):
        log_of(lake).roll_back(DAY, commit=None, seen_raw_keys=(), at=LATER)


def test_a_rollback_decided_at_the_same_time_comes_first_or_not_at_all(folder_lake: Lake) -> None:
    """A rollback takes its number just before the vacuum would: the vacuum looks again and leaves the folder."""
    published(folder_lake, "a", 1)
    published(folder_lake, "b", 2)
    vacuum = cleaning(folder_lake)
    mark_vacuumed = vacuum.log.mark_vacuumed

    def rolled_back_meanwhile(*args: Any, **kwargs: Any) -> None:
        vacuum.log.mark_vacuumed = mark_vacuumed  # type: ignore[method-assign]
        log_of(folder_lake).roll_back(DAY, commit="a", seen_raw_keys=(), at=START + timedelta(hours=3))
        mark_vacuumed(*args, **kwargs)

    vacuum.log.mark_vacuumed = rolled_back_meanwhile  # type: ignore[method-assign]
    assert vacuum.remove() == [], "a is visible again, and b was when it began"
    assert visible_commits(folder_lake) == {"a"}
    for folder in log_of(folder_lake).folders(DAY, "a").values():
        assert folder_lake.store.get(f"{folder}part.parquet") == b"a"


def test_a_vacuum_that_was_killed_after_its_record_is_finished_by_the_next(folder_lake: Lake) -> None:
    published(folder_lake, "a", 1)
    published(folder_lake, "b", 2)
    log_of(folder_lake).mark_vacuumed(log_of(folder_lake).records(DAY), ["a"], at=LATER)
    assert len(cleaning(folder_lake).remove()) == len(CURATED_TABLES)
    assert cleaning(folder_lake).remove() == []
    assert len(log_of(folder_lake).records(DAY)) == 3


def test_a_commit_to_which_a_rollback_returned_stays(lake: Lake) -> None:
    published(lake, "a", 1)
    published(lake, "b", 2)
    log_of(lake).roll_back(DAY, commit=None, seen_raw_keys=(), at=START + timedelta(hours=3))
    assert would_go(lake) == {"b"}


def test_what_the_log_names_stays_even_before_the_pointer_has_moved(lake: Lake) -> None:
    published(lake, "a", 1)
    head = published(lake, "b", 2)
    for table in CURATED_TABLES:
        lake.catalog.move_pointer(table, DAY, log_of(lake).folders(DAY, "a")[table.name])
    assert would_go(lake) == set()
    assert head.commit == "b"


def test_leftovers_of_a_crashed_spark_belong_to_their_commit(folder_lake: Lake) -> None:
    published(folder_lake, "a", 1)
    folder = log_of(folder_lake).folders(DAY, "crashed")["states"]
    folder_lake.store.put_if_absent(f"{folder}_temporary/0/part.parquet", b"x")
    (old,) = cleaning(folder_lake).old_folders()
    assert (old.folder, old.size_bytes) == (folder, 1)


def test_files_that_are_in_no_commit_are_left_alone(folder_lake: Lake) -> None:
    published(folder_lake, "a", 1)
    for key in (
        "curated/states/README.md",
        "curated/states/snapshot_date=2026-05-08/mine.csv",
        "curated/states/a/b/c.csv",
    ):
        folder_lake.store.put_if_absent(key, b"x")
    assert cleaning(folder_lake, days=0).remove() == []
