"""The object store of a lake whose past responses may be archived: each is found under its raw key all the same."""

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
    """A store in which archived responses are listed and read as if they still lay by themselves.

    Of a day that is too young for an archive nobody looks for one: a poller pays for no request more.
    """

    def __init__(self, loose: ObjectStore, *, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        """Take the store of what lies by itself, and of the archive.

        Args:
            loose: the store below.
            today: the present UTC day.
        """
        self.loose = loose
        self._today = today
        self._read_index = lru_cache(_KEPT_INDEXES)(lambda key: index_members(key, loose.get(key)))
        self._known: dict[date, dict[str, Member]] = {}
        self._lock = threading.Lock()

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object and return True; return False where the key exists already, also in an archive."""
        day = self._archivable_day(key)
        if day is not None and (key in self._known.get(day, ()) or key in self._looked_up(day)):
            return False
        return self.loose.put_if_absent(key, data)

    def get(self, key: str) -> bytes:
        """Return the object's bytes, of an archived response those that were stored.

        Raises:
            ObjectNotFoundError: there is no such key.
            StorageError: the part that holds it is damaged.
        """
        day = self._archivable_day(key)
        if day is None:
            return self.loose.get(key)
        known = self._known.get(day)  # in one step: another thread may be forgetting the day
        if known is None:
            known = self._looked_up(day)
        if key in known:
            return member_bytes(self.loose, known[key])
        try:
            return self.loose.get(key)
        except ObjectNotFoundError:
            members = self._looked_up(day)  # it may have been archived since the last look
            if key not in members:
                raise
            return member_bytes(self.loose, members[key])

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Return so many bytes of an object that lies by itself, such as a part of an archive.

        Raises:
            ObjectNotFoundError: there is no such key.
            StorageError: the object ends before.
        """
        return self.loose.get_range(key, offset, length)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield every object under the prefix and every archived response, in the order of keys, each once."""
        holds_responses = prefix.startswith(RAW_STATES_PREFIX) or RAW_STATES_PREFIX.startswith(prefix)
        if not holds_responses or self._is_young(states_day_of(prefix)):
            return self.loose.list(prefix)
        return self._merged(prefix)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects that lie by themselves; a key that does not exist is no error. What is archived stays."""
        self.loose.delete(keys)

    def leftovers(self) -> Iterator[ObjectInfo]:
        """Yield what killed writers left behind."""
        return self.loose.leftovers()

    def discard(self, leftover: ObjectInfo) -> None:
        """Remove what `leftovers` has yielded; where it is gone already, that is no error."""
        self.loose.discard(leftover)

    def make_durable(self, prefix: str) -> None:
        """Return when everything under the prefix outlives a power cut."""
        self.loose.make_durable(prefix)

    def uri(self, key: str) -> str:
        """Return the address of a key or a prefix as Spark takes it; nothing lies at that of an archived response."""
        return self.loose.uri(key)

    def _merged(self, prefix: str) -> Iterator[ObjectInfo]:
        # The archive is looked at after what lies loose, piece by piece: a response that is being archived moves from
        # here to there, and looked at in the other order it might be seen in neither.
        loose, after = iter(self.loose.list(prefix)), ""
        while True:
            piece = list(islice(loose, _LISTED_AT_ONCE))
            last = piece[-1].key if len(piece) == _LISTED_AT_ONCE else None
            both = heapq.merge(piece, self._archived(prefix, after, last), key=lambda info: info.key)
            for _, same in groupby(both, key=lambda info: info.key):
                yield next(same)
            if last is None:
                return
            after = last

    def _archived(self, prefix: str, after: str, last: str | None) -> Iterator[ObjectInfo]:
        """Yield the archived responses under the prefix whose keys come after one and not after another."""
        keys = index_keys(self.loose, prefix if prefix.startswith(RAW_STATES_PREFIX) else RAW_STATES_PREFIX)
        for day, of_day in groupby(keys, key=_day_of_index):
            folder = raw_states_day_prefix(day)
            if f"{folder}~" <= after or (last is not None and folder > last):
                continue
            members = merged_members({key: self._read_index(key) for key in of_day})
            for key in sorted(members):
                if key.startswith(prefix) and after < key and (last is None or key <= last):
                    yield members[key].info

    def _looked_up(self, day: date) -> dict[str, Member]:
        """Return what is archived of a day now."""
        with self._lock:
            keys = index_keys(self.loose, raw_states_day_prefix(day))
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
