"""What is published of one snapshot's day: its records, what readers are shown, and where an aircraft stands there."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from duckdb_engine.engine import Engine
from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord
from flightlake.errors import FlightLakeError
from flightlake.lake import Lake
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES


@dataclass(frozen=True)
class PublishedDay:
    """The commit log of a day beside what the catalog shows.

    Attributes:
        records: of the day, the oldest first.
        shown: the newest record whose folder of `states` the catalog shows; None where readers see none.
    """

    day: date
    records: tuple[CommitRecord, ...]
    shown: CommitRecord | None

    @property
    def head(self) -> CommitRecord | None:
        """The highest record, which readers ought to see."""
        return self.records[-1] if self.records else None

    def knows(self, raw_key: str) -> bool:
        """Tell whether a record of the day has taken this object into account."""
        return any(raw_key in record.known_raw_keys for record in self.records)

    def built_with(self, raw_key: str) -> CommitRecord | None:
        """Return the record of the newest commit that was built from this object; None where none was."""
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
class Quarantined:
    """A row of the visible quarantine."""

    raw_key: str
    row_number: int
    icao24: str | None
    reasons: tuple[str, ...]
    raw_row: str


@dataclass(frozen=True)
class PublishedRows:
    """Where an aircraft stands at one instant in what readers see, and around it on that day.

    Attributes:
        curated: addresses (as sent) of the aircraft's rows in `states`.
        quarantined: by raw key and row number.
        before, after: the nearest snapshots of the day that have the aircraft in `states`.
        error: why the visible files could not be read; None where they could.
    """

    curated: frozenset[str] = frozenset()
    quarantined: dict[tuple[str, int], Quarantined] = field(default_factory=dict)
    before: datetime | None = None
    after: datetime | None = None
    error: str | None = None


def published_day(lake: Lake, day: date) -> PublishedDay:
    """Return the records of a day and which of them readers are shown."""
    records = CommitLog(STATES.name, CURATED_TABLES, lake.store, lake.catalog).records(day)
    folder = lake.catalog.partitions(STATES).get(day)
    shown = (record for record in reversed(records) if record.folders[STATES.name] == folder)
    return PublishedDay(day, tuple(records), next(shown, None))


def published_rows(lake: Lake, snapshot_at: datetime, icao24: str) -> PublishedRows:
    """Return where an aircraft (six lower-case hex digits) stands at a snapshot's time, as readers see it."""
    try:
        with Engine(lake) as engine:
            return _rows(engine, snapshot_at, icao24)
    except FlightLakeError as error:
        return PublishedRows(error=str(error))


def _rows(engine: Engine, snapshot_at: datetime, icao24: str) -> PublishedRows:
    on_day = {"day": f"{snapshot_at.date()}", "at": f"{snapshot_at:%Y-%m-%d %H:%M:%S}", "icao24": icao24}
    curated = engine.query(_CURATED, on_day)
    rejected = engine.query(_QUARANTINED, on_day)
    before, after = engine.query(_AROUND, on_day).rows[0]
    return PublishedRows(
        frozenset(name for (name,) in curated.rows),
        {(key, row): Quarantined(key, row, name, tuple(why), text) for key, row, name, why, text in rejected.rows},
        before and before.replace(tzinfo=UTC),
        after and after.replace(tzinfo=UTC),
    )


_CURATED = """
select states.icao24 from states
where states.snapshot_date = cast(:day as date) and states.snapshot_at = cast(:at as timestamp)
    and lower(trim(states.icao24)) = :icao24
"""

_QUARANTINED = """
select raw_key, row_number, icao24, reasons, raw_row from states_quarantine
where snapshot_date = cast(:day as date) and snapshot_at = cast(:at as timestamp) and lower(trim(icao24)) = :icao24
"""

_AROUND = """
select
    max(case when states.snapshot_at < cast(:at as timestamp) then states.snapshot_at end) as before_at,
    min(case when states.snapshot_at > cast(:at as timestamp) then states.snapshot_at end) as after_at
from states where states.snapshot_date = cast(:day as date) and states.icao24 = :icao24
"""
