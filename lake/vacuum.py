"""Remove the folders of old commits: never a visible one, never one that readers saw within the retention."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from lake.commits import CommitLog, superseded_at
from lake.contract import Table
from lake.layout import table_prefix
from lake.ports import Catalog, ObjectInfo, ObjectStore


@dataclass(frozen=True)
class OldFolder:
    """A commit folder that may go: its key prefix, its objects' keys and their size in bytes."""

    folder: str
    keys: tuple[str, ...]
    size_bytes: int


def old_folders(
    log: CommitLog, store: ObjectStore, catalog: Catalog, *, now: datetime, retention: timedelta
) -> list[OldFolder]:
    """Return the folders of a log's tables that no reader may still need.

    A folder stays while it is visible, while the day's highest record names it, until the retention has passed since it
    was superseded, and, where no record names it (a run that crashed or is still writing), until its newest file is
    older than the retention.
    """
    oldest_kept = now - retention
    kept = _kept_by_records(log, oldest_kept)
    found = []
    for table in log.tables:
        visible = set(catalog.partitions(table).values())
        for folder, objects in _commit_folders(table, store).items():
            is_recent = max(info.modified_at for info in objects) > oldest_kept
            named_recently = kept.get(folder)
            if folder in visible or (is_recent if named_recently is None else named_recently):
                continue
            found.append(OldFolder(folder, tuple(info.key for info in objects), sum(i.size_bytes for i in objects)))
    return sorted(found, key=lambda old: old.folder)


def _kept_by_records(log: CommitLog, oldest_kept: datetime) -> dict[str, bool]:
    """Return, for each folder that a record names, whether it must stay."""
    kept: dict[str, bool] = {}
    for day in log.days():
        for record, ended_at in superseded_at(log.records(day)):
            stays = ended_at is None or ended_at > oldest_kept
            for folder in record.folders.values():
                kept[folder] = kept.get(folder, False) or stays
    return kept


def _commit_folders(table: Table, store: ObjectStore) -> dict[str, list[ObjectInfo]]:
    folders: defaultdict[str, list[ObjectInfo]] = defaultdict(list)
    for info in store.list(table_prefix(table.name)):
        # curated/TABLE/DAY/COMMIT/: a run that crashed may have left folders of its own below. Other files stay.
        *parents, _ = info.key.split("/")
        if len(parents) >= 4 and parents[3].startswith("commit="):
            folders["/".join(parents[:4]) + "/"].append(info)
    return dict(folders)
