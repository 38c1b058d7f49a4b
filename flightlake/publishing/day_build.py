"""The port of an engine: builds the files of one day, for the publisher to audit and publish."""

from dataclasses import dataclass
from typing import Protocol

from flightlake.commits.record import DayCounts, Unreadable
from flightlake.publishing.raw_day import RawDay
from flightlake.publishing.registry import LogDefinition


@dataclass(frozen=True)
class DayBuild:
    """Files and counts of a day that an engine has built; nothing of it is visible yet.

    Attributes:
        folders: by table name.
        raw_keys: every raw object that was taken into account, the unreadable ones too.
        quality_score: percent; None where nothing was judged.
        content_checksum: order-free; the same rows give the same value.
        drifted_rows: rows with more fields than the contract knows.
    """

    folders: dict[str, str]
    raw_keys: tuple[str, ...]
    counts: DayCounts
    quality_score: float | None
    content_checksum: str
    unreadable: tuple[Unreadable, ...]
    drifted_rows: int = 0


class DayBuilder(Protocol):
    """An engine that builds days: DuckDB in one process, or Spark."""

    def build(self, definition: LogDefinition, raw: RawDay, folders: dict[str, str]) -> DayBuild:
        """Write the files of one day into new folders and return their description.

        Args:
            definition: log of the tables to build.
            raw: the day's raw objects.
            folders: new folder by table name.

        Raises:
            StorageError: the day could not be built; nothing must be published, a retry may succeed.
            ContractViolationError: the written files do not match the contract.
        """
        ...
