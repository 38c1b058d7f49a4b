"""An opened lake, and the marker that makes a folder or a prefix a lake."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

from lake.errors import LakeNotFoundError, ObjectNotFoundError, StorageError
from lake.layout import MARKER_KEY
from lake.ports import Catalog, ObjectStore, PollState

FORMAT = 1
"""Version of the lake's layout that this program reads and writes."""

_NAME = "flightlake"


@dataclass(frozen=True)
class Lake:
    """A lake and the adapters that reach it.

    Attributes:
        address: the folder or `s3://` address as it was asked for.
        root: the folder; None for a lake in a bucket.
    """

    address: str
    store: ObjectStore
    catalog: Catalog
    poll_state: PollState
    root: Path | None


def is_marked(store: ObjectStore, address: str) -> bool:
    """Tell whether the place has a lake's marker.

    Raises:
        StorageError: it has one that this program cannot read, or of a newer format.
    """
    try:
        text = store.get(MARKER_KEY)
    except ObjectNotFoundError:
        return False
    try:
        version = json.loads(text)[_NAME]
    except (ValueError, TypeError, KeyError) as error:
        raise _no_marker(address, text) from error
    if type(version) is not int or version < 1:
        raise _no_marker(address, text)
    if version > FORMAT:
        raise StorageError(
            f"the lake {address} has format {version}, this program knows formats up to {FORMAT}: upgrade flightlake"
        )
    return True


def mark(store: ObjectStore) -> None:
    """Make the place a lake; where another process just did, nothing changes."""
    store.put_if_absent(MARKER_KEY, f"{json.dumps({_NAME: FORMAT})}\n".encode())


def no_lake(address: str, reason: str) -> LakeNotFoundError:
    """Return the error that says why the place is no lake and how a lake is made there."""
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
        f'write {{"{_NAME}": {FORMAT}}} into it if this is your lake'
    )
