"""Ports of the lake: object store, catalog, clock and poll state, each with adapters for one machine and for AWS.

An adapter raises `StorageError` or one of its branches, never an error of its library.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from flightlake.schema.contract import Table


@dataclass(frozen=True)
class ObjectInfo:
    """Entry of a listing: an object's key, its size in bytes and when it was written (UTC)."""

    key: str
    size_bytes: int
    modified_at: datetime


class ObjectStore(Protocol):
    """Objects by key under one root. An object is written whole or not at all, and never changed."""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object and return True; return False, changing nothing, where the key exists already."""
        ...

    def get(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            ObjectNotFoundError: there is no such key.
        """
        ...

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Return a range of the object's bytes: `length` of them, at least one, from the offset on.

        Raises:
            ObjectNotFoundError: there is no such key.
            StorageError: the object ends before.
        """
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield every object whose key starts with the prefix (which ends in `/` or is empty), in the order of keys."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; missing keys are ignored."""
        ...

    def list_incomplete(self) -> Iterator[ObjectInfo]:
        """Yield incomplete writes of killed processes that no listing shows, such as half an upload.

        Some may still be under way: its age has to tell. The key is for `remove_incomplete` and nothing else.
        """
        ...

    def remove_incomplete(self, incomplete: ObjectInfo) -> None:
        """Remove an incomplete write that `list_incomplete` has yielded; a missing one is ignored."""
        ...

    def make_durable(self, prefix: str) -> None:
        """Make files that other programs, such as Spark, wrote under a prefix survive a power cut."""
        ...

    def uri(self, key: str) -> str:
        """Return the address under which Spark and other engines find a key or a prefix."""
        ...


class Catalog(Protocol):
    """Which folder readers see for each day of a table. Locations are keys relative to the lake's root."""

    def create_table(self, table: Table, location: str) -> None:
        """Make the table known; an existing one gets the contract's columns, and keeps its partitions."""
        ...

    def partitions(self, table: Table) -> dict[date, str]:
        """Return the visible folder of each day; empty where the table is not known yet."""
        ...

    def move_pointer(self, table: Table, day: date, location: str) -> None:
        """Let readers see this folder for this day from now on, in one step.

        Raises:
            StorageError: the table is not known.
        """
        ...


class Clock(Protocol):
    """Time, so that a simulated sky can run faster than the real one."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds of this clock."""
        ...


@dataclass(frozen=True)
class VersionedState:
    """A document and the version that a conditional write must name; version 0 means that nothing is stored yet."""

    document: dict[str, Any]
    version: int


class PollState(Protocol):
    """One small JSON document that outlives the poller's process: credits, cooldown, breaker."""

    def load(self) -> VersionedState:
        """Return the stored document, or an empty one of version 0."""
        ...

    def save(self, document: dict[str, Any], *, expected_version: int) -> None:
        """Store the document as the next version.

        Raises:
            ConflictError: the stored version is not the expected one; load again and decide anew.
        """
        ...
