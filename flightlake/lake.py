"""A lake: the adapters that reach it and the tables that are published in it."""

from dataclasses import dataclass
from pathlib import Path

from flightlake.ports import Catalog, ObjectStore, PollState


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
