"""Days that are converted without Spark, and their archives."""

import gzip
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from support.commits import log_of, record
from support.crash_injection import MemoryStore
from support.vectors import DAY, NOON, body, landed, vector

from flightlake.archive.archived_store import ArchivedStore
from flightlake.archive.archiver import Archiver
from flightlake.archive.index import archived_members
from flightlake.commits.record import Unreadable
from flightlake.lake import Lake
from flightlake.layout import ARCHIVE_PARTS_PREFIX, raw_states_day_prefix
from flightlake.ports import ObjectStore

TODAY = datetime.now(UTC).date()


def responses(count: int, *, first: int = 0) -> list[bytes]:
    """Return small responses, a minute apart from noon on."""
    times = (NOON + 60 * number for number in range(first, first + count))
    return [body(vector(at=time), vector(at=time, icao24="4b1805"), time=time) for time in times]


def land_all(lake: Lake, bodies: Iterable[bytes], *, first: int = 0) -> list[str]:
    """Land responses, a minute apart from noon on; return their keys."""
    return [landed(lake.store, one, time=NOON + 60 * number) for number, one in enumerate(bodies, start=first)]


def known(lake: Lake, keys: Iterable[str], *, left_out: Iterable[str] = ()) -> None:
    """Let a new commit of the day be built from these responses."""
    log = log_of(lake)
    sequence = len(log.records(DAY)) + 1
    unreadable = tuple(Unreadable(key, "Spark cannot parse its numbers") for key in left_out)
    log.append(replace(record(lake, f"c{sequence}", sequence), raw_keys=tuple(keys), unreadable=unreadable))


def converted_day(lake: Lake, count: int = 3) -> dict[str, bytes]:
    """Land responses and record them in a commit; return each stored object by its key."""
    keys = land_all(lake, responses(count))
    known(lake, keys)
    return {key: lake.store.get(key) for key in keys}


def archiver(lake: Lake, *, removes: bool = True, store: ObjectStore | None = None, today: date = TODAY) -> Archiver:
    return Archiver(store or lake.raw_store, log_of(lake), today, removes=removes)


def archive(lake: Lake, *, removes: bool = True) -> Any:
    return archiver(lake, removes=removes).archive_day(DAY)


def unarchived_keys(lake: Lake) -> list[str]:
    return [info.key for info in lake.raw_store.list(raw_states_day_prefix(DAY))]


def part_keys(lake: Lake) -> list[str]:
    return [info.key for info in lake.raw_store.list(ARCHIVE_PARTS_PREFIX)]


def damaged(lake: Lake, raw_key: str) -> str:
    """Change one byte of an archived response within its part; return the part's key."""
    member = archived_members(lake.raw_store, DAY)[raw_key]
    data = bytearray(lake.raw_store.get(member.part))
    data[member.offset + member.length // 2] ^= 0xFF
    lake.raw_store.delete([member.part])
    lake.raw_store.put_if_absent(member.part, bytes(data))
    return member.part


def two_members(text: bytes) -> bytes:
    """Return a text gzipped in two pieces, which programs read as one."""
    return gzip.compress(text[:10], mtime=0) + gzip.compress(text[10:], mtime=0)


def seen(store: ObjectStore) -> dict[str, bytes]:
    """What a reader finds of the day."""
    return {info.key: store.get(info.key) for info in store.list(raw_states_day_prefix(DAY))}


def anew(lake: Lake) -> ObjectStore:
    """The lake as a process finds it that has just started."""
    return ArchivedStore(lake.raw_store)


class FakeLake:
    """As much of a lake as an archive needs, in memory."""

    def __init__(self, memory: MemoryStore) -> None:
        self.store, self.raw_store, self.catalog = ArchivedStore(memory), memory, None
