"""Archive past days: pack a day's many raw responses into few parts, byte for byte, and only then remove them.

Parts are written first and read back; then the index that names every response in them; only what the index names is
removed. So a response can be read at every moment, from its own object or from the archive, whatever is cut off where.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from flightlake.archive.index import (
    LEAST_AGE,
    Member,
    archived_members,
    check_bytes,
    index_bytes,
    index_keys,
    may_be_archived,
    member_bytes,
)
from flightlake.archive.part import PartBuilder, rejection_reason
from flightlake.commits.log import CommitLog
from flightlake.errors import ConflictError, ObjectNotFoundError, StorageError, UsageError
from flightlake.layout import (
    RAW_STATES_PREFIX,
    archive_index_key,
    archive_index_of,
    raw_states_day_prefix,
    snapshot_date_of,
    states_day_of,
)
from flightlake.ports import ObjectInfo, ObjectStore

_ATTEMPTS = 10
"""How often a day is packed before others, who are always faster, are left to it."""

_READS_AT_ONCE = 8
_READ_AHEAD = 64
"""Responses that are held at once while packing, beside the part."""


@dataclass(frozen=True)
class Kept:
    """A response that stays an object by itself, and why."""

    raw_key: str
    reason: str


@dataclass(frozen=True)
class DayArchived:
    """Result of archiving one day; objects = archived + archived before + kept.

    Attributes:
        objects: what lay under the day's folder by itself.
        archived: of these, packed now.
        archived_before: of these, found in the archive already, byte for byte.
        kept: of these, neither.
        removed: how many of them were removed afterwards.
        parts: what was packed into.
        stored_bytes: size of the responses that were packed now.
    """

    day: date
    objects: int
    archived: int
    archived_before: int
    kept: tuple[Kept, ...]
    removed: int
    parts: tuple[str, ...]
    stored_bytes: int

    def to_document(self) -> dict[str, Any]:
        """Return it as the command line's JSON names it."""
        document = {key: value for key, value in vars(self).items() if key != "day"}
        return {"date": self.day, **document, "kept": [vars(item) for item in self.kept]}


@dataclass
class _Packed:
    """Result of packing a day's unarchived objects."""

    members: list[Member] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


@dataclass(frozen=True)
class Archiver:
    """Archives days of one lake.

    Attributes:
        store: of what lies by itself, not the one that shows archived responses as if they did.
        log: of `states`; only what a commit was built from is archived.
        today: the present UTC day.
        removes: remove the packed objects; else they lie in both places, and are read from the archive.
    """

    store: ObjectStore
    log: CommitLog
    today: date
    removes: bool = True

    def days(self, *, until: date) -> list[date]:
        """Return the days up to one, which is old enough for an archive, that have unarchived responses."""
        found = (states_day_of(info.key) for info in self.store.list(RAW_STATES_PREFIX))
        last = min(until, self.today - LEAST_AGE)
        return sorted({day for day in found if day is not None and day <= last})

    def archive_day(self, day: date) -> DayArchived:
        """Pack a day's unarchived responses, and remove them.

        Raises:
            UsageError: the day is too young.
            StorageError: an object cannot be read or written, or did not come back as it was written; nothing is lost.
        """
        if not may_be_archived(day, today=self.today):
            raise UsageError(
                f"{day} is too young for an archive, which takes days that ended a day ago: "
                f"{self.today - LEAST_AGE} and older"
            )
        for _ in range(_ATTEMPTS):
            unarchived = list(self.store.list(raw_states_day_prefix(day)))
            sequence = self._last_sequence(day)
            archived = archived_members(self.store, day)
            try:
                packed = self._packed(day, [info for info in unarchived if info.key not in archived])
            except ObjectNotFoundError:
                continue  # another archive was first, and has removed it
            if not packed.members or self._is_indexed(day, sequence + 1, packed.members):
                return self._finished(day, unarchived, archived, packed)
        raise ConflictError(f"{day}: {_ATTEMPTS} times another archive was first; nothing is lost, run it again")

    def _finished(
        self, day: date, unarchived: list[ObjectInfo], archived: dict[str, Member], packed: _Packed
    ) -> DayArchived:
        twice = [archived[info.key] for info in unarchived if info.key in archived]
        kept = [*packed.kept, *self._different(twice)] if self.removes else packed.kept
        staying = {item.raw_key for item in kept}
        going = [info.key for info in unarchived if info.key not in staying] if self.removes else []
        self.store.delete(going)
        return DayArchived(
            day,
            objects=len(unarchived),
            archived=len(packed.members),
            archived_before=len(unarchived) - len(packed.members) - len(kept),
            kept=tuple(sorted(kept, key=lambda item: item.raw_key)),
            removed=len(going),
            parts=tuple(dict.fromkeys(member.part for member in packed.members)),
            stored_bytes=sum(member.length for member in packed.members),
        )

    def _packed(self, day: date, infos: list[ObjectInfo]) -> _Packed:
        packed, part, why_kept = _Packed(), PartBuilder(day), self._why_kept(day)
        candidates = []
        for info in infos:
            if reason := why_kept(info.key):
                packed.kept.append(Kept(info.key, reason))
            else:
                candidates.append(info)
        for info, stored in self._read(candidates):
            if reason := rejection_reason(stored, day):
                packed.kept.append(Kept(info.key, reason))
                continue
            if not part.has_room_for(stored):
                packed.members += self._written(part)
                part = PartBuilder(day)
            part.add(info, stored)
        if not part.is_empty:
            packed.members += self._written(part)
        return packed

    def _why_kept(self, day: date) -> Callable[[str], str | None]:
        """Return a function that tells why the object of a key stays unarchived; None where it may be archived."""
        records = self.log.records(day)
        built = frozenset[str]().union(*(record.raw_keys for record in records))
        left_out = {item.raw_key: item.reason for record in records for item in record.unreadable}

        def reason(key: str) -> str | None:
            if snapshot_date_of(key) != day:
                return "its name is not that of a landed response of this day"
            if key not in built:
                return f"no commit was built from it yet; run `flightlake convert --date {day}` first"
            return f"left out of its day: {left_out[key]}" if key in left_out else None

        return reason

    def _read(self, infos: Iterable[ObjectInfo]) -> Iterator[tuple[ObjectInfo, bytes]]:
        remaining = iter(infos)
        with ThreadPoolExecutor(_READS_AT_ONCE) as pool:
            while batch := list(islice(remaining, _READ_AHEAD)):
                yield from zip(batch, pool.map(lambda info: self.store.get(info.key), batch), strict=True)

    def _written(self, part: PartBuilder) -> list[Member]:
        """Write a part, read it back and return its members."""
        key, data, members = part.finished()
        self.store.put_if_absent(key, data)
        back = self.store.get(key)
        for member in members:
            check_bytes(back[member.offset : member.offset + member.length], member)
        if back != data:
            raise StorageError(f"{key} did not come back as it was written; nothing was removed, run it again")
        return members

    def _is_indexed(self, day: date, sequence: int, members: list[Member]) -> bool:
        """Write the index under its number; return whether that was free."""
        key, data = archive_index_key(day, sequence), index_bytes(members)
        if not self.store.put_if_absent(key, data):
            return False
        if self.store.get(key) != data:
            raise StorageError(f"{key} did not come back as it was written; nothing was removed")
        return True

    def _last_sequence(self, day: date) -> int:
        found = (archive_index_of(key) for key in index_keys(self.store, raw_states_day_prefix(day)))
        return max((index[1] for index in found if index), default=0)

    def _different(self, members: list[Member]) -> Iterator[Kept]:
        """Yield unarchived objects that differ from the archived ones of their keys, which are checked first.

        Such a response was landed again by somebody who did not look, or an archive was cut off while removing.
        """
        for member in members:
            member_bytes(self.store, member)
            try:
                unarchived = self.store.get(member.raw_key)
            except ObjectNotFoundError:
                continue  # another archive has just removed it
            if hashlib.sha256(unarchived).hexdigest() != member.sha256:
                yield Kept(member.raw_key, f"other bytes were archived under its key, in {member.part}")
