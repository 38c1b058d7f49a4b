"""Removal of the folders of expired commits, never a visible one, and of incomplete writes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from flightlake.commits.log import CommitLog, superseded_at, vacuumed_commits
from flightlake.commits.record import CommitRecord
from flightlake.errors import ConflictError
from flightlake.layout import commit_folder, table_prefix
from flightlake.ports import Catalog, ObjectInfo, ObjectStore
from flightlake.schema.contract import Table

LONGEST_BUILD = timedelta(days=1)
"""How long what no record names is kept at least, whatever the retention: somebody may still be writing it."""


@dataclass(frozen=True)
class ExpiredCommit:
    """A commit folder that may go: its key prefix, its objects' keys and their size in bytes."""

    folder: str
    keys: tuple[str, ...]
    size_bytes: int


def expired_incomplete(store: ObjectStore, *, now: datetime, retention: timedelta) -> list[ObjectInfo]:
    """Return the lake's incomplete writes that are older than the retention and `LONGEST_BUILD`."""
    oldest_kept = now - max(retention, LONGEST_BUILD)
    return [left for left in store.list_incomplete() if left.modified_at <= oldest_kept]


@dataclass(frozen=True)
class Vacuum:
    """Expired commit folders of a log's tables.

    A folder stays while it is visible, while the day's highest record names it, until the retention has passed since it
    was superseded, and, where no record names it (a run that crashed or is still writing), until its newest file is
    older than the retention and `LONGEST_BUILD`.

    Attributes:
        now: UTC.
        retention: how long readers may still need what they have once seen.
    """

    log: CommitLog
    store: ObjectStore
    catalog: Catalog
    now: datetime
    retention: timedelta

    def old_folders(self) -> list[ExpiredCommit]:
        """Return the folders that may go now, in order of their names; removes nothing."""
        listed = self._commit_folders()
        found = [old for day in sorted(listed) for old in self._old(self.log.records(day), listed[day])]
        return sorted(found, key=lambda old: old.folder)

    def remove(self) -> list[ExpiredCommit]:
        """Remove the folders that may go, and return them.

        Their commits are retired in the log first. So a rollback to one of them, decided at the same time, either comes
        first, and the folder stays, or finds it retired.
        """
        listed = self._commit_folders()
        removed = []
        for day in sorted(listed):
            for old in self._retired(day, listed[day]):
                self.store.delete(old.keys)
                removed.append(old)
        return sorted(removed, key=lambda old: old.folder)

    def _retired(self, day: date, listed: Mapping[str, list[ObjectInfo]]) -> list[ExpiredCommit]:
        while True:
            records = self.log.records(day)
            old = self._old(records, listed)
            going = {old_folder.folder for old_folder in old}
            known = {record.commit for record in records if going.intersection(record.folders.values())}
            fresh = known - vacuumed_commits(records)
            if not fresh:
                return old
            try:
                self.log.mark_vacuumed(records, fresh, at=self.now)
            except ConflictError:
                continue  # published or rolled back meanwhile: what is old has to be found out again
            return old

    def _old(self, records: list[CommitRecord], listed: Mapping[str, list[ObjectInfo]]) -> list[ExpiredCommit]:
        kept = self._kept_by_records(records)
        found = []
        for folder, objects in listed.items():
            # A run that crashed between its record and its pointers left readers at the commit before.
            if folder in self._visible or kept.get(folder, self._may_be_written(objects)):
                continue
            keys = tuple(info.key for info in objects)
            found.append(ExpiredCommit(folder, keys, sum(info.size_bytes for info in objects)))
        return found

    def _kept_by_records(self, records: list[CommitRecord]) -> dict[str, bool]:
        """Return, for each folder that a record names, whether it must stay."""
        kept: dict[str, bool] = {}
        for record, ended_at in superseded_at(records):
            stays = ended_at is None or ended_at > self.now - self.retention
            for folder in record.folders.values():
                kept[folder] = kept.get(folder, False) or stays
        return kept

    def _may_be_written(self, objects: list[ObjectInfo]) -> bool:
        newest = max(info.modified_at for info in objects)
        return newest > self.now - max(self.retention, LONGEST_BUILD)

    @cached_property
    def _visible(self) -> set[str]:
        return {folder for table in self.log.tables for folder in self.catalog.partitions(table).values()}

    def _commit_folders(self) -> dict[date, dict[str, list[ObjectInfo]]]:
        """Return the objects of each commit folder, by day."""
        folders: dict[date, dict[str, list[ObjectInfo]]] = defaultdict(lambda: defaultdict(list))
        for table in self.log.tables:
            for info in self._objects(table):
                # Files that lie in no commit are not ours.
                if found := commit_folder(info.key):
                    day, folder = found
                    folders[day][folder].append(info)
        return {day: dict(found) for day, found in folders.items()}

    def _objects(self, table: Table) -> list[ObjectInfo]:
        return list(self.store.list(table_prefix(table.name)))
