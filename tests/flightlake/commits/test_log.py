"""The commit log over every store and catalog: who publishes, who loses, what a crash leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.commits import START, log_of, published, record, visible_commits, written
from support.vectors import DAY

from flightlake.commits.record import CommitRecord, DayCounts, Unreadable, new_commit_id
from flightlake.errors import ConflictError, StorageError
from flightlake.lake import Lake
from flightlake.layout import record_key
from flightlake.schema.contract import Table
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES


def test_a_record_comes_back_as_it_was_written(lake: Lake) -> None:
    made = replace(
        record(lake, "a", 1), unreadable=(Unreadable("raw/x", "cut"),), seen_raw_keys=("raw/y",), quality_score=None
    )
    log_of(lake).append(made)
    assert log_of(lake).records(DAY) == [made]
    assert made.known_raw_keys == {"raw/a", "raw/y"}


def test_a_number_is_given_once(lake: Lake) -> None:
    published(lake, "a", 1)
    with pytest.raises(ConflictError, match="another run has published 2026-05-08 meanwhile"):
        log_of(lake).append(record(lake, "b", 1))
    assert [found.commit for found in log_of(lake).records(DAY)] == ["a"]


def test_readers_see_the_highest_record(lake: Lake) -> None:
    published(lake, "a", 1)
    published(lake, "b", 2)
    assert visible_commits(lake) == {"b"}
    assert log_of(lake).days() == [DAY]


def test_records_are_ordered_by_number_beyond_nine(lake: Lake) -> None:
    for sequence in range(1, 12):
        log_of(lake).append(record(lake, f"c{sequence}", sequence))
    assert [found.sequence for found in log_of(lake).records(DAY)] == list(range(1, 12))
    head = log_of(lake).head(DAY)
    assert head is not None
    assert head.sequence == 11


class RacingCatalog:
    """A catalog beside which another publisher works: after the first pointer of `a` moved, `b` is published whole."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.raced = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._lake.catalog, name)

    def move_pointer(self, table: Table, day: object, location: str) -> None:
        if not self.raced:
            self.raced = True
            published(self._lake, "b", 2)
        self._lake.catalog.move_pointer(table, DAY, location)


def test_a_slow_publisher_does_not_undo_a_faster_one(lake: Lake) -> None:
    written(lake, "a")
    log_of(lake).append(record(lake, "a", 1))
    catalog = RacingCatalog(lake)
    shown = log_of(replace(lake, catalog=catalog)).sync_catalog(DAY)
    assert catalog.raced
    assert shown is not None
    assert shown.commit == "b"
    assert visible_commits(lake) == {"b"}


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_crash_after_any_pointer_is_repaired_and_states_move_last(lake: Lake, moved: int) -> None:
    first = published(lake, "a", 1)
    written(lake, "b")
    second = record(lake, "b", 2)
    log_of(lake).append(second)
    for table in CURATED_TABLES[:moved]:
        lake.catalog.move_pointer(table, DAY, second.folders[table.name])
    assert lake.catalog.partitions(STATES)[DAY] == first.folders["states"], "readers of states see the old day"
    assert log_of(lake).days_behind() == [DAY]
    log_of(lake).sync_catalog(DAY)
    assert visible_commits(lake) == {"b"}
    assert log_of(lake).days_behind() == []


def test_a_lost_catalog_is_made_again_from_the_log(folder_lake: Lake) -> None:
    published(folder_lake, "a", 1)
    (folder_lake.root / "catalog.json").unlink()  # type: ignore[operator]
    assert log_of(folder_lake).days_behind() == [DAY]
    log_of(folder_lake).sync_catalog(DAY)
    assert visible_commits(folder_lake) == {"a"}


def test_a_rollback_is_a_new_record_that_names_the_older_folders(lake: Lake) -> None:
    published(lake, "a", 1)
    published(lake, "b", 2)
    made = log_of(lake).roll_back(DAY, commit=None, seen_raw_keys=("raw/b",), at=START + timedelta(hours=5))
    assert (made.kind, made.sequence, made.commit, made.seen_raw_keys) == ("rollback", 3, "a", ("raw/b",))
    assert visible_commits(lake) == {"a"}
    assert [found.commit for found in log_of(lake).records(DAY)] == ["a", "b", "a"]


def test_a_rollback_goes_to_the_commit_that_is_named(lake: Lake) -> None:
    for sequence, commit in enumerate("abc", start=1):
        published(lake, commit, sequence)
    log_of(lake).roll_back(DAY, commit="a", seen_raw_keys=(), at=START)
    assert visible_commits(lake) == {"a"}


@pytest.mark.parametrize(
    ("commit", "words"),
    [("b", "is the visible one already"), ("z", "has no commit z; it has a, b"), ("a", "is gone")],
)
def test_a_rollback_that_cannot_be_is_refused_and_changes_nothing(lake: Lake, commit: str, words: str) -> None:
    first = published(lake, "a", 1)
    published(lake, "b", 2)
    lake.store.delete([f"{first.folders['quality_scores']}part.parquet"])
    with pytest.raises(StorageError, match=words):
        log_of(lake).roll_back(DAY, commit=commit, seen_raw_keys=(), at=START)
    assert visible_commits(lake) == {"b"}
    assert len(log_of(lake).records(DAY)) == 2


def test_a_rollback_of_a_day_with_one_commit_or_none_says_so(folder_lake: Lake) -> None:
    with pytest.raises(StorageError, match="states has no commit on 2026-05-08"):
        log_of(folder_lake).roll_back(DAY, commit=None, seen_raw_keys=(), at=START)
    published(folder_lake, "a", 1)
    with pytest.raises(StorageError, match="only one commit"):
        log_of(folder_lake).roll_back(DAY, commit=None, seen_raw_keys=(), at=START)


@pytest.mark.parametrize("data", [b"{", b"[]", b"{}", b'{"day": "yesterday"}'])
def test_a_broken_record_is_named(folder_lake: Lake, data: bytes) -> None:
    folder_lake.store.put_if_absent(record_key("states", DAY, 1), data)
    with pytest.raises(StorageError, match=r"commits/states/2026-05-08/00000001\.json: not a commit record"):
        log_of(folder_lake).head(DAY)


def test_what_lies_beside_the_records_is_no_record(folder_lake: Lake) -> None:
    published(folder_lake, "a", 1)
    for name in (
        "2026-05-08/00000001.json.bak",
        "2026-05-08/old/00000009.json",
        "notes.txt",
        "2026-13-45/00000001.json",
    ):
        folder_lake.store.put_if_absent(f"commits/states/{name}", b"x")
    assert log_of(folder_lake).days() == [DAY]
    assert [found.commit for found in log_of(folder_lake).records(DAY)] == ["a"]
    assert log_of(folder_lake).head(DAY) == record(folder_lake, "a", 1)


def test_counts_add_up_only_when_no_row_is_lost_or_made_up() -> None:
    assert DayCounts(raw_rows=6, curated=3, quarantined=2, duplicates=1).adds_up
    assert not DayCounts(raw_rows=6, curated=3, quarantined=2, duplicates=0).adds_up


def test_commit_ids_sort_by_time_and_never_repeat() -> None:
    earlier, later = new_commit_id(START), new_commit_id(START + timedelta(seconds=1))
    assert earlier < later
    assert earlier.startswith("20260509T000000Z-")
    assert new_commit_id(START) != new_commit_id(START)


def test_nothing_published_is_nothing_to_converge(folder_lake: Lake) -> None:
    assert log_of(folder_lake).sync_catalog(DAY) is None
    assert log_of(folder_lake).head(DAY) is None


def test_a_record_that_is_no_json_object_of_ours_is_refused() -> None:
    with pytest.raises(StorageError, match="k: not a commit record"):
        CommitRecord.from_json("k", b"null")
