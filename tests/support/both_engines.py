"""The same days built by both engines, side by side, and everything that they published."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import SparkSession

from duckdb_engine.build.day_builder import DuckDbDayBuilder
from duckdb_engine.build.memory import LEAST_BYTES
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.publishing.day_build import DayBuilder
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG, LogDefinition
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder


@dataclass(frozen=True)
class PublishedDay:
    """A day as readers and the log show it, without what differs from build to build."""

    counts: Any
    quality_score: float | None
    drifted_rows: int | None
    unreadable: dict[str, str]
    checksum: str
    raw_keys: tuple[str, ...]
    rows: dict[str, list[tuple[Any, ...]]]
    types: dict[str, list[tuple[str, str]]]


def built_by_both(lake: Lake, spark: SparkSession, scratch: Path) -> tuple[list[PublishedDay], list[PublishedDay]]:
    """Return the days of a lake as DuckDB and as Spark publish them, each in a copy of the lake."""
    return (
        _built(lake, scratch / "duckdb", lambda copy: DuckDbDayBuilder(copy, LEAST_BYTES)),
        _built(lake, scratch / "spark", lambda copy: SparkDayBuilder(lambda: spark, copy.store)),
    )


def _built(lake: Lake, root: Path, builder_of: Callable[[Lake], DayBuilder]) -> list[PublishedDay]:
    assert lake.root is not None
    shutil.copytree(lake.root, root)
    copy = open_lake(str(root))
    return [
        _published(copy, definition, builder_of(copy), day)
        for definition in (STATES_LOG, POLLS_LOG)
        for day in _days(copy, definition)
    ]


def _days(lake: Lake, definition: LogDefinition) -> list[date]:
    found = (definition.day_of(info.key) for info in lake.store.list(definition.raw_prefix))
    return sorted({day for day in found if day is not None})


def _published(lake: Lake, definition: LogDefinition, builder: DayBuilder, day: date) -> PublishedDay:
    publisher = Publisher(definition, builder, lake.store, lake.catalog, SystemClock(), min_quality=0)
    (result,) = publisher.run([day], rebuild=True)
    assert result.published, result.reason
    head = publisher.log.head(day)
    assert head is not None
    rows, types = {}, {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for table, folder in head.folders.items():
            files = f"read_parquet('{lake.store.uri(folder)}*.parquet', hive_partitioning = false)"
            rows[table] = connection.execute(f"select * from {files} order by all").fetchall()
            described = connection.execute(f"describe select * from {files}").fetchall()
            types[table] = [(name, kind) for name, kind, *_ in described]
    unreadable = {item.raw_key: item.reason for item in head.unreadable}
    return PublishedDay(
        *(result.counts, result.quality_score, result.drifted_rows, unreadable),
        *(head.content_checksum, head.raw_keys, rows, types),
    )
