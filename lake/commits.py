"""The commit log of a day: what was built, from what, and which folder readers ought to see.

The log is the truth and the catalog its projection. A record is written once, under the next free number; the pointers
of the day then belong at the folders of the highest record. Whoever moves pointers reads the log again afterwards and
goes on if it has grown, so racing publishers converge although a catalog may know no compare-and-swap.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Literal

from lake.contract import Table
from lake.errors import ConflictError, StorageError
from lake.layout import COMMITS_PREFIX, commit_prefix, log_prefix, record_day, record_key
from lake.ports import Catalog, ObjectStore


@dataclass(frozen=True)
class DayCounts:
    """Row counts of one day; raw rows = curated + quarantined + duplicates, always."""

    raw_rows: int
    curated: int
    quarantined: int
    duplicates: int

    @property
    def adds_up(self) -> bool:
        """Whether no row was lost or made up."""
        return self.raw_rows == self.curated + self.quarantined + self.duplicates


@dataclass(frozen=True)
class Unreadable:
    """A raw object that gave no rows, and why; it stays in raw and costs only itself."""

    raw_key: str
    reason: str


@dataclass(frozen=True)
class CommitRecord:
    """One record of a day's log.

    Attributes:
        kind: `build` made new folders, `rollback` names older ones.
        commit: id of the commit whose folders are visible under this record.
        folders: visible folder per table, in the order in which the pointers move.
        raw_keys: lineage: every raw object that the folders were built from.
        seen_raw_keys: what else was landed when a rollback was made; only a newer object makes the day pending again.
        quality_score: percent; None where nothing was checked.
        content_checksum: order-free checksum of the curated rows; the same rows give the same value.
    """

    log: str
    day: date
    sequence: int
    kind: Literal["build", "rollback"]
    commit: str
    created_at: datetime
    folders: dict[str, str]
    raw_keys: tuple[str, ...]
    counts: DayCounts
    quality_score: float | None
    rule_fingerprint: str
    code_version: str
    content_checksum: str
    unreadable: tuple[Unreadable, ...] = ()
    seen_raw_keys: tuple[str, ...] = field(default=())

    @property
    def known_raw_keys(self) -> frozenset[str]:
        """Every raw object that this record has taken into account."""
        return frozenset(self.raw_keys) | frozenset(self.seen_raw_keys)

    def to_json(self) -> bytes:
        """Return the record as an indented JSON document."""
        document = asdict(self) | {"day": self.day.isoformat(), "created_at": self.created_at.isoformat()}
        return json.dumps(document, indent=1).encode()

    @staticmethod
    def from_json(key: str, data: bytes) -> "CommitRecord":
        """Return the record that an object of the log holds.

        Raises:
            StorageError: the object is no commit record.
        """
        try:
            document: dict[str, Any] = json.loads(data)
            document["day"] = date.fromisoformat(document["day"])
            document["created_at"] = datetime.fromisoformat(document["created_at"])
            document["counts"] = DayCounts(**document["counts"])
            document["unreadable"] = tuple(Unreadable(**item) for item in document["unreadable"])
            document["raw_keys"] = tuple(document["raw_keys"])
            document["seen_raw_keys"] = tuple(document["seen_raw_keys"])
            return CommitRecord(**document)
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{key}: not a commit record of this version of flightlake ({error})") from error


def new_commit_id(at: datetime) -> str:
    """Return a commit id that sorts by time and that no other run makes."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


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
            ConflictError: the number is taken: somebody else published this day meanwhile.
        """
        key = record_key(self.name, record.day, record.sequence)
        if not self._store.put_if_absent(key, record.to_json()):
            raise ConflictError(f"{key}: another run has published {record.day} meanwhile")

    def converge(self, day: date) -> CommitRecord | None:
        """Move the day's pointers to the folders of its highest record, and again if the log grows meanwhile.

        Returns:
            The record that readers see now; None where the day has none.
        """
        head = self.head(day)
        while head is not None:
            self._move_pointers(head)
            latest = self.head(day)
            if latest == head:
                return head
            head = latest
        return None

    def repair(self) -> list[date]:
        """Finish what a crash between record and pointers left undone; return the days whose pointers moved."""
        repaired = []
        visible = {table.name: self._catalog.partitions(table) for table in self.tables}
        for day in self.days():
            head = self.head(day)
            if head and any(visible[name].get(day) != folder for name, folder in head.folders.items()):
                self.converge(day)
                repaired.append(day)
        return repaired

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
            raise StorageError(f"commit {target.commit} of {day} cannot come back: {missing[0]} was vacuumed")
        record = replace(
            target, kind="rollback", sequence=records[-1].sequence + 1, created_at=at, seen_raw_keys=seen_raw_keys
        )
        self.append(record)
        self.converge(day)
        return record

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


def _rollback_target(log: str, day: date, records: list[CommitRecord], commit: str | None) -> CommitRecord:
    if not records:
        raise StorageError(f"{log} has no commit on {day}; `flightlake history` lists the days that have")
    visible = records[-1].commit
    others = [record for record in records if record.commit != visible]
    if commit is None and not others:
        raise StorageError(f"{day} has only one commit, {visible}: there is nothing to go back to")
    if commit == visible:
        raise StorageError(f"commit {commit} of {day} is the visible one already")
    found = [record for record in others if commit in (None, record.commit)]
    if not found:
        known = ", ".join(dict.fromkeys(record.commit for record in records))
        raise StorageError(f"{day} has no commit {commit}; it has {known}")
    return found[-1]
