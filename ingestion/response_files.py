"""Response files on disk: find them, and read the body in one."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flightlake.errors import InvalidResponseError
from ingestion.gzip_reader import GZIP_MAGIC, ungzip

SUFFIXES = (".json", ".json.gz")
"""Suffixes of files that are searched for in folders; a file that is named outright may have any name."""

BODY_LIMIT_BYTES = 256 * 1024 * 1024
"""The largest body that is read, unpacked: some 250 times a global response, far less than memory."""


def read_body(path: Path, *, limit_bytes: int = BODY_LIMIT_BYTES) -> bytes:
    """Read the body in a file, unpacked where its content is gzip, whatever its name says.

    Raises:
        InvalidResponseError: the file is missing, unreadable, empty, a broken gzip, or larger than the limit.
    """
    try:
        if path.is_dir():
            raise InvalidResponseError("is a folder, not a file")
        if path.exists() and not path.is_file():
            raise InvalidResponseError("is no regular file")
        with path.open("rb") as file:
            stored = file.read(limit_bytes + 1)
    except (OSError, ValueError) as exc:
        raise InvalidResponseError(f"cannot be read: {getattr(exc, 'strerror', None) or exc}") from exc
    body = ungzip(stored, limit_bytes=limit_bytes) if stored.startswith(GZIP_MAGIC) else stored
    if len(body) > limit_bytes or len(stored) > limit_bytes:
        raise InvalidResponseError(f"is larger than {limit_bytes:,} bytes unpacked; no response is")
    if not body:
        raise InvalidResponseError("is empty")
    return body


def find_files(places: Iterable[Path], *, on_trouble: Callable[[Path, str], None]) -> Iterator[Path]:
    """Yield files as named, and those of `SUFFIXES` below each folder named, in the order of their paths.

    Args:
        places: files and folders.
        on_trouble: called with a folder that holds no such file, or cannot be listed, and the reason.
    """
    for place in places:
        if not os.path.isdir(place):  # noqa: PTH112  Path.is_dir raises where a parent folder is closed
            yield place  # where it does not exist, reading it says so
            continue
        found = sorted(_below(place, on_trouble))
        if not found:
            on_trouble(place, f"is a folder without {' or '.join(SUFFIXES)} files")
        yield from found


def file_size(path: Path) -> int:
    """Return a file's size in bytes; 0 where it cannot be had, as reading the file will tell why."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _below(folder: Path, on_trouble: Callable[[Path, str], None]) -> Iterator[Path]:
    def report(error: OSError) -> None:
        on_trouble(Path(error.filename), f"cannot be listed: {error.strerror}")

    for root, _, names in os.walk(folder, onerror=report):
        yield from (Path(root, name) for name in names if name.endswith(SUFFIXES))
