"""What an archive packs, and what it leaves."""

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from support.archives import (
    TODAY,
    FakeLake,
    anew,
    archive,
    archiver,
    converted_day,
    damaged,
    known,
    land_all,
    part_keys,
    responses,
    seen,
    two_members,
    unarchived_keys,
)
from support.crash_injection import MemoryStore
from support.vectors import DAY, NOON, body, landed, vector

from flightlake.archive import part as archive_part
from flightlake.archive.index import archived_members
from flightlake.errors import StorageError, UsageError
from flightlake.lake import Lake
from flightlake.layout import ARCHIVE_INDEX_PREFIX, gzipped, raw_states_day_prefix, raw_states_key, ungzipped


def test_a_day_becomes_a_part_and_an_index_and_is_found_as_before(lake: Lake) -> None:
    stored = converted_day(lake, 3)
    before = list(lake.store.list(raw_states_day_prefix(DAY)))
    done = archive(lake)
    assert (done.objects, done.archived, done.archived_before, done.kept, done.removed) == (3, 3, 0, (), 3)
    assert done.parts == tuple(part_keys(lake))
    assert len(done.parts) == 1
    assert done.stored_bytes == sum(map(len, stored.values()))
    assert unarchived_keys(lake) == []
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
    *texts, rest = gzip.decompress(folder_lake.raw_store.get(part)).split(b"\0")
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
    members = archived_members(folder_lake.raw_store, DAY)
    by_part = [[key for key in keys if members[key].part == part] for part in done.parts]
    assert by_part == [keys[0:2], keys[2:4], keys[4:5], keys[5:]]
    assert seen(anew(folder_lake)) == dict(zip(keys, map(gzipped, [*small, large]), strict=True))


def test_archiving_again_changes_nothing(lake: Lake) -> None:
    converted_day(lake)
    archive(lake)
    before = [info.key for info in lake.raw_store.list("")]
    done = archive(lake)
    assert (done.objects, done.archived, done.removed, done.parts) == (0, 0, 0, ())
    assert [info.key for info in lake.raw_store.list("")] == before


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
    assert [info.key[-17:] for info in lake.raw_store.list(ARCHIVE_INDEX_PREFIX)] == [
        "00000001.jsonl.gz",
        "00000002.jsonl.gz",
    ]
    assert seen(anew(lake)) == seen(lake.store) == stored


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
    assert unarchived_keys(folder_lake) == [key]
    assert folder_lake.store.get(key) == stored


def test_foreign_objects_and_what_no_commit_used_stay_by_themselves(lake: Lake) -> None:
    foreign_object = f"{raw_states_day_prefix(DAY)}hour=12/notes.txt"
    lake.store.put_if_absent(foreign_object, b"hello")
    good, left_out, pending = land_all(lake, responses(3))
    known(lake, [foreign_object, good, left_out], left_out=[left_out])
    done = archive(lake)
    assert (done.objects, done.archived, done.removed) == (4, 1, 1)
    assert {item.raw_key: item.reason for item in done.kept} == {
        foreign_object: "its name is not that of a landed response of this day",
        left_out: "left out of its day: Spark cannot parse its numbers",
        pending: "no commit was built from it yet; run `flightlake convert --date 2026-05-08` first",
    }
    assert unarchived_keys(lake) == sorted([foreign_object, left_out, pending])


def test_without_removing_readers_use_the_archive_and_the_objects_stay(lake: Lake) -> None:
    stored = converted_day(lake)
    done = archive(lake, removes=False)
    assert (done.archived, done.removed) == (3, 0)
    again = archive(lake, removes=False)
    assert (again.objects, again.archived, again.archived_before, again.removed) == (3, 0, 3, 0)
    assert unarchived_keys(lake) == list(stored)
    assert seen(anew(lake)) == stored
    finishing = archive(lake)
    assert (finishing.objects, finishing.archived_before, finishing.removed) == (3, 3, 3)
    assert seen(anew(lake)) == stored
    assert unarchived_keys(lake) == []


def test_other_bytes_under_an_archived_key_are_told_and_not_removed(lake: Lake) -> None:
    stored = converted_day(lake)
    archive(lake)
    key = next(iter(stored))
    again = gzip.compress(ungzipped(stored[key]), compresslevel=1, mtime=0)
    lake.raw_store.put_if_absent(key, again)
    done = archive(lake)
    assert (done.objects, done.archived_before, done.removed) == (1, 0, 0)
    assert done.kept[0].reason == f"other bytes were archived under its key, in {part_keys(lake)[0]}"
    assert lake.raw_store.get(key) == again
    assert anew(lake).get(key) == stored[key]


@pytest.mark.parametrize("days_ago", [0, 1])
def test_a_young_day_is_not_archived(folder_lake: Lake, days_ago: int) -> None:
    day = TODAY - timedelta(days=days_ago)
    with pytest.raises(UsageError, match=f"{day} is too young for an archive.*{TODAY - timedelta(days=2)} and older"):
        archiver(folder_lake).archive_day(day)


def test_days_are_those_with_unarchived_responses_that_are_old_enough(folder_lake: Lake) -> None:
    for number in range(4):
        at = NOON + 86_400 * number
        landed(folder_lake.store, body(time=at), time=at)
    days = [date(2026, 5, day) for day in (8, 9, 10)]
    assert archiver(folder_lake).days(until=date(2026, 5, 10)) == days
    assert archiver(folder_lake, today=date(2026, 5, 11)).days(until=date(2026, 5, 30)) == days[:2]
    known(folder_lake, land_all(folder_lake, [body()]))
    archive(folder_lake)
    assert archiver(folder_lake).days(until=date(2026, 5, 10)) == days[1:]


def test_nothing_is_removed_for_whose_archive_nobody_can_vouch(lake: Lake) -> None:
    stored = converted_day(lake)
    archive(lake, removes=False)
    part = damaged(lake, next(iter(stored)))
    with pytest.raises(StorageError, match=f"{part} is damaged"):
        archive(lake)
    assert unarchived_keys(lake) == list(stored)


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
    assert done.removed == done.archived == len(archived_members(lake.raw_store, DAY))
    assert seen(anew(lake)) == stored
    assert list(anew(lake).list("raw/states/")) == before


def minute(number: int) -> Any:

    return datetime.fromtimestamp(NOON + 60 * number, UTC)
