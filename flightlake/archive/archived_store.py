"""Object store that finds archived responses under their raw keys."""

import heapq
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import groupby, islice

from flightlake.archive.index import Member, index_keys, index_members, may_be_archived, member_bytes, merged_members
from flightlake.errors import ObjectNotFoundError
from flightlake.layout import RAW_STATES_PREFIX, archive_index_of, raw_states_day_prefix, states_day_of
from flightlake.ports import ObjectInfo, ObjectStore

_LISTED_AT_ONCE = 50_000
"""Objects of a listing between two looks at the archive: some 20 MB, and one more request for fifty."""

_KEPT_INDEXES = 4
"""Days whose index stays in memory: whoever reads many responses reads them day by day."""


class ArchivedStore:
    """A store that lists and reads archived responses as if they were still objects.

    Days that are too young for an archive are not looked up in one: a poller pays for no extra request.
    """

    def __init__(self, below: ObjectStore, *, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        """Wrap a store.

        Args:
            below: holds the unarchived objects and the archive.
            today: returns the present UTC day.
        """
        self._below = below
        self._today = today
        self._read_index = lru_cache(_KEPT_INDEXES)(lambda key: index_members(key, below.get(key)))
        self._known: dict[date, dict[str, Member]] = {}
        self._lock = threading.Lock()

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object and return True; return False where the key exists already, also in an archive."""
        day = self._archivable_day(key)
        if day is not None and (key in self._known.get(day, ()) or key in self._looked_up(day)):
            return False
        return self._below.put_if_absent(key, data)

    def get(self, key: str) -> bytes:
        """Return the object's bytes, of an archived response those that were stored.

        Raises:
            ObjectNotFoundError: there is no such key.
            StorageError: the part that holds it is damaged.
        """
        day = self._archivable_day(key)
        if day is None:
            return self._below.get(key)
        known = self._known.get(day)  # in one step: another thread may be forgetting the day
        if known is None:
            known = self._looked_up(day)
        if key in known:
            return member_bytes(self._below, known[key])
        try:
            return self._below.get(key)
        except ObjectNotFoundError:
            members = self._looked_up(day)  # it may have been archived since the last look
            if key not in members:
                raise
            return member_bytes(self._below, members[key])

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Return a range of bytes of an unarchived object, such as a part of an archive.

        Raises:
            ObjectNotFoundError: there is no such key.
            StorageError: the object ends before.
        """
        return self._below.get_range(key, offset, length)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield every object under the prefix and every archived response, in the order of keys, each once."""
        holds_responses = prefix.startswith(RAW_STATES_PREFIX) or RAW_STATES_PREFIX.startswith(prefix)
        if not holds_responses or self._is_young(states_day_of(prefix)):
            return self._below.list(prefix)
        return self._merged(prefix)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete unarchived objects; missing keys are ignored. Archived responses stay."""
        self._below.delete(keys)

    def list_incomplete(self) -> Iterator[ObjectInfo]:
        """Yield incomplete writes of killed processes."""
        return self._below.list_incomplete()

    def remove_incomplete(self, incomplete: ObjectInfo) -> None:
        """Remove an incomplete write that `list_incomplete` has yielded; a missing one is ignored."""
        self._below.remove_incomplete(incomplete)

    def make_durable(self, prefix: str) -> None:
        """Make everything under the prefix survive a power cut."""
        self._below.make_durable(prefix)

    def uri(self, key: str) -> str:
        """Return the address of a key or a prefix as Spark takes it; an archived response has no object there."""
        return self._below.uri(key)

    def _merged(self, prefix: str) -> Iterator[ObjectInfo]:
        # The archive is read after the unarchived objects, piece by piece: a response that is being archived moves from
        # here to there, and read in the other order it might be seen in neither.
        unarchived, after = iter(self._below.list(prefix)), ""
        while True:
            piece = list(islice(unarchived, _LISTED_AT_ONCE))
            last = piece[-1].key if len(piece) == _LISTED_AT_ONCE else None
            both = heapq.merge(piece, self._archived(prefix, after, last), key=lambda info: info.key)
            for _, same in groupby(both, key=lambda info: info.key):
                yield next(same)
            if last is None:
                return
            after = last

    def _archived(self, prefix: str, after: str, last: str | None) -> Iterator[ObjectInfo]:
        """Yield the archived responses under the prefix whose keys come after one and not after another."""
        keys = index_keys(self._below, prefix if prefix.startswith(RAW_STATES_PREFIX) else RAW_STATES_PREFIX)
        for day, of_day in groupby(keys, key=_day_of_index):
            folder = raw_states_day_prefix(day)
            if f"{folder}~" <= after or (last is not None and folder > last):
                continue
            members = merged_members({key: self._read_index(key) for key in of_day})
            for key in sorted(members):
                if key.startswith(prefix) and after < key and (last is None or key <= last):
                    yield members[key].info

    def _looked_up(self, day: date) -> dict[str, Member]:
        """Return the archived responses of a day by key, read anew."""
        with self._lock:
            keys = index_keys(self._below, raw_states_day_prefix(day))
            members = merged_members({key: self._read_index(key) for key in keys})
            self._known.pop(day, None)
            while len(self._known) >= _KEPT_INDEXES:
                self._known.pop(next(iter(self._known)))
            self._known[day] = members
            return members

    def _archivable_day(self, key: str) -> date | None:
        day = states_day_of(key)
        return None if self._is_young(day) else day

    def _is_young(self, day: date | None) -> bool:
        return day is not None and not may_be_archived(day, today=self._today())


def _day_of_index(key: str) -> date:
    found = archive_index_of(key)
    if found is None:
        raise ValueError(key)
    return found[0]
