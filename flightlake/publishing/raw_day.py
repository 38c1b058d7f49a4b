"""Raw objects of one day, from a listing of the store."""

from dataclasses import dataclass
from datetime import date, datetime

from flightlake.ports import ObjectInfo, ObjectStore
from flightlake.publishing.registry import LogDefinition

UNEXPECTED_KEY = "its name is not that of a landed response of this day"
"""Reason for which an object in a day's folder counts as unreadable without being read."""


def other_day_reason(snapshot_at: datetime) -> str:
    """Return the reason for which a readable response is left out of the day in whose folder it lies."""
    return f"its time {snapshot_at:%Y-%m-%dT%H:%M:%SZ} is of another day"


@dataclass(frozen=True)
class RawDay:
    """Landed objects of a UTC day.

    Attributes:
        objects: those whose names are of this day, in the order of keys.
        unexpected_keys: keys of other objects in the day's folder.
    """

    day: date
    objects: tuple[ObjectInfo, ...]
    unexpected_keys: tuple[str, ...]

    @property
    def keys(self) -> frozenset[str]:
        """Every key in the day's folder, the unexpected ones too."""
        return frozenset(info.key for info in self.objects) | frozenset(self.unexpected_keys)

    @property
    def numbers(self) -> dict[str, int]:
        """The place of each object by its key."""
        return {info.key: number for number, info in enumerate(self.objects)}

    @property
    def size_bytes(self) -> int:
        """Sum of the objects' (gzipped) sizes."""
        return sum(info.size_bytes for info in self.objects)


def list_raw_day(store: ObjectStore, definition: LogDefinition, day: date) -> RawDay:
    """Return the raw objects that lie under a day's prefix now."""
    objects, unexpected_keys = [], []
    for info in store.list(definition.day_prefix(day)):
        if definition.day_of(info.key) == day:
            objects.append(info)
        else:
            unexpected_keys.append(info.key)
    return RawDay(day, tuple(objects), tuple(unexpected_keys))
