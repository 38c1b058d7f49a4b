"""How a reader finds an archived response, what it pays for it, and what it is told of a damaged archive."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support.archives import (
    FakeLake,
    anew,
    archive,
    converted_day,
    damaged,
    land_all,
    part_keys,
    responses,
    seen,
    unarchived_keys,
)
from support.crash_injection import MemoryStore
from support.vectors import DAY, body, landed

from flightlake.archive.archived_store import ArchivedStore
from flightlake.errors import ObjectNotFoundError, StorageError
from flightlake.lake import Lake
from flightlake.layout import ARCHIVE_INDEX_PREFIX, gzipped, raw_states_day_prefix, ungzipped
from flightlake.ports import ObjectStore


def test_landing_an_archived_response_again_changes_nothing(lake: Lake) -> None:
    stored = converted_day(lake)
    archive(lake)
    for store in (lake.store, anew(lake)):
        assert [store.put_if_absent(key, data) for key, data in stored.items()] == [False, False, False]
    assert unarchived_keys(lake) == []
    (new,) = land_all(lake, responses(1, first=9), first=9)
    assert unarchived_keys(lake) == [new]


def test_a_reader_that_has_looked_before_finds_what_is_archived_and_removed_since(lake: Lake) -> None:
    stored = converted_day(lake)
    reader = anew(lake)
    assert seen(reader) == stored
    archive(lake)
    assert {key: reader.get(key) for key in stored} == stored
    assert reader.put_if_absent(next(iter(stored)), b"") is False


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_damaged_part_is_named_with_the_response_that_it_holds(lake: Lake, place: str) -> None:
    stored = converted_day(lake)
    archive(lake)
    key = list(stored)[0 if place == "first" else -1]
    part = damaged(lake, key)
    with pytest.raises(StorageError, match=rf"{part} is damaged: bytes \d+ to \d+ are not {key}"):
        anew(lake).get(key)
    others = {other: anew(lake).get(other) for other in stored if other != key}
    assert others == {other: data for other, data in stored.items() if other != key}


def test_a_part_that_is_gone_or_cut_off_is_named_with_the_response_that_it_held(lake: Lake) -> None:
    *_, last = converted_day(lake)
    archive(lake)
    (part,) = part_keys(lake)
    data = lake.raw_store.get(part)
    lake.raw_store.delete([part])
    with pytest.raises(ObjectNotFoundError, match=f"{last} was archived into {part}"):
        lake.store.get(last)
    lake.raw_store.put_if_absent(part, data[:-60])
    with pytest.raises(StorageError, match=f"{last} was archived into {part}.*it ends after"):
        lake.store.get(last)


INDEX_FAULTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no JSON": lambda line: "{",
    "another day": lambda line: line | {"raw_key": line["raw_key"].replace("20260508", "20260509")},
    "a place elsewhere": lambda line: line | {"part": "curated/states/x"},
    "a part of another day": lambda line: line | {"part": line["part"].replace("day=08", "day=09")},
    "an offset before the part": lambda line: line | {"offset": -1},
    "an offset in words": lambda line: line | {"offset": "0"},
    "no length": lambda line: line | {"length": 0},
    "a field too few": lambda line: {name: value for name, value in line.items() if name != "sha256"},
    "no object": lambda line: [1],
}


@pytest.mark.parametrize("fault", INDEX_FAULTS.values(), ids=INDEX_FAULTS.keys())
def test_a_broken_index_is_named(folder_lake: Lake, fault: Callable[[dict[str, Any]], Any]) -> None:
    stored = converted_day(folder_lake, 1)
    archive(folder_lake)
    (index,) = folder_lake.raw_store.list(ARCHIVE_INDEX_PREFIX)
    changed = fault(json.loads(ungzipped(folder_lake.raw_store.get(index.key))))
    folder_lake.raw_store.delete([index.key])
    text = changed if isinstance(changed, str) else json.dumps(changed)
    folder_lake.raw_store.put_if_absent(index.key, gzipped(text.encode()))
    for reading in (lambda: seen(anew(folder_lake)), lambda: anew(folder_lake).get(next(iter(stored)))):
        with pytest.raises(StorageError, match=f"{index.key}: no index of an archive"):
            reading()


def test_a_response_in_two_indexes_is_an_error_and_not_counted_twice(folder_lake: Lake) -> None:
    converted_day(folder_lake, 1)
    archive(folder_lake)
    (index,) = folder_lake.raw_store.list(ARCHIVE_INDEX_PREFIX)
    second = index.key.replace("00000001", "00000002")
    folder_lake.raw_store.put_if_absent(second, folder_lake.raw_store.get(index.key))
    with pytest.raises(StorageError, match=f"{second} names .*, which an index before it names"):
        seen(anew(folder_lake))


class Counting:
    """A store that counts the requests it gets."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self._store, name)


@pytest.mark.parametrize("days_ago", [0, 1])
def test_who_lands_and_reads_what_is_new_pays_for_no_request_more(days_ago: int) -> None:
    below: Any = Counting(MemoryStore())
    store = ArchivedStore(below, today=lambda: DAY + timedelta(days=days_ago))
    key = landed(store, body())
    store.get(key)
    list(store.list(raw_states_day_prefix(DAY)))
    assert below.calls == ["put_if_absent", "get", "list"]


def test_reading_a_past_day_costs_one_look_at_its_archive_and_a_range_for_each_response() -> None:
    memory = MemoryStore()
    lake: Any = FakeLake(memory)
    stored = converted_day(lake)
    archive(lake)
    below: Any = Counting(memory)
    store = ArchivedStore(below)
    assert {key: store.get(key) for key in stored} == stored
    assert below.calls == ["list", "get", "get_range", "get_range", "get_range"]
