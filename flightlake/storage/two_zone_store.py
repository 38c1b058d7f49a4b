"""Object store over two places: received objects in one, everything else in the other."""

import heapq
from collections.abc import Iterable, Iterator

from flightlake.layout import RAW_PREFIX
from flightlake.ports import ObjectInfo, ObjectStore


class TwoZoneStore:
    """Two stores as one: keys under `raw/` are in the raw zone, all others in the lake's own place.

    Raw responses and published tables differ in key, lifetime and copies, which a bucket sets for all that it holds.
    """

    def __init__(self, own: ObjectStore, raw: ObjectStore) -> None:
        self._own = own
        self._raw = raw

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object and return True; return False, changing nothing, where the key exists already."""
        return self._zone(key).put_if_absent(key, data)

    def get(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            ObjectNotFoundError: there is no such key.
        """
        return self._zone(key).get(key)

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Return a range of the object's bytes: `length` of them, at least one, from the offset on.

        Raises:
            ObjectNotFoundError: there is no such key.
            StorageError: the object ends before.
        """
        return self._zone(key).get_range(key, offset, length)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield every object under the prefix in the order of keys; objects in the wrong place are left out."""
        if prefix:
            return self._zone(prefix).list(prefix)
        return heapq.merge(self._all_of(self._own), self._all_of(self._raw), key=lambda found: found.key)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; missing keys are ignored."""
        named = list(keys)
        for store in (self._own, self._raw):
            store.delete([key for key in named if self._zone(key) is store])

    def list_incomplete(self) -> Iterator[ObjectInfo]:
        """Yield incomplete writes in the lake's own place; nothing is written to the raw zone in parts."""
        return self._own.list_incomplete()

    def remove_incomplete(self, incomplete: ObjectInfo) -> None:
        """Remove an incomplete write that `list_incomplete` has yielded; a missing one is ignored."""
        self._own.remove_incomplete(incomplete)

    def make_durable(self, prefix: str) -> None:
        """Make everything under the prefix survive a power cut."""
        self._zone(prefix).make_durable(prefix)

    def uri(self, key: str) -> str:
        """Return the address of a key or a prefix as Spark takes it."""
        return self._zone(key).uri(key)

    def _all_of(self, store: ObjectStore) -> Iterator[ObjectInfo]:
        return (found for found in store.list("") if self._zone(found.key) is store)

    def _zone(self, key: str) -> ObjectStore:
        return self._raw if key.startswith(RAW_PREFIX) else self._own
