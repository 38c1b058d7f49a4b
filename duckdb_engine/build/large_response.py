"""Responses of any size in pieces: only one piece of a response is in memory at a time."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from duckdb_engine.build.raw_files import RawFile

PIECE_BYTES = 8 * 1024**2
"""Unpacked."""

_READ_BYTES = 1024**2
_HEAD = re.compile(rb'\s*\{\s*"time"\s*:\s*(\d{1,18})\s*,\s*"states"\s*:\s*\[\s*')
_ROW = rb'\[(?:[^\[\]"]++|"(?:[^"\\]++|\\.)*+"|\[[^\[\]"]*+\])*+\]'
_BETWEEN = rb"\s*(?:,\s*(?=\[)|(?=\]))"
"""What stands between a row and the next one, or the end of the list."""

_ONE_ROW = re.compile(b"(%s)%s" % (_ROW, _BETWEEN), re.DOTALL)
# Without a group: not every Python 3.11 is right with one in a possessive repetition.
_ROWS = re.compile(b"(?:%s%s)*+" % (_ROW, _BETWEEN), re.DOTALL)
_TAIL = re.compile(rb"\s*\]\s*\}\s*")


@dataclass(frozen=True)
class Piece:
    """Consecutive rows of a response.

    Attributes:
        file: the whole response.
        time: its time, as text.
        first_row: place of the first row in the response.
        rows: JSON text of each row, as received.
    """

    file: RawFile
    time: bytes
    first_row: int
    rows: list[bytes]


def can_be_split(file: RawFile) -> bool:
    """Return whether a response is sound gzip and written as `time`, then `states` with rows of plain values."""
    try:
        for _ in pieces(file):
            pass
    except ValueError:
        return False
    return True


def pieces(file: RawFile) -> Iterator[Piece]:
    """Yield a response in pieces of about `PIECE_BYTES`.

    Raises:
        ValueError: the response cannot be split, see `can_be_split`.
    """
    chunks = _unpacked(file.path)
    buffer = next(chunks, b"")
    head = _HEAD.match(buffer)
    if head is None:
        raise ValueError(f"{file.path.name}: no head of a response")
    buffer = buffer[head.end() :]
    rows: list[bytes] = []
    first_row = size_bytes = 0
    for chunk in chain((b"",), chunks):
        buffer += chunk
        found, buffer = _whole_rows(buffer)
        rows += found
        size_bytes += sum(map(len, found))
        if size_bytes >= PIECE_BYTES:
            yield Piece(file, head[1], first_row, rows)
            first_row, rows, size_bytes = first_row + len(rows), [], 0
    if _TAIL.fullmatch(buffer) is None:
        raise ValueError(f"{file.path.name}: a row that is no plain list")
    if rows:
        yield Piece(file, head[1], first_row, rows)


def written_piece(piece: Piece, scratch: Path) -> RawFile:
    """Write a piece as a response of its own and return it."""
    path = scratch / f"{piece.file.number:06d}-{piece.first_row:09d}.json"
    path.write_bytes(b'{"time":%s,"states":[' % piece.time + b",".join(piece.rows) + b"]}")
    return RawFile(piece.file.number, path, piece.first_row, is_piece=True)


def _whole_rows(buffer: bytes) -> tuple[list[bytes], bytes]:
    """Return the rows at the start of a buffer that are surely whole, and what follows them."""
    found = _ROWS.match(buffer)
    end = found.end() if found else 0
    # The parts up to there are rows and nothing else, so that none is found anywhere but behind the one before.
    return _ONE_ROW.findall(buffer, 0, end + 1), buffer[end:]


def _unpacked(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a gzipped file.

    Raises:
        ValueError: the file is no sound gzip.
    """
    unpacker = zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        while packed := file.read(_READ_BYTES // 8):
            while packed:
                try:
                    yield unpacker.decompress(packed, _READ_BYTES)
                except zlib.error as error:
                    raise ValueError(f"{path.name}: {error}") from error
                packed = unpacker.unconsumed_tail
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError(f"{path.name}: no single sound gzip")
