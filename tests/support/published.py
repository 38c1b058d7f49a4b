"""A small lake that `flightlake convert` would leave: one day, two commits."""

import duckdb
from support.vectors import DAY, NOON, body, landed, vector

from duckdb_engine.build.day_builder import DuckDbDayBuilder
from duckdb_engine.build.memory import LEAST_BYTES
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.schema.contract import Table

FIRST_COUNTS = {"raw_rows": 4, "curated": 2, "quarantined": 1, "duplicates": 1}
COUNTS = {"raw_rows": 6, "curated": 4, "quarantined": 1, "duplicates": 1}
"""Of the first and of the visible commit."""


def publish_small_lake(lake: Lake) -> None:
    """Land and convert: three rows and a repeat (one row is rejected), then a second response of two rows."""
    conversion = Publisher(STATES_LOG, DuckDbDayBuilder(lake, LEAST_BYTES), lake.store, lake.catalog, SystemClock())
    landed(lake.store, body(vector(), vector(icao24="4b1805"), vector(icao24="a0f1e2", velocity=2503)))
    landed(lake.store, body(vector(last_contact=NOON)))
    (first,) = conversion.run([DAY])
    landed(
        lake.store, body(vector(at=NOON + 90), vector(at=NOON + 90, icao24="c0ffee"), time=NOON + 90), time=NOON + 90
    )
    (second,) = conversion.run([DAY])
    assert first.published
    assert second.published


def rewritten(lake: Lake, table: Table, query: str) -> None:
    """Replace the visible file of a table by the answer to a query over it, as a faulty tool would."""
    (info,) = lake.store.list(lake.catalog.partitions(table)[DAY])
    path = lake.store.uri(info.key)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"create table changed as {query.format(file=f'read_parquet({path!r}, hive_partitioning=false)')}"
        )
        connection.execute(f"copy changed to {path!r} (format parquet)")
