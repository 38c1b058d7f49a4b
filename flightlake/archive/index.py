"""Index of a day's archive: the part, offset and length of each archived response."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from flightlake.errors import DamagedArchiveError, InvalidResponseError, StorageError
from flightlake.layout import (
    archive_index_of,
    archive_index_prefix,
    archive_part_day,
    gzipped,
    raw_states_day_prefix,
    snapshot_date_of,
    ungzipped,
)
from flightlake.ports import ObjectInfo, ObjectStore

LEAST_AGE = timedelta(days=2)
"""Between a day and the first one on which it may be archived: so nobody who lands or reads what is new has to look."""


@dataclass(frozen=True, slots=True)
class Member:
    """One archived response.

    Attributes:
        raw_key: its name, as before.
        part: key of the part that holds it.
        offset: first byte of the stored (gzipped) object within the part.
        length: bytes of the stored object.
        sha256: of the stored object, hex.
        stored_at: when it was landed, by the store's clock, UTC.
    """

    raw_key: str
    part: str
    offset: int
    length: int
    sha256: str
    stored_at: datetime

    @property
    def info(self) -> ObjectInfo:
        """Entry of the object's listing before it was archived."""
        return ObjectInfo(self.raw_key, self.length, self.stored_at)


def may_be_archived(day: date, *, today: date) -> bool:
    """Tell whether a UTC day is old enough for an archive."""
    return today - day >= LEAST_AGE


def index_bytes(members: Iterable[Member]) -> bytes:
    """Return an index as it is stored: gzipped JSON lines."""
    lines = (json.dumps(asdict(member) | {"stored_at": member.stored_at.isoformat()}) for member in members)
    return gzipped("".join(f"{line}\n" for line in lines).encode())


def index_members(key: str, data: bytes) -> list[Member]:
    """Return the members that an index lists.

    Raises:
        StorageError: the object is no index, or names a place outside the day's archive.
    """
    found = archive_index_of(key)
    try:
        return [_member(line, found[0] if found else None) for line in ungzipped(data).splitlines()]
    except (ValueError, KeyError, TypeError, AttributeError, InvalidResponseError) as error:
        raise StorageError(
            f"{key}: no index of an archive of this version of flightlake ({error}); put it back from a copy: the "
            "responses that it names cannot be found without it"
        ) from error


def index_keys(store: ObjectStore, states_prefix: str) -> list[str]:
    """Return the keys of the indexes that can name responses under a prefix of `raw/states/`, in their order."""
    keys = (info.key for info in store.list(archive_index_prefix(states_prefix)))
    return [key for key in keys if archive_index_of(key) is not None]


def archived_members(store: ObjectStore, day: date) -> dict[str, Member]:
    """Return the archived responses of a UTC day by raw key; empty without an archive.

    Raises:
        StorageError: an index cannot be read.
    """
    keys = index_keys(store, raw_states_day_prefix(day))
    return merged_members({key: index_members(key, store.get(key)) for key in keys})


def merged_members(indexes: dict[str, list[Member]]) -> dict[str, Member]:
    """Return the members of a day's indexes by raw key.

    Raises:
        StorageError: two of them name the same response, of which rows would come twice.
    """
    merged: dict[str, Member] = {}
    for key, members in indexes.items():
        for member in members:
            if merged.setdefault(member.raw_key, member) is not member:
                raise StorageError(f"{key} names {member.raw_key}, which an index before it names, too: remove one")
    return merged


def member_bytes(store: ObjectStore, member: Member) -> bytes:
    """Return an archived response as it was stored, byte for byte.

    Raises:
        StorageError: the part is gone, too short, or holds other bytes than those that were archived.
    """
    try:
        data = store.get_range(member.part, member.offset, member.length)
    except StorageError as error:
        raise type(error)(f"{member.raw_key} was archived into {member.part}: {error}") from error
    check_bytes(data, member)
    return data


def check_bytes(data: bytes, member: Member) -> None:
    """Let pass the bytes that were archived.

    Raises:
        DamagedArchiveError: they are others.
    """
    if hashlib.sha256(data).hexdigest() != member.sha256:
        raise DamagedArchiveError(
            f"{member.part} is damaged: bytes {member.offset} to {member.offset + member.length} are not "
            f"{member.raw_key} as it was archived; put the part back from a copy"
        )


def _member(line: bytes, day: date | None) -> Member:
    document = json.loads(line)
    document["stored_at"] = datetime.fromisoformat(document["stored_at"])
    member = Member(**document)
    if day is None or snapshot_date_of(member.raw_key) != day or archive_part_day(member.part) != day:
        raise ValueError(f"{member.raw_key} in {member.part} is not of {day}")
    if type(member.offset) is not int or type(member.length) is not int or member.offset < 0 or member.length < 1:
        raise ValueError(f"{member.raw_key} cannot lie at {member.offset!r}, {member.length!r} bytes long")
    return member
