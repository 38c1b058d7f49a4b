"""What an archive packs, what it leaves, and that no moment and no race loses a response."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from support.archives import (
    TODAY,
    archive,
    archiver,
    converted_day,
    damaged,
    known,
    land_all,
    loose,
    loose_keys,
    part_keys,
    responses,
    two_members,
)
from support.mortal import Interrupting, Killed, Life, MemoryStore, Mortal
from support.vectors import DAY, NOON, body, landed, vector

from lake import archive_part
from lake.adapters.archived import ArchivedStore
from lake.adapters.opening import Lake, open_lake
from lake.archive_index import archived_members
from lake.errors import ConflictError, ObjectNotFoundError, StorageError, UsageError
from lake.layout import ARCHIVE_INDEX_PREFIX, gzipped, raw_states_day_prefix, raw_states_key, ungzipped
from lake.ports import ObjectInfo, ObjectStore


@pytest.fixture(params=["folder", "aws"])
def lake(request: pytest.FixtureRequest) -> Lake:
    if request.param == "folder":
        return request.getfixturevalue("folder_lake")
    return open_lake(request.getfixturevalue("aws").make_lake_place(), create=True)


def seen(store: ObjectStore) -> dict[str, bytes]:
    """What a reader finds of the day."""
    return {info.key: store.get(info.key) for info in store.list(raw_states_day_prefix(DAY))}


def anew(lake: Lake) -> ObjectStore:
    """The lake as a process finds it that has just started."""
    return ArchivedStore(loose(lake))


def test_a_day_becomes_a_part_and_an_index_and_is_found_as_before(lake: Lake) -> None:
    stored = converted_day(lake, 3)
    before = list(lake.store.list(raw_states_day_prefix(DAY)))
    done = archive(lake)
    assert (done.objects, done.archived, done.archived_before, done.kept, done.removed) == (3, 3, 0, (), 3)
    assert done.parts == tuple(part_keys(lake))
    assert len(done.parts) == 1
    assert done.stored_bytes == sum(map(len, stored.values()))
    assert loose_keys(lake) == []
    assert list(anew(lake).list(raw_states_day_prefix(DAY))) == before, "key, size and time of landing"
    assert seen(anew(lake)) == stored == seen(lake.store)


def test_whatever_lists_the_lake_finds_each_response_once_and_in_its_order(lake: Lake) -> None:
    stored = converted_day(lake, 3)
    landed(lake.store, body(time=NOON + 86_400), time=NOON + 86_400)
    landed(lake.store, body(time=NOON - 86_400), time=NOON - 86_400)
    before = [info.key for info in lake.store.list("")]
    archive(lake, removes=False)
    archive(lake)
    hour = f"{raw_states_day_prefix(DAY)}hour=12/"
    for prefix in ("", "raw/", "raw/states/", "raw/states/year=2026/", hour):
        listed = [info.key for info in lake.store.list(prefix)]
        assert listed == sorted(set(listed))
        assert [key for key in listed if not key.startswith("raw/archive/")] == [
            key for key in before if key.startswith(prefix)
        ]
    assert [info.key for info in lake.store.list(hour)] == list(stored)
    assert list(lake.store.list(f"{raw_states_day_prefix(DAY)}hour=13/")) == []
    assert [info.key for info in lake.store.list("commits/")] == [key for key in before if key.startswith("commits/")]


def test_a_part_unpacks_to_one_json_text_for_each_response(folder_lake: Lake) -> None:
    stored = converted_day(folder_lake, 3)
    archive(folder_lake)
    (part,) = part_keys(folder_lake)
    *texts, rest = gzip.decompress(loose(folder_lake).get(part)).split(b"\0")
    assert rest == b""
    documents = [json.loads(text) for text in texts]
    assert {document["raw_key"]: document["response"] for document in documents} == {
        key: json.loads(ungzipped(data)) for key, data in stored.items()
    }
    assert all(list(document) == ["raw_key", "response"] for document in documents)


def test_parts_are_of_bounded_size_and_a_larger_response_has_one_of_its_own(
    folder_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = responses(5)
    large = body(*(vector(icao24=f"{number * 7919 % 16**6:06x}") for number in range(200)), time=NOON + 300)
    keys = land_all(folder_lake, [*small, large])
    known(folder_lake, keys)
    size = len(folder_lake.store.get(keys[0]))
    monkeypatch.setattr(archive_part, "PART_BYTES", 2 * size + 250)
    done = archive(folder_lake)
    members = archived_members(loose(folder_lake), DAY)
    by_part = [[key for key in keys if members[key].part == part] for part in done.parts]
    assert by_part == [keys[0:2], keys[2:4], keys[4:5], keys[5:]]
    assert seen(anew(folder_lake)) == dict(zip(keys, map(gzipped, [*small, large]), strict=True))


def test_archiving_again_changes_nothing(lake: Lake) -> None:
    converted_day(lake)
    archive(lake)
    before = [info.key for info in loose(lake).list("")]
    done = archive(lake)
    assert (done.objects, done.archived, done.removed, done.parts) == (0, 0, 0, ())
    assert [info.key for info in loose(lake).list("")] == before


def test_what_came_late_is_archived_by_an_index_of_its_own(lake: Lake) -> None:
    stored = converted_day(lake, 2)
    archive(lake)
    (late,) = land_all(lake, responses(1, first=5), first=5)
    stored[late] = lake.store.get(late)
    assert seen(anew(lake)) == seen(lake.store) == stored, "beside the archive"
    known(lake, stored)
    done = archive(lake)
    assert (done.objects, done.archived) == (1, 1)
    assert len(part_keys(lake)) == 2
    assert [info.key[-17:] for info in loose(lake).list(ARCHIVE_INDEX_PREFIX)] == [
        "00000001.jsonl.gz",
        "00000002.jsonl.gz",
    ]
    assert seen(anew(lake)) == seen(lake.store) == stored


def test_landing_an_archived_response_again_changes_nothing(lake: Lake) -> None:
    stored = converted_day(lake)
    archive(lake)
    for store in (lake.store, anew(lake)):
        assert [store.put_if_absent(key, data) for key, data in stored.items()] == [False, False, False]
    assert loose_keys(lake) == []
    (new,) = land_all(lake, responses(1, first=9), first=9)
    assert loose_keys(lake) == [new]


def test_a_reader_that_has_looked_before_finds_what_is_archived_and_removed_since(lake: Lake) -> None:
    stored = converted_day(lake)
    reader = anew(lake)
    assert seen(reader) == stored
    archive(lake)
    assert {key: reader.get(key) for key in stored} == stored
    assert reader.put_if_absent(next(iter(stored)), b"") is False


KEPT: dict[str, tuple[bytes, str]] = {
    "a NUL byte": (gzipped(body(vector()) + b"\0"), "NUL"),
    "a byte order mark": (gzipped(b"\xef\xbb\xbf" + body(vector())), "no JSON"),
    "something behind its end": (gzipped(body(vector()) + b"}"), "no JSON"),
    "half a gzip": (gzipped(body(vector()))[:-9], "no sound gzip"),
    "no gzip": (body(vector()), "no sound gzip"),
    "a gzip of two members": (two_members(body(vector())), "no sound gzip of one member"),
    "zeros behind its gzip": (gzipped(body(vector())) + b"\0\0", "no sound gzip of one member"),
    "no bytes": (b"", "no sound gzip"),
    "a time in words": (gzipped(body(vector(), time="noon")), "no whole number"),
    "no time": (gzipped(b'{"states":[]}'), "no whole number"),
    "two times": (gzipped(b'{"time":1,' + body(vector())[1:]), "2 times"),
    "no states": (gzipped(b'{"time":%d}' % NOON), "states: missing"),
    "another day": (gzipped(body(vector(), time=NOON + 86_400)), "its time is of 2026-05-09"),
}


@pytest.mark.parametrize(("stored", "reason"), KEPT.values(), ids=KEPT.keys())
def test_what_might_mean_something_else_within_a_part_stays_by_itself(
    folder_lake: Lake, stored: bytes, reason: str
) -> None:
    key = f"{raw_states_day_prefix(DAY)}hour=12/flight_data_20260508_120000_0a1b2c3d.json.gz"
    folder_lake.store.put_if_absent(key, stored)
    good = land_all(folder_lake, responses(1, first=1), first=1)
    known(folder_lake, [key, *good])
    done = archive(folder_lake)
    assert (done.objects, done.archived, [item.raw_key for item in done.kept]) == (2, 1, [key])
    assert reason in done.kept[0].reason
    assert loose_keys(folder_lake) == [key]
    assert folder_lake.store.get(key) == stored


def test_strangers_and_what_no_commit_used_stay_by_themselves(lake: Lake) -> None:
    stranger = f"{raw_states_day_prefix(DAY)}hour=12/notes.txt"
    lake.store.put_if_absent(stranger, b"hello")
    good, left_out, pending = land_all(lake, responses(3))
    known(lake, [stranger, good, left_out], left_out=[left_out])
    done = archive(lake)
    assert (done.objects, done.archived, done.removed) == (4, 1, 1)
    assert {item.raw_key: item.reason for item in done.kept} == {
        stranger: "its name is not that of a landed response of this day",
        left_out: "left out of its day: Spark cannot parse its numbers",
        pending: "no commit was built from it yet; run `flightlake convert --date 2026-05-08` first",
    }
    assert loose_keys(lake) == sorted([stranger, left_out, pending])


def test_without_removing_readers_use_the_archive_and_the_objects_stay(lake: Lake) -> None:
    stored = converted_day(lake)
    done = archive(lake, removes=False)
    assert (done.archived, done.removed) == (3, 0)
    again = archive(lake, removes=False)
    assert (again.objects, again.archived, again.archived_before, again.removed) == (3, 0, 3, 0)
    assert loose_keys(lake) == list(stored)
    assert seen(anew(lake)) == stored
    finishing = archive(lake)
    assert (finishing.objects, finishing.archived_before, finishing.removed) == (3, 3, 3)
    assert seen(anew(lake)) == stored
    assert loose_keys(lake) == []


def test_other_bytes_under_an_archived_key_are_told_and_not_removed(lake: Lake) -> None:
    stored = converted_day(lake)
    archive(lake)
    key = next(iter(stored))
    again = gzip.compress(ungzipped(stored[key]), compresslevel=1, mtime=0)
    loose(lake).put_if_absent(key, again)
    done = archive(lake)
    assert (done.objects, done.archived_before, done.removed) == (1, 0, 0)
    assert done.kept[0].reason == f"other bytes were archived under its key, in {part_keys(lake)[0]}"
    assert loose(lake).get(key) == again
    assert anew(lake).get(key) == stored[key]


@pytest.mark.parametrize("days_ago", [0, 1])
def test_a_young_day_is_not_archived(folder_lake: Lake, days_ago: int) -> None:
    day = TODAY - timedelta(days=days_ago)
    with pytest.raises(UsageError, match=f"{day} is too young for an archive.*{TODAY - timedelta(days=2)} and older"):
        archiver(folder_lake).archive_day(day)


def test_days_are_those_with_loose_responses_that_are_old_enough(folder_lake: Lake) -> None:
    for number in range(4):
        at = NOON + 86_400 * number
        landed(folder_lake.store, body(time=at), time=at)
    days = [date(2026, 5, day) for day in (8, 9, 10)]
    assert archiver(folder_lake).days(until=date(2026, 5, 10)) == days
    assert archiver(folder_lake, today=date(2026, 5, 11)).days(until=date(2026, 5, 30)) == days[:2]
    known(folder_lake, land_all(folder_lake, [body()]))
    archive(folder_lake)
    assert archiver(folder_lake).days(until=date(2026, 5, 10)) == days[1:]


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
    data = loose(lake).get(part)
    loose(lake).delete([part])
    with pytest.raises(ObjectNotFoundError, match=f"{last} was archived into {part}"):
        lake.store.get(last)
    loose(lake).put_if_absent(part, data[:-60])
    with pytest.raises(StorageError, match=f"{last} was archived into {part}.*it ends after"):
        lake.store.get(last)


def test_nothing_is_removed_for_whose_archive_nobody_can_vouch(lake: Lake) -> None:
    stored = converted_day(lake)
    archive(lake, removes=False)
    part = damaged(lake, next(iter(stored)))
    with pytest.raises(StorageError, match=f"{part} is damaged"):
        archive(lake)
    assert loose_keys(lake) == list(stored)


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
    (index,) = loose(folder_lake).list(ARCHIVE_INDEX_PREFIX)
    changed = fault(json.loads(ungzipped(loose(folder_lake).get(index.key))))
    loose(folder_lake).delete([index.key])
    text = changed if isinstance(changed, str) else json.dumps(changed)
    loose(folder_lake).put_if_absent(index.key, gzipped(text.encode()))
    for reading in (lambda: seen(anew(folder_lake)), lambda: anew(folder_lake).get(next(iter(stored)))):
        with pytest.raises(StorageError, match=f"{index.key}: no index of an archive"):
            reading()


def test_a_response_in_two_indexes_is_an_error_and_not_counted_twice(folder_lake: Lake) -> None:
    converted_day(folder_lake, 1)
    archive(folder_lake)
    (index,) = loose(folder_lake).list(ARCHIVE_INDEX_PREFIX)
    second = index.key.replace("00000001", "00000002")
    loose(folder_lake).put_if_absent(second, loose(folder_lake).get(index.key))
    with pytest.raises(StorageError, match=f"{second} names .*, which an index before it names"):
        seen(anew(folder_lake))


def steps_of_an_archive(lake: Lake) -> int:
    life = Life()
    archiver(lake, store=Mortal(loose(lake), life)).archive_day(DAY)  # type: ignore[arg-type]
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
            archiver(lake, store=Mortal(loose(lake), Life(last_step))).archive_day(DAY)  # type: ignore[arg-type]
        assert seen(anew(lake)) == seen(reader) == stored
        done = archive(lake)
        assert done.objects == done.archived + done.archived_before == done.removed
        assert seen(anew(lake)) == seen(reader) == stored
        assert loose_keys(lake) == []
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

    store: Any = Interrupting(loose(folder_lake), call, key, first)
    done = archiver(folder_lake, store=store).archive_day(DAY)
    assert done.archived == 0
    assert seen(anew(folder_lake)) == stored
    assert loose_keys(folder_lake) == []
    assert len(list(loose(folder_lake).list(ARCHIVE_INDEX_PREFIX))) == 1


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
    assert loose_keys(folder_lake) == []


def test_others_who_are_always_first_are_an_error_in_the_end(folder_lake: Lake) -> None:
    converted_day(folder_lake)

    class Beaten(Mortal):
        def __getattr__(self, name: str) -> Any:
            if name == "put_if_absent":
                return lambda key, data: False if "/index/" in key else self.part.put_if_absent(key, data)
            return getattr(self.part, name)

    with pytest.raises(ConflictError, match="10 times another archive was first"):
        archiver(folder_lake, store=Beaten(loose(folder_lake), Life())).archive_day(DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("listed_at_once", [1, 2, 50])
@pytest.mark.parametrize("prefix", ["raw/states/", raw_states_day_prefix(DAY)])
def test_a_listing_sees_each_response_of_a_day_that_is_archived_meanwhile(
    folder_lake: Lake, monkeypatch: pytest.MonkeyPatch, listed_at_once: int, prefix: str
) -> None:
    monkeypatch.setattr("lake.adapters.archived._LISTED_AT_ONCE", listed_at_once)
    stored = converted_day(folder_lake, 4)
    late = landed(folder_lake.store, body(time=NOON + 86_400), time=NOON + 86_400)
    for moment in range(5):
        listing = anew(folder_lake).list(prefix)
        found = [info.key for info in islice(listing, moment)]
        archive(folder_lake)
        found += [info.key for info in listing]
        assert found[:4] == list(stored)[:4]
        assert found[4:] == ([late] if prefix == "raw/states/" else [])
        loose(folder_lake).delete([info.key for info in loose(folder_lake).list("raw/archive/")])
        for key, data in stored.items():
            loose(folder_lake).put_if_absent(key, data)


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
    slow: Any = Unhurried(loose(folder_lake), lambda: archive(folder_lake))
    assert [info.key for info in ArchivedStore(slow).list("raw/states/")] == list(stored)
    assert loose_keys(folder_lake) == []


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


class FakeLake:
    """As much of a lake as an archive needs, in memory."""

    def __init__(self, memory: MemoryStore) -> None:
        self.store, self.catalog = ArchivedStore(memory), None


RESPONSE_BODIES = st.builds(
    lambda rows, space, end: space + body(*rows, time=NOON) + end,
    st.lists(st.lists(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), max_size=20), max_size=5),
    st.sampled_from([b"", b" ", b"\n\t"]),
    st.sampled_from([b"", b"\n", b" \r\n", b"}", b"\0", b"\xef\xbb\xbf"]),
)


@settings(deadline=None, max_examples=60)
@given(bodies=st.lists(RESPONSE_BODIES | st.binary(max_size=40), max_size=8), part_bytes=st.integers(1, 900))
def test_whatever_was_stored_comes_back_byte_for_byte(bodies: list[bytes], part_bytes: int) -> None:
    lake: Any = FakeLake(MemoryStore())
    stored = {}
    for number, one in enumerate(bodies):
        key = raw_states_key(minute(number), one)
        stored[key] = gzipped(one) if number % 3 else one  # some are no gzip
        lake.store.put_if_absent(key, stored[key])
    before = list(lake.store.list("raw/states/"))
    known(lake, stored)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_part, "PART_BYTES", part_bytes)
        done = archive(lake)
    assert done.objects == len(stored) == done.archived + len(done.kept)
    assert done.removed == done.archived == len(archived_members(loose(lake), DAY))
    assert seen(anew(lake)) == stored
    assert list(anew(lake).list("raw/states/")) == before


def minute(number: int) -> Any:

    return datetime.fromtimestamp(NOON + 60 * number, UTC)
