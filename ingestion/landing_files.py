"""Landing recorded responses from files: one bad file among many is reported and stops nothing."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flightlake.errors import InvalidResponseError
from flightlake.ports import Clock, ObjectStore
from ingestion.landing import land
from ingestion.response_files import read_body


@dataclass
class LandingTally:
    """What became of the files offered: offered = landed + duplicates + refused."""

    landed: int = 0
    duplicates: int = 0
    refused: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def offered(self) -> int:
        """Files that were looked at, and folders that held none."""
        return self.landed + self.duplicates + len(self.refused)

    def refuse(self, file: Path, reason: str) -> None:
        """Count a file that did not land, and why."""
        self.refused.append((file, reason))

    def to_document(self) -> dict[str, Any]:
        """Return the counts in JSON's types; bytes of a file's name that are no text show as a question mark."""
        return {
            "offered": self.offered,
            "landed": self.landed,
            "duplicates": self.duplicates,
            "refused": [{"file": shown_path(file), "reason": reason} for file, reason in self.refused],
        }


def land_files(store: ObjectStore, files: Iterable[Path], tally: LandingTally, *, clock: Clock) -> Iterator[Path]:
    """Land every file and yield it when it is done; the tally grows with each.

    Raises:
        StorageError: the lake took nothing more; what has landed stays, and landing the same files again goes on.
    """
    for file in files:
        try:
            landing = land(store, read_body(file), clock=clock)
        except InvalidResponseError as exc:
            tally.refuse(file, str(exc))
        else:
            tally.landed += landing.outcome == "landed"
            tally.duplicates += landing.outcome == "duplicate"
        yield file


def shown_path(file: Path) -> str:
    """Return a path as text that every encoding of output can hold."""
    return os.fsencode(file).decode("utf-8", "replace")
