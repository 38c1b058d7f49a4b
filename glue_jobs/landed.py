"""What lies in the raw zone for a day, as a listing tells."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lake.ports import ObjectInfo, ObjectStore


@dataclass(frozen=True)
class RawDay:
    """What was landed for a UTC day.

    Attributes:
        objects: those whose names are of this day, in the order of keys.
        strangers: keys of other objects in the day's folder.
    """

    day: date
    objects: tuple[ObjectInfo, ...]
    strangers: tuple[str, ...]

    @property
    def keys(self) -> frozenset[str]:
        """Every key in the day's folder, the strangers' too."""
        return frozenset(info.key for info in self.objects) | frozenset(self.strangers)

    @property
    def numbers(self) -> dict[str, int]:
        """The place of each object by its key."""
        return {info.key: number for number, info in enumerate(self.objects)}

    @property
    def size_bytes(self) -> int:
        """Sum of the objects' (gzipped) sizes."""
        return sum(info.size_bytes for info in self.objects)


def landed_day(store: ObjectStore, prefix: str, day: date, *, day_of: Callable[[str], date | None]) -> RawDay:
    """Return what lies under a day's prefix now; `day_of` tells the day that a key's name carries."""
    objects, strangers = [], []
    for info in store.list(prefix):
        if day_of(info.key) == day:
            objects.append(info)
        else:
            strangers.append(info.key)
    return RawDay(day, tuple(objects), tuple(strangers))
