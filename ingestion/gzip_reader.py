"""Unpacking gzip in full and within bounds; unlike most readers, this one notices a stream that was cut off."""

import zlib

from flightlake.errors import InvalidResponseError

GZIP_MAGIC = b"\x1f\x8b"
"""The first two bytes of every gzip. Source: RFC 1952, section 2.3.1."""

_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS


def ungzip(packed: bytes, *, limit_bytes: int) -> bytes:
    """Return what a gzip holds, or its first bytes, one more than the limit: a small gzip can unpack to any size.

    Raises:
        InvalidResponseError: the gzip is broken or was cut off.
    """
    parts: list[bytes] = []
    room = limit_bytes + 1
    rest = packed
    while rest and room:
        member = zlib.decompressobj(_WITH_GZIP_HEADER)
        try:
            part = member.decompress(rest, room)
        except zlib.error as exc:
            raise InvalidResponseError(f"is a broken gzip: {exc}") from exc
        parts.append(part)
        room -= len(part)
        if room and not member.eof:
            raise InvalidResponseError("is a gzip that was cut off")
        rest = member.unused_data.lstrip(b"\0")  # a gzip may have several members, and padding behind them
    return b"".join(parts)
