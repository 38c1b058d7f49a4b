"""Commit log of a day: its builds, their raw objects, the visible folder, and the vacuumed commits.

The log is the truth and the catalog its projection. A record is written once, under the next free number; the pointers
of the day then belong at the folders of the highest record. Whoever moves pointers reads the log again afterwards and
goes on if it has grown, so racing publishers converge although a catalog may know no compare-and-swap. A vacuum, too,
takes a number before it deletes, so that nobody rolls back to files that are about to go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from flightlake.commits.record import CommitRecord
from flightlake.errors import ConflictError, ObjectNotFoundError, StorageError
from flightlake.layout import COMMITS_PREFIX, commit_prefix, log_prefix, record_day, record_key
from flightlake.ports import Catalog, ObjectStore
from flightlake.schema.contract import Table


class CommitLog:
    """The records of one log (`states`, `polls`) and the pointers of the tables that it publishes.

    Attributes:
        tables: in the order in which their pointers move; the one that readers ask most comes last.
    """

    def __init__(self, name: str, tables: tuple[Table, ...], store: ObjectStore, catalog: Catalog) -> None:
        self.name = name
        self.tables = tables
        self._store = store
        self._catalog = catalog

    def days(self) -> list[date]:
        """Return every day that has a record, in order."""
        found = (record_day(self.name, info.key) for info in self._store.list(f"{COMMITS_PREFIX}{self.name}/"))
        return sorted({day for day in found if day is not None})

    def records(self, day: date) -> list[CommitRecord]:
        """Return the day's records, the oldest first."""
        return [CommitRecord.from_json(key, self._store.get(key)) for key in self._record_keys(day)]

    def head(self, day: date) -> CommitRecord | None:
        """Return the day's highest record; None where the day was never published."""
        keys = self._record_keys(day)
        return CommitRecord.from_json(keys[-1], self._store.get(keys[-1])) if keys else None

    def folders(self, day: date, commit: str) -> dict[str, str]:
        """Return the folder of each table for one commit."""
        return {
            table.name: commit_prefix(table.name, table.partition_columns[0].name, day, commit) for table in self.tables
        }

    def append(self, record: CommitRecord) -> None:
        """Write the record under its number.

        Raises:
            ConflictError: the number is taken: somebody else changed this day meanwhile.
            StorageError: the record could not be written, or nobody knows whether it was: then the next run sees it.
        """
        key, data = record_key(self.name, record.day, record.sequence), record.to_json()
        conflict = ConflictError(f"{key}: another run has published {record.day} meanwhile")
        try:
            if self._store.put_if_absent(key, data):
                return
        except ConflictError as error:
            conflict = error  # the key was busy to the end; perhaps with this very write, whose answer was lost
        if self._object(key) != data:
            raise conflict

    def sync_catalog(self, day: date, *, known: CommitRecord | None = None) -> CommitRecord | None:
        """Move the day's pointers to the folders of its highest record, and again if the log grows meanwhile.

        Args:
            day: UTC day.
            known: a record that is there for certain, whatever an outdated listing says.

        Returns:
            The record that readers see now; None where the day has none.
        """
        head = _later(self.head(day), known)
        while head is not None:
            self._move_pointers(head)
            latest = _later(self.head(day), head)
            if latest == head:
                return head
            head = latest
        return None

    def days_behind(self) -> list[date]:
        """Return the days whose catalog pointers differ from the log, as after a crash between the two."""
        visible = {table.name: self._catalog.partitions(table) for table in self.tables}
        heads = ((day, self.head(day)) for day in self.days())
        return [
            day
            for day, head in heads
            if head and any(visible[name].get(day) != folder for name, folder in head.folders.items())
        ]

    def roll_back(self, day: date, *, commit: str | None, seen_raw_keys: tuple[str, ...], at: datetime) -> CommitRecord:
        """Make an older commit of the day visible again, by a new record; return that record.

        Args:
            day: UTC day.
            commit: id of the commit to return to; None for the one before the visible one.
            seen_raw_keys: everything that is landed for the day; only a newer object lets the next run rebuild it.
            at: time of the new record.

        Raises:
            StorageError: there is no such commit, or its files are gone.
            ConflictError: another run published the day meanwhile.
        """
        records = self.records(day)
        target = _rollback_target(self.name, day, records, commit)
        missing = [folder for folder in target.folders.values() if next(self._store.list(folder), None) is None]
        if missing:
            raise StorageError(f"commit {target.commit} of {day} cannot come back: {missing[0]} is gone")
        record = replace(
            target,
            kind="rollback",
            sequence=records[-1].sequence + 1,
            created_at=at,
            seen_raw_keys=seen_raw_keys,
            vacuumed=(),
        )
        self.append(record)
        self.sync_catalog(day, known=record)
        return record

    def mark_vacuumed(self, records: list[CommitRecord], commits: Iterable[str], *, at: datetime) -> None:
        """Record that the folders of these commits are about to be deleted, so that no rollback chooses them.

        Args:
            records: of the day, by which it was decided that nobody needs these commits.
            commits: ids.
            at: time of the new record.

        Raises:
            ConflictError: the day was changed meanwhile, and has to be decided anew.
        """
        head = records[-1]
        self.append(replace(head, sequence=head.sequence + 1, created_at=at, vacuumed=tuple(sorted(commits))))

    def _object(self, key: str) -> bytes | None:
        try:
            return self._store.get(key)
        except ObjectNotFoundError:
            return None

    def _record_keys(self, day: date) -> list[str]:
        # What people or programs left beside the records, such as a copy, is no record.
        keys = (info.key for info in self._store.list(log_prefix(self.name, day)))
        return sorted(key for key in keys if record_day(self.name, key) == day)

    def _move_pointers(self, record: CommitRecord) -> None:
        for table in self.tables:
            self._catalog.create_table(table, f"curated/{table.name}/")
            self._catalog.move_pointer(table, record.day, record.folders[table.name])


def superseded_at(records: list[CommitRecord]) -> Iterator[tuple[CommitRecord, datetime | None]]:
    """Yield each record with the time at which readers stopped seeing its folders; None for the visible ones."""
    for position, record in enumerate(records):
        later = (other.created_at for other in records[position + 1 :] if other.commit != record.commit)
        yield record, next(later, None)


def vacuumed_commits(records: list[CommitRecord]) -> frozenset[str]:
    """Return the commits whose folders some vacuum has deleted, or was about to."""
    return frozenset(commit for record in records for commit in record.vacuumed)


def _later(one: CommitRecord | None, other: CommitRecord | None) -> CommitRecord | None:
    """Return the record with the higher number, of two of the same day."""
    return max((record for record in (one, other) if record), key=lambda record: record.sequence, default=None)


def _rollback_target(log: str, day: date, records: list[CommitRecord], commit: str | None) -> CommitRecord:
    if not records:
        raise StorageError(f"{log} has no commit on {day}; `flightlake history` lists the days that have")
    visible, retired = records[-1].commit, vacuumed_commits(records)
    if commit == visible:
        raise StorageError(f"commit {commit} of {day} is the visible one already")
    if commit in retired:
        raise StorageError(f"commit {commit} of {day} cannot come back: its files were vacuumed")
    others = [record for record in records if record.commit not in retired | {visible}]
    if commit is None and not others:
        raise StorageError(f"{day} has only one commit left, {visible}: there is nothing to go back to")
    found = [record for record in others if commit in (None, record.commit)]
    if not found:
        known = ", ".join(dict.fromkeys(record.commit for record in records))
        raise StorageError(f"{day} has no commit {commit}; it has {known}")
    return found[-1]
