"""Evidence about one aircraft at one time: poll, responses, commit records, and the rows that readers see."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from duckdb_engine.engine import Engine
from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord
from flightlake.errors import FlightLakeError
from flightlake.lake import Lake
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES
from serving.trace.responses import RawResponse, Row, raw_response
from serving.trace.snapshots import SnapshotMatch, match_snapshot


@dataclass(frozen=True)
class PublishedDay:
    """Commit log of a day, and the record that readers see.

    Attributes:
        records: of the day, the oldest first.
        shown: the newest record whose folder of `states` the catalog shows; None without one.
    """

    day: date
    records: tuple[CommitRecord, ...]
    shown: CommitRecord | None

    @property
    def head(self) -> CommitRecord | None:
        """The newest record, which readers ought to see."""
        return self.records[-1] if self.records else None

    def knows(self, raw_key: str) -> bool:
        """Tell whether any record of the day knows this object."""
        return any(raw_key in record.known_raw_keys for record in self.records)

    def built_with(self, raw_key: str) -> CommitRecord | None:
        """Return the record that made the newest commit built from this object; None without one."""
        found = (record for record in reversed(self.records) if raw_key in record.raw_keys)
        newest = next(found, None)
        return self.origin(newest) if newest else None

    def decided(self, record: CommitRecord) -> CommitRecord:
        """Return the record by which a commit became visible for the last time, up to this record."""
        earlier = [found for found in self.records if found.sequence <= record.sequence]
        others = [position for position, found in enumerate(earlier) if found.commit != record.commit]
        return earlier[others[-1] + 1 if others else 0]

    def origin(self, record: CommitRecord) -> CommitRecord:
        """Return the record that made a record's commit; later ones (rollback, vacuum) only name it."""
        return next(made for made in self.records if made.commit == record.commit)


@dataclass(frozen=True)
class PublishedRows:
    """Rows of an aircraft at one time that readers see.

    Attributes:
        curated: addresses (as sent) of the rows in `states`.
        quarantined: rows in `states_quarantine`, by raw key and row number.
        before, after: the nearest snapshots of the day with the aircraft in `states`.
        error: why the visible files could not be read; None where they could.
    """

    curated: frozenset[str] = frozenset()
    quarantined: dict[tuple[str | None, int | None], Row] = field(default_factory=dict)
    before: datetime | None = None
    after: datetime | None = None
    error: str | None = None


@dataclass(frozen=True)
class Evidence:
    """Everything that the lake holds about an aircraft at a time; nothing is published without a snapshot.

    Attributes:
        icao24: six lower-case hex digits.
    """

    icao24: str
    match: SnapshotMatch
    day: PublishedDay
    responses: tuple[RawResponse, ...] = ()
    published: PublishedRows = field(default_factory=PublishedRows)

    @property
    def at(self) -> datetime:
        """The time that is answered: the snapshot's, or the one asked for where there is none."""
        return self.match.snapshot_at or self.match.at


def collect(lake: Lake, icao24: str, at: datetime) -> Evidence:
    """Return the evidence about an aircraft (six lower-case hex digits) at a time (UTC).

    Raises:
        StorageError: the lake cannot be read.
    """
    log = CommitLog(STATES.name, CURATED_TABLES, lake.store, lake.catalog)
    match = match_snapshot(lake.store, log, at)
    if match.snapshot_at is None:
        return Evidence(icao24, match, PublishedDay(at.date(), (), None))
    return Evidence(
        icao24,
        match,
        _published_day(lake, log, match.snapshot_at.date()),
        tuple(raw_response(lake.store, key, icao24) for key in match.raw_keys),
        _published_rows(lake, match.snapshot_at, icao24),
    )


def _published_day(lake: Lake, log: CommitLog, day: date) -> PublishedDay:
    records, folder = log.records(day), lake.catalog.partitions(STATES).get(day)
    shown = (record for record in reversed(records) if record.folders[STATES.name] == folder)
    return PublishedDay(day, tuple(records), next(shown, None))


def _published_rows(lake: Lake, snapshot_at: datetime, icao24: str) -> PublishedRows:
    at, parameters = snapshot_at.replace(tzinfo=None), {"day": f"{snapshot_at.date()}", "icao24": icao24}
    try:
        with Engine(lake) as engine:
            curated = engine.query(_CURATED, parameters).rows
            rejected = engine.query(_QUARANTINED, parameters | {"at": f"{at:%Y-%m-%d %H:%M:%S}"}).rows
    except FlightLakeError as error:
        return PublishedRows(error=str(error))
    rows = (Row(key, number, name, text, quarantined_for=tuple(why)) for key, number, name, why, text in rejected)
    times = [time for _, time in curated]
    return PublishedRows(
        frozenset(name for name, time in curated if time == at),
        {(row.raw_key, row.row_number): row for row in rows},
        max((time.replace(tzinfo=UTC) for time in times if time < at), default=None),
        min((time.replace(tzinfo=UTC) for time in times if time > at), default=None),
    )


_CURATED = """
select icao24, snapshot_at from states where snapshot_date = cast(:day as date) and lower(trim(icao24)) = :icao24
"""

_QUARANTINED = """
select raw_key, row_number, icao24, reasons, raw_row from states_quarantine
where snapshot_date = cast(:day as date) and snapshot_at = cast(:at as timestamp) and lower(trim(icao24)) = :icao24
"""
