"""An archive that is cut off, or meets others at work: no moment and no race loses a response."""

import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from support.archives import (
    anew,
    archive,
    archiver,
    converted_day,
    known,
    land_all,
    part_keys,
    responses,
    seen,
    unarchived_keys,
)
from support.crash_injection import Interrupting, KillableAdapter, Killed, Life
from support.vectors import DAY, NOON, body, landed

from flightlake.archive import part as archive_part
from flightlake.archive.archived_store import ArchivedStore
from flightlake.errors import ConflictError
from flightlake.lake import Lake
from flightlake.layout import ARCHIVE_INDEX_PREFIX, raw_states_day_prefix
from flightlake.ports import ObjectInfo, ObjectStore
from flightlake.storage.open_lake import open_lake


def steps_of_an_archive(lake: Lake) -> int:
    life = Life()
    archiver(lake, store=KillableAdapter(lake.raw_store, life)).archive_day(DAY)  # type: ignore[arg-type]
    return life.steps


def test_cut_off_at_any_step_everything_can_be_read_and_the_next_run_finishes(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_part, "PART_BYTES", 700)
    whole = open_lake(str(tmp_path / "whole"), create=True)
    converted_day(whole, 4)
    steps = steps_of_an_archive(whole)
    assert steps >= 8, "two parts, the index and the removal, each before and after"
    for last_step in range(1, steps + 1):
        lake = open_lake(str(tmp_path / f"{last_step}"), create=True)
        stored = converted_day(lake, 4)
        reader = anew(lake)
        assert seen(reader) == stored
        with pytest.raises(Killed):
            archiver(lake, store=KillableAdapter(lake.raw_store, Life(last_step))).archive_day(DAY)  # type: ignore[arg-type]
        assert seen(anew(lake)) == seen(reader) == stored
        done = archive(lake)
        assert done.objects == done.archived + done.archived_before == done.removed
        assert seen(anew(lake)) == seen(reader) == stored
        assert unarchived_keys(lake) == []
        assert part_keys(lake) == part_keys(whole), "nothing is packed twice"


MOMENTS = [
    ("list", "raw/archive/states/index/"),
    ("get", "raw/states/"),
    ("put_if_absent", "raw/archive/states/parts/"),
    ("get", "raw/archive/states/parts/"),
    ("put_if_absent", "raw/archive/states/index/"),
]


@pytest.mark.parametrize(("call", "key"), MOMENTS)
@pytest.mark.parametrize("has_more", [False, True])
def test_an_archive_that_comes_second_finds_the_first_ones_work(
    folder_lake: Lake, call: str, key: str, *, has_more: bool
) -> None:
    stored = converted_day(folder_lake)

    def first() -> None:
        if has_more:
            (late,) = land_all(folder_lake, responses(1, first=7), first=7)
            stored[late] = folder_lake.store.get(late)
            known(folder_lake, stored)
        archive(folder_lake)

    store: Any = Interrupting(folder_lake.raw_store, call, key, first)
    done = archiver(folder_lake, store=store).archive_day(DAY)
    assert done.archived == 0
    assert seen(anew(folder_lake)) == stored
    assert unarchived_keys(folder_lake) == []
    assert len(list(folder_lake.raw_store.list(ARCHIVE_INDEX_PREFIX))) == 1


def test_racing_archives_agree(folder_lake: Lake) -> None:
    stored = converted_day(folder_lake, 8)
    barrier, done, failed = threading.Barrier(4), [], []

    def run() -> None:
        barrier.wait()
        try:
            done.append(archive(folder_lake))
        except Exception as error:  # noqa: BLE001 - looked at below
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sum(one.archived for one in done) == 8
    assert seen(anew(folder_lake)) == stored
    assert unarchived_keys(folder_lake) == []


def test_others_who_are_always_first_are_an_error_in_the_end(folder_lake: Lake) -> None:
    converted_day(folder_lake)

    class Beaten(KillableAdapter):
        def __getattr__(self, name: str) -> Any:
            if name == "put_if_absent":
                return lambda key, data: False if "/index/" in key else self.part.put_if_absent(key, data)
            return getattr(self.part, name)

    with pytest.raises(ConflictError, match="10 times another archive was first"):
        archiver(folder_lake, store=Beaten(folder_lake.raw_store, Life())).archive_day(DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("listed_at_once", [1, 2, 50])
@pytest.mark.parametrize("prefix", ["raw/states/", raw_states_day_prefix(DAY)])
def test_a_listing_sees_each_response_of_a_day_that_is_archived_meanwhile(
    folder_lake: Lake, monkeypatch: pytest.MonkeyPatch, listed_at_once: int, prefix: str
) -> None:
    monkeypatch.setattr("flightlake.archive.archived_store._LISTED_AT_ONCE", listed_at_once)
    stored = converted_day(folder_lake, 4)
    late = landed(folder_lake.store, body(time=NOON + 86_400), time=NOON + 86_400)
    for moment in range(5):
        listing = anew(folder_lake).list(prefix)
        found = [info.key for info in islice(listing, moment)]
        archive(folder_lake)
        found += [info.key for info in listing]
        assert found[:4] == list(stored)[:4]
        assert found[4:] == ([late] if prefix == "raw/states/" else [])
        folder_lake.raw_store.delete([info.key for info in folder_lake.raw_store.list("raw/archive/")])
        for key, data in stored.items():
            folder_lake.raw_store.put_if_absent(key, data)


class Unhurried:
    """A store in which something happens when a listing of responses is read, not when it is asked for."""

    def __init__(self, store: ObjectStore, act: Callable[[], None]) -> None:
        self._store, self._act = store, act

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        if prefix.startswith("raw/states/"):
            self._act()
        yield from self._store.list(prefix)


def test_a_listing_sees_a_day_that_is_archived_just_before_its_objects_are_looked_at(folder_lake: Lake) -> None:
    stored = converted_day(folder_lake)
    slow: Any = Unhurried(folder_lake.raw_store, lambda: archive(folder_lake))
    assert [info.key for info in ArchivedStore(slow).list("raw/states/")] == list(stored)
    assert unarchived_keys(folder_lake) == []
