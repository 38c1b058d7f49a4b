"""A part of an archive: many responses in one object that reads as one JSON text for each, with their own bytes in it.

A gzip file may have many members, which unpack to one text. Three of them make a response: an opening that names its
key, the object as it was stored, a closing that ends the JSON text with a NUL byte. So a part is read in one go by
whatever reads gzipped JSON, and each object can be cut out of it as it was, without unpacking anything.
"""

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from datetime import date

from flightlake.archive.index import Member
from flightlake.errors import InvalidResponseError
from flightlake.layout import archive_part_key, gzipped
from flightlake.opensky.decoder import parse_response
from flightlake.ports import ObjectInfo

PART_BYTES = 32 * 1024 * 1024
"""Stored bytes of a part at most, about a million rows: a gzip file cannot be split, so it is one task's work.

A larger response than this has a part of its own."""

_CLOSING = gzipped(b"}\0")
_ONE_GZIP = 16 + zlib.MAX_WBITS


def rejection_reason(stored: bytes, day: date) -> str | None:
    """Return why a stored response must stay an object by itself; None where it means the same within a part.

    Only what the conversion uses may go into a part: whatever else lies there by its side.
    """
    try:
        response = parse_response(_only_member(stored))
    except InvalidResponseError as error:
        return str(error)
    if response.snapshot_at.date() != day:
        return f"its time is of {response.snapshot_at.date()}"
    return None


@dataclass
class PartBuilder:
    """A part while it is filled."""

    day: date
    _pieces: list[bytes] = field(default_factory=list)
    _places: list[tuple[ObjectInfo, int, int, str]] = field(default_factory=list)
    _size: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was put in yet."""
        return not self._places

    def has_room_for(self, stored: bytes) -> bool:
        """Tell whether an object may go into this part."""
        return self.is_empty or self._size + len(stored) <= PART_BYTES

    def add(self, info: ObjectInfo, stored: bytes) -> None:
        """Put an object in, with its key and the time of its landing."""
        opening = gzipped(f'{{"raw_key":{json.dumps(info.key)},"response":'.encode())
        self._places.append((info, self._size + len(opening), len(stored), hashlib.sha256(stored).hexdigest()))
        self._pieces += (opening, stored, _CLOSING)
        self._size += len(opening) + len(stored) + len(_CLOSING)

    def finished(self) -> tuple[str, bytes, list[Member]]:
        """Return the part's key, its bytes, and the place of each object in it."""
        data = b"".join(self._pieces)
        key = archive_part_key(self.day, data)
        members = [
            Member(info.key, key, offset, length, digest, info.modified_at)
            for info, offset, length, digest in self._places
        ]
        return key, data, members


def _only_member(stored: bytes) -> bytes:
    # Engines differ in what they make of bytes behind a gzip's end; here other members follow.
    unpacking = zlib.decompressobj(wbits=_ONE_GZIP)
    try:
        body = unpacking.decompress(stored)
    except zlib.error as error:
        raise InvalidResponseError(f"no sound gzip: {error}") from error
    if not unpacking.eof or unpacking.unused_data:
        raise InvalidResponseError("no sound gzip of one member")
    return body
