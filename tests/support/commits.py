"""Commits of a day without Spark: records and folders with one file each."""

from datetime import UTC, datetime, timedelta

from support.vectors import DAY

from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord, DayCounts
from flightlake.lake import Lake
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES

START = datetime(2026, 5, 9, tzinfo=UTC)


def log_of(lake: Lake) -> CommitLog:
    return CommitLog(STATES.name, CURATED_TABLES, lake.store, lake.catalog)


def record(lake: Lake, commit: str, sequence: int, *, hours: float | None = None) -> CommitRecord:
    """Return the record of a commit made so many hours (default: its number) after START."""
    return CommitRecord(
        log=STATES.name,
        day=DAY,
        sequence=sequence,
        kind="build",
        commit=commit,
        created_at=START + timedelta(hours=sequence if hours is None else hours),
        folders=log_of(lake).folders(DAY, commit),
        raw_keys=(f"raw/{commit}",),
        counts=DayCounts(3, 2, 1, 0),
        quality_score=99.5,
        rule_fingerprint="0123456789ab",
        code_version="0",
        content_checksum="7",
    )


def written(lake: Lake, commit: str) -> None:
    """Write the folders of a commit, which nobody sees yet."""
    for folder in log_of(lake).folders(DAY, commit).values():
        lake.store.put_if_absent(f"{folder}part.parquet", commit.encode())


def published(lake: Lake, commit: str, sequence: int, *, hours: float | None = None) -> CommitRecord:
    """Write, record and show a commit."""
    written(lake, commit)
    made = record(lake, commit, sequence, hours=hours)
    log_of(lake).append(made)
    log_of(lake).sync_catalog(DAY)
    return made


def visible_commits(lake: Lake) -> set[str]:
    """Return the commits that the day's three pointers lie at: one, unless readers see a mixture."""
    return {lake.catalog.partitions(table)[DAY].split("commit=")[1].strip("/") for table in CURATED_TABLES}
