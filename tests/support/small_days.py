"""Days of a few rows, built in a tenth of a second without Spark: for thousands of publishes and races.

All but the building is the product: pending days, audits, the commit log, pointers, vacuum. What is built are real
Parquet files, written through the lake's own store.
"""

import gzip
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from support.vectors import body, vector

from duckdb_engine.engine import Engine
from flightlake.commits.record import DayCounts
from flightlake.lake import Lake
from flightlake.opensky.decoder import parse_response
from flightlake.ports import Clock, ObjectStore
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.raw_day import RawDay
from flightlake.publishing.registry import STATES_LOG, LogDefinition
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from ingestion.landing import land_response

FIRST_DAY = date(2026, 5, 8)
GOOD_ROWS = 3
"""Of each response, which has one row more that is rejected."""

_TYPES = {
    STATES.name: "icao24 varchar, callsign varchar, snapshot_at timestamptz",
    STATES_QUARANTINE.name: "icao24 varchar, snapshot_at timestamptz, raw_key varchar, row_number integer",
    QUALITY_SCORES.name: "dimension varchar, checked_count bigint, score double",
}


def response_of(day: date, version: int) -> bytes:
    """Return the body of a day's so-manieth response: three good rows, and one that flies at 9,000 m/s."""
    time = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) + 60 * version
    rows = [
        vector(at=time, icao24=f"{version:04x}{row:02x}", velocity=9000 if row == GOOD_ROWS else 230)
        for row in range(GOOD_ROWS + 1)
    ]
    return body(*rows, time=time)


def land_version(store: ObjectStore, day: date, version: int) -> str:
    """Land a day's so-manieth response, counted from 1; return its key."""
    received = response_of(day, version)
    return land_response(store, parse_response(received), received).key


def visible_rows(day: date, versions: Iterable[int]) -> list[tuple[str, datetime]]:
    """Return what readers of `states` ought to see of a day with these responses: aircraft and instant, in order."""
    noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - the engine's instants are UTC, without a zone
    return [
        (f"{version:04x}{row:02x}", noon + timedelta(seconds=60 * version))
        for version in sorted(versions)
        for row in range(GOOD_ROWS)
    ]


def read_day(engine: Engine, day: date) -> tuple[list[tuple[Any, ...]], int, int]:
    """Return what readers see: rows of `states`, the quarantine's row count, and how many rows were checked."""
    of_day = f"where snapshot_date = date '{day}'"
    rows = engine.query(f"select icao24, snapshot_at from states {of_day} order by 1, 2").rows
    ((rejected,),) = engine.query(f"select count(*) from states_quarantine {of_day}").rows
    ((checked,),) = engine.query(f"select coalesce(sum(checked_count), 0) from quality_scores {of_day}").rows
    return rows, rejected, int(checked)


def build_small_day(store: ObjectStore, raw: RawDay, folders: dict[str, str]) -> DayBuild:
    """Write a day's rows as one Parquet file a table; the fast row is rejected, as by the rule."""
    good, rejected = [], []
    for info in raw.objects:
        response = parse_response(gzip.decompress(store.get(info.key)))
        for number, row in enumerate(response.rows):
            if row[9] > 1000:
                rejected.append((row[0], response.snapshot_at, info.key, number))
            else:
                good.append((row[0], row[1].strip(), response.snapshot_at))
    scores = [(None, len(good) + len(rejected), 100.0)]
    for name, rows in ((STATES.name, good), (STATES_QUARANTINE.name, rejected), (QUALITY_SCORES.name, scores)):
        store.put_if_absent(f"{folders[name]}part-00000.zstd.parquet", parquet_of(name, rows))
        store.make_durable(folders[name])
    counts = DayCounts(len(good) + len(rejected), len(good), len(rejected), 0)
    return DayBuild(folders, tuple(sorted(raw.keys)), counts, 100.0, str(len(good)), ())


def parquet_of(table: str, rows: list[tuple[Any, ...]]) -> bytes:
    """Return the rows as a Parquet file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"set timezone = 'UTC'; create table t ({_TYPES[table]})")
        if rows:
            connection.executemany(f"insert into t values ({', '.join('?' * len(rows[0]))})", rows)
        path = Path(folder, "rows.parquet")
        connection.execute(f"copy (select * from t order by all) to '{path}' (compression zstd)")
        return path.read_bytes()


Build = Callable[[ObjectStore, RawDay, dict[str, str]], DayBuild]


@dataclass(frozen=True)
class SmallDayBuilder:
    """An engine that is a function."""

    store: ObjectStore
    function: Build

    def build(self, definition: LogDefinition, raw: RawDay, folders: dict[str, str]) -> DayBuild:
        return self.function(self.store, raw, folders)


def small_conversion(lake: Lake, clock: Clock, build: Build = build_small_day) -> Publisher:
    """Return the product's publisher of `states`, with a small engine."""
    return Publisher(STATES_LOG, SmallDayBuilder(lake.store, build), lake.store, lake.catalog, clock)
