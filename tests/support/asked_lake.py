"""A lake in which every query and every check of the project finds rows, converted by the real job.

Two days are good and full of odd rows; the third was damaged after its publication, as no job of ours would do it, so
that the checks have something to report.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
from pyspark.sql import SparkSession
from support.vectors import body, landed, vector

from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.poll_record import Outcome, PollRecord
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG
from flightlake.schema.contract import Table
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from glue_jobs.build.day_builder import SparkDayBuilder
from ingestion.ledger import record_poll
from simulator.sky import Sky, response_body

FIRST = date(2025, 9, 6)
"""The day that the published queries ask about."""

SECOND = date(2025, 9, 7)
DAMAGED = date(2025, 9, 8)

LATE_AIRCRAFT = "c0ffee"
"""Landed for the first day after its first commit."""

SOURCE = "https://opensky-network.org"


def fill(lake: Lake, spark: SparkSession, *, aircraft_count: int) -> None:
    """Land, convert, land more, convert again, and damage the third day."""
    sky = Sky(seed=7, start=_at(FIRST), aircraft_count=aircraft_count)
    for day, clocks in {FIRST: _CLOCKS, SECOND: _CLOCKS[-3:], DAMAGED: _CLOCKS[:1]}.items():
        for clock in clocks:
            at = int(_at(day, clock).timestamp())
            landed(lake.store, response_body(at, sky.observations(at), is_extended=day == SECOND), time=at)
    noon = int(_at(FIRST, "12:34:56").timestamp())
    landed(lake.store, body(*_odd_rows(noon), time=noon), time=noon)
    empty = int(_at(FIRST, "13:00:00").timestamp())
    landed(lake.store, json.dumps({"time": empty, "states": None}).encode(), time=empty)
    for record in _polls():
        record_poll(lake.store, record)
    converted(lake, spark)
    late = int(_at(FIRST, "12:35:30").timestamp())
    landed(lake.store, body(vector(at=late, icao24=LATE_AIRCRAFT), time=late), time=late)
    converted(lake, spark)
    for table, faults in _FAULTS.items():
        _damage(lake, table, faults)


def converted(lake: Lake, spark: SparkSession) -> None:
    """Publish every pending day."""
    for job in (STATES_LOG, POLLS_LOG):
        conversion = Publisher(job, SparkDayBuilder(lambda: spark, lake.store), lake.store, lake.catalog, SystemClock())
        for result in conversion.run(conversion.pending_days()):
            assert result.published, result


def _at(day: date, clock: str = "00:00:00") -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T{clock}+00:00")


_CLOCKS = ("00:00:00", "00:00:30", "06:59:59", "12:00:00", "12:00:20", "12:00:40", "12:01:30", "18:30:00", "23:59:30")


def _odd_rows(at: int) -> Iterator[list[Any]]:
    """Yield rows at the edges of types and meanings, and rows that are rejected."""
    edges: list[dict[str, Any]] = [
        {"longitude": 180, "latitude": 90},
        {"longitude": -180, "latitude": -90},
        {"longitude": 179.99999999999997, "latitude": -1e-9},
        {"longitude": None, "latitude": None, "time_position": None},
        {"baro_altitude": None, "geo_altitude": None, "velocity": None, "true_track": None, "vertical_rate": None},
        {"baro_altitude": 3048, "vertical_rate": 60},
        {"baro_altitude": 9144.0, "vertical_rate": 0.1},
        {"baro_altitude": 15240, "vertical_rate": 5e-324},
        {"baro_altitude": -304.8, "velocity": 0},
        {"callsign": "        ", "origin_country": None},
        {"callsign": "N1'\"\\%_ ", "origin_country": "Côte d'Ivoire"},
        {"callsign": "ABC12345", "origin_country": "대한민국"},
        {"callsign": None, "on_ground": None, "squawk": None},
        {"on_ground": True, "baro_altitude": None, "squawk": "7500"},
        {"squawk": "7600", "callsign": None, "longitude": None, "latitude": None, "time_position": None},
        {"squawk": "7700", "spi": True, "position_source": 3},
    ]
    for number, changes in enumerate(edges):
        yield vector(at=at, icao24=f"{0xE00000 + number:06x}", **changes)
    yield [*vector(at=at, icao24="e000ff"), 20]
    rejected: list[dict[str, Any]] = [
        {"velocity": 2503},
        {"velocity": 2503, "baro_altitude": 99_999, "callsign": "ABCDEFGHI"},
        {"longitude": None},
        {"icao24": "3C6444"},
        {"callsign": 'Ä"\\ü'},
        {"velocity": "230"},
        {"last_contact": None},
    ]
    for changes in rejected:
        yield vector(at=at, **changes)
    yield [1, "x", None]


def _polls() -> Iterator[PollRecord]:
    """Yield two days of polls with gaps, every outcome, and times of microseconds."""
    outcomes: list[tuple[int, Outcome, str | None]] = [
        (0, "landed", None),
        (300, "duplicate", None),
        (600, "skipped_budget", "the day's credits are spent"),
        (900, "failed", '503 from the source, 3 times: "busy"'),
        (1200, "landed", None),
        (1290, "landed", None),
        (1380, "skipped_cooldown", "asked to wait"),
        (2000, "skipped_breaker", "Störung"),
        (2500, "landed", None),
    ]
    for day in (FIRST, SECOND):
        for after_s, outcome, reason in outcomes:
            due = _at(day) + timedelta(seconds=after_s, milliseconds=250)
            answered = outcome in ("landed", "duplicate")
            yield PollRecord(
                scheduled_at=due,
                polled_at=due + timedelta(microseconds=1_234_567) if answered else None,
                outcome=outcome,
                reason=reason,
                source=SOURCE,
                credits_spent=4 if answered else 0,
                credits_left=4000 - after_s if answered else None,
                row_count=after_s if answered else None,
                raw_key=f"raw/states/of/{after_s}" if answered else None,
            )
    due = _at(DAMAGED, "10:00:00")
    yield PollRecord(due, due, "landed", None, SOURCE, 4, 3_996, 5, "raw/states/of/the-damaged-day")


_FAULTS: dict[Table, tuple[dict[str, str], ...]] = {
    STATES: (
        {},  # a row twice
        *({"icao24": f"'{text}'"} for text in ("zzzzzz", "ABCDEF")),
        {"icao24": "null"},
        {"callsign": "'ABCDEFGHI'"},
        {"callsign": "''"},
        {"callsign": "'Ä'"},
        {"callsign": "' A '"},
        {"origin_country": "''"},
        {"origin_country": "chr(31) || 'x'"},
        {"squawk": "''"},
        {"last_contact_at": "null"},
        {"longitude_deg": "null"},
        {"longitude_deg": "181", "latitude_deg": "45"},
        {"longitude_deg": "'nan'::double", "latitude_deg": "45"},
        {"position_at": "timestamptz '2012-12-31 23:59:59Z'"},
        {"position_at": "last_contact_at + interval 1 second"},
        {"last_contact_at": "snapshot_at + interval 1 second"},
        {"last_contact_at": "snapshot_at - interval 901 second", "position_at": "null"},
        {"baro_altitude_m": "-310.5"},
        {"baro_altitude_m": "'infinity'::double"},
        {"geo_altitude_m": "45001"},
        {"ground_speed_mps": "-0.5"},
        {"vertical_rate_mps": "-166.5"},
        {"snapshot_at": "timestamptz '2025-09-09 00:00:00Z'"},
        {"snapshot_at": "null"},
    ),
    STATES_QUARANTINE: (
        {"reasons": "null"},
        {"reasons": "[]"},
        {"snapshot_at": "null", "row_number": "7"},
        {"snapshot_at": "timestamptz '2025-09-07 23:59:59Z'", "row_number": "8"},
    ),
    QUALITY_SCORES: (
        {"dimension": "null", "rule": "null"},
        {"rule": "'a'", "score": "100.5"},
        {"rule": "'b'", "score": "null"},
        {"rule": "'c'", "score": "'nan'::double"},
        {"rule": "'d'", "failed_count": "checked_count + 1"},
        {"rule": "'e'", "failed_count": "-1"},
    ),
    POLLS: (
        {"scheduled_at": "timestamptz '2025-09-09 00:00:00.5Z'"},
        {"raw_key": "null"},
        {"polled_at": "null"},
        {"outcome": "'failed'"},
        {"scheduled_at": "null"},
    ),
}
"""Rows to add to the third day: its first row with columns replaced."""


def _damage(lake: Lake, table: Table, faults: tuple[dict[str, str], ...]) -> None:
    """Write the day's visible file anew with faulty rows besides, under the names and types that the job gave it."""
    (info,) = lake.store.list(lake.catalog.partitions(table)[DAMAGED])
    path = lake.store.uri(info.key)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"create table good as from read_parquet({path!r}, hive_partitioning = false)")
        if table == STATES_QUARANTINE:
            connection.execute(
                "insert into good values ('3c6444', timestamptz '2025-09-08 00:00:00Z', 'raw/a', 1, ['x'], '[1, null]')"
            )
        connection.execute("create table changed as from good")
        first = "select * from good where icao24 is not null order by icao24 limit 1"
        if table in (QUALITY_SCORES, POLLS):
            first = f"select * from good order by {table.columns[0].name} limit 1"
        for fault in faults:
            replaced = ", ".join(f"{text} as {column}" for column, text in fault.items())
            replace = f"replace ({replaced})" if replaced else ""
            connection.execute(f"insert into changed select * {replace} from ({first})")
        connection.execute(f"copy changed to {path!r} (format parquet)")
