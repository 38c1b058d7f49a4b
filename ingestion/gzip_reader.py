"""Gzip reader with a size limit; unlike most readers, it notices a stream that was cut off."""

import zlib

from flightlake.errors import InvalidResponseError

GZIP_MAGIC = b"\x1f\x8b"
"""The first two bytes of every gzip. Source: RFC 1952, section 2.3.1."""

_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS


def ungzip(packed: bytes, *, limit_bytes: int) -> bytes:
    """Unpack a gzip, up to one byte beyond the limit, as a small gzip can unpack to any size.

    Raises:
        InvalidResponseError: the gzip is broken or was cut off.
    """
    parts: list[bytes] = []
    bytes_left = limit_bytes + 1
    rest = packed
    while rest and bytes_left:
        member = zlib.decompressobj(_WITH_GZIP_HEADER)
        try:
            part = member.decompress(rest, bytes_left)
        except zlib.error as exc:
            raise InvalidResponseError(f"is a broken gzip: {exc}") from exc
        parts.append(part)
        bytes_left -= len(part)
        if bytes_left and not member.eof:
            raise InvalidResponseError("is a gzip that was cut off")
        rest = member.unused_data.lstrip(b"\0")  # a gzip may have several members, and padding behind them
    return b"".join(parts)
