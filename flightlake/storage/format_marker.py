"""The marker object that makes a folder or a prefix a lake, and the version of its format."""

import json
import shlex
from dataclasses import dataclass

from flightlake.errors import LakeNotFoundError, ObjectNotFoundError, StorageError
from flightlake.layout import MARKER_KEY
from flightlake.ports import ObjectStore

FORMAT = 2
"""Newest version of the lake's layout that this program reads.

1. Everything lies in one place.
2. What lies under `raw/` is elsewhere, at the address that the marker gives as `raw`.
"""

_ONE_PLACE = 1
_NAME = "flightlake"
_RAW = "raw"


@dataclass(frozen=True)
class FormatMarker:
    """Contents of a lake's format marker.

    Attributes:
        raw: address of the place of everything under `raw/`; None where that is the lake's own place.
    """

    raw: str | None


def find_format_marker(store: ObjectStore, address: str) -> FormatMarker | None:
    """Return the format marker of a place; None without one.

    Raises:
        StorageError: it has one that this program cannot read, or of a newer format.
    """
    try:
        text = store.get(MARKER_KEY)
    except ObjectNotFoundError:
        return None
    try:
        document = json.loads(text)
        version, raw = document[_NAME], document.get(_RAW)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _no_marker(address, text) from error
    if type(version) is not int or version < 1:
        raise _no_marker(address, text)
    if version > FORMAT:
        raise StorageError(
            f"the lake {address} has format {version}, this program knows formats up to {FORMAT}: upgrade flightlake"
        )
    if (version > _ONE_PLACE) != isinstance(raw, str):
        raise _no_marker(address, text)
    return FormatMarker(raw)


def write_format_marker(store: ObjectStore) -> None:
    """Make the place a lake; where another process just did, nothing changes."""
    store.put_if_absent(MARKER_KEY, f"{json.dumps({_NAME: _ONE_PLACE})}\n".encode())


def no_lake(address: str, reason: str) -> LakeNotFoundError:
    """Return the error for a place without a lake, with the reason and how to make one there."""
    lake = f"--lake {shlex.quote(address)}"
    return LakeNotFoundError(
        f"{address} is not a lake: {reason}; make one with `flightlake land {lake} FILE` or `flightlake poll {lake}`"
    )


def foreign_place(address: str, entries: str) -> LakeNotFoundError:
    """Return the error for a place that belongs to something else; `entries` says how many there are."""
    return LakeNotFoundError(
        f"{address} is not a lake: it holds {entries} and no {MARKER_KEY}; name a lake, or a new or empty place"
    )


def _no_marker(address: str, text: bytes) -> StorageError:
    return StorageError(
        f"the marker {MARKER_KEY} of the lake {address} is broken ({text[:40]!r}); "
        f'write {{"{_NAME}": {_ONE_PLACE}}} into it if this is your lake'
    )
