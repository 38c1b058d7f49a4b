"""Published table of a lake: its days, their commits, and the removal of old ones."""

import datetime as dt
from dataclasses import dataclass

from flightlake.clock import SystemClock
from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord
from flightlake.commits.vacuum import ExpiredCommit, Vacuum, expired_incomplete
from flightlake.errors import StorageError
from flightlake.ports import Catalog, ObjectStore
from flightlake.publishing.raw_day import list_raw_day
from flightlake.publishing.registry import LogDefinition


@dataclass(frozen=True)
class PublishedTable:
    """One table that is published by commits, and the tables that are published with it."""

    definition: LogDefinition
    store: ObjectStore
    catalog: Catalog

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.definition.name

    @property
    def log(self) -> CommitLog:
        """Commit log of the table."""
        return self.definition.commit_log(self.store, self.catalog)

    def days(self) -> list[dt.date]:
        """Return every published UTC day, in order."""
        return self.log.days()

    def history(self, date: dt.date | None = None) -> list[CommitRecord]:
        """Return the commit records of a day, or of every day, the oldest first.

        The last record of a day is the one that readers see.

        Raises:
            StorageError: the day was never published.
        """
        published = self.days()
        if date is not None and date not in published:
            span = f"{published[0]} to {published[-1]} ({len(published)})" if published else "none"
            raise StorageError(f"{self.name} has no commit on {date}; published days: {span}")
        return [record for day in ([date] if date else published) for record in self.log.records(day)]

    def restore(self, date: dt.date, commit: str | None = None) -> CommitRecord:
        """Make an older commit of a day visible again, and return the record that does so; nothing is deleted.

        Args:
            date: UTC day.
            commit: id of the commit; None for the one before the visible one.

        Raises:
            StorageError: there is no such commit, or its files are gone.
            ConflictError: another run published the day meanwhile.
        """
        landed = list_raw_day(self.store, self.definition, date).keys
        return self.log.roll_back(date, commit=commit, seen_raw_keys=tuple(sorted(landed)), at=SystemClock().now())

    def vacuum(self, retention: dt.timedelta = dt.timedelta(days=7), *, dry_run: bool = True) -> list[ExpiredCommit]:
        """Remove the files of commits that no reader has seen within the retention, and incomplete writes of the lake.

        Args:
            retention: how long a commit is kept after it stopped being visible.
            dry_run: only return what would be removed.

        Returns:
            The removed commits, then the removed incomplete writes (at least a day old).
        """
        now = SystemClock().now()
        vacuum = Vacuum(self.log, self.store, self.catalog, now, retention)
        expired = vacuum.old_folders() if dry_run else vacuum.remove()
        for incomplete in expired_incomplete(self.store, now=now, retention=retention):
            expired.append(ExpiredCommit(incomplete.key, (incomplete.key,), incomplete.size_bytes))
            if not dry_run:
                self.store.remove_incomplete(incomplete)
        return expired
