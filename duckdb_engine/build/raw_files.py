"""Raw responses as local files, in batches that DuckDB reads at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flightlake.lake import Lake
from flightlake.ports import ObjectInfo

BATCH_BYTES = 16_000_000
"""Gzipped; half a million rows, which fit into memory several times."""

LARGEST_OBJECT_BYTES = 16 * 1024**2
"""Unpacked; eight times a global response. DuckDB sets aside twice as much for each thread."""

_LARGEST_PACKED_BYTES = LARGEST_OBJECT_BYTES // 8
"""A response compresses to a fifth at least, so a larger object is looked at before DuckDB sees it."""


@dataclass(frozen=True)
class RawFile:
    """A response, or a piece of one, as a local file.

    Attributes:
        number: place of the response among the day's responses.
        path: gzipped JSON, or plain JSON of a piece.
        first_row: place of the file's first row in its response.
        is_piece: whether the file holds a part of a large response.
    """

    number: int
    path: Path
    first_row: int = 0
    is_piece: bool = False


def batches(objects: tuple[ObjectInfo, ...]) -> Iterator[list[int]]:
    """Yield the numbers of the objects in runs of about `BATCH_BYTES`."""
    batch: list[int] = []
    size_bytes = 0
    for number, info in enumerate(objects):
        if batch and size_bytes + info.size_bytes > BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
        batch.append(number)
        size_bytes += info.size_bytes
    if batch:
        yield batch


def is_large(info: ObjectInfo) -> bool:
    """Return whether an object may unpack to more than DuckDB reads as one value."""
    return info.size_bytes > _LARGEST_PACKED_BYTES


def local_file(lake: Lake, number: int, info: ObjectInfo, scratch: Path) -> RawFile:
    """Return an object as a local file: its own in a folder lake, else a copy.

    Raises:
        ObjectNotFoundError: the object is gone.
        StorageError: it cannot be read.
    """
    if lake.root is not None and (own := lake.root / info.key).is_file():
        return RawFile(number, own)
    copy = scratch / f"{number:06d}.json.gz"
    copy.write_bytes(lake.store.get(info.key))
    return RawFile(number, copy)


def remove_copy(file: RawFile, scratch: Path) -> None:
    """Delete a file that was copied to the scratch folder; a lake's own file stays."""
    if file.path.parent == scratch:
        file.path.unlink(missing_ok=True)
