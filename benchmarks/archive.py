"""A rebuild of a day of many small responses: from its unarchived objects, and from its archive; the same rows.

Measured: 5,000 responses of 24 rows (a box, a poll every 17 s), converted once, then rebuilt in a warm session in
alternating turns from two copies of the lake, of which one is archived. Before times count, counts, scores and the
checksum of contents of both are compared. Beside them what either costs a bucket: objects, and what is opened, listed
and written. The peer is what this project does without an archive.

    .venv/bin/python -m benchmarks.archive
"""

import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from benchmarks.findings import Row, is_small, report
from cli.spark.local_session import local_spark_session
from flightlake.archive.archived_store import ArchivedStore
from flightlake.archive.archiver import Archiver, DayArchived
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.layout import ARCHIVE_PREFIX, raw_states_day_prefix
from flightlake.opensky.decoder import parse_response
from flightlake.ports import ObjectStore
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.raw_day import list_raw_day
from flightlake.publishing.registry import STATES_LOG
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder
from glue_jobs.build.raw_reader import read_responses
from ingestion.landing import land_response

DAY = date(2026, 5, 8)
ROWS = 24
EVERY_S = 17


class Counted:
    """A store that counts the calls which reach it."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self._store, name)


def a_response(number: int, sky: random.Random) -> bytes:
    """Return the body of the day's so-manieth response."""
    time_s = int(datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC).timestamp()) + EVERY_S * number
    rows = [
        [
            *(f"{0x340000 + aircraft * 7919:06x}", f"IBE{aircraft:04d} ", "Spain", time_s - 1, time_s),
            *(round(sky.uniform(-9, 3), 4), round(sky.uniform(36, 43), 4), round(sky.uniform(900, 12_000), 2)),
            *(False, round(sky.uniform(60, 260), 2), round(sky.uniform(0, 359), 2), round(sky.uniform(-9, 9), 2)),
            *(None, round(sky.uniform(900, 12_000), 2), "1000", False, 0),
        ]
        for aircraft in range(ROWS)
    ]
    return json.dumps({"time": time_s, "states": rows}).encode()


def conversion(lake: Lake, spark: SparkSession) -> Publisher:
    return Publisher(STATES_LOG, SparkDayBuilder(lambda: spark, lake.store), lake.store, lake.catalog, SystemClock())


def rebuilt(lake: Lake, spark: SparkSession) -> tuple[float, Any]:
    """Rebuild the day; return seconds, and what it holds."""
    job, started_s = conversion(lake, spark), time.perf_counter()
    (result,) = job.run([DAY], rebuild=True)
    seconds = time.perf_counter() - started_s
    head = job.log.head(DAY)
    if not result.published or head is None:
        sys.exit(f"not published: {result.reason}")
    return seconds, (head.counts, head.quality_score, head.content_checksum, head.raw_keys, head.unreadable)


def asked_of_the_store(lake: Lake, spark: SparkSession) -> tuple[Counter[str], int]:
    """Rebuild once more; return the calls that reach the store, and how many objects Spark opens to read raw."""
    counted: Any = Counted(lake.raw_store)
    watched = replace(lake, store=ArchivedStore(counted))
    rebuilt(watched, spark)
    raw = list_raw_day(lake.store, STATES_LOG, DAY)
    return counted.calls, len(read_responses(spark, lake.store, raw).inputFiles())


def archived(lake: Lake) -> tuple[float, DayArchived]:
    log = conversion(lake, None).log  # type: ignore[arg-type]  # the log needs no Spark
    started_s = time.perf_counter()
    done = Archiver(lake.raw_store, log, datetime.now(UTC).date()).archive_day(DAY)
    return time.perf_counter() - started_s, done


def objects(lake: Lake, prefix: str) -> tuple[int, int]:
    """Return how many objects lie under a prefix by themselves, and their bytes."""
    sizes = [info.size_bytes for info in lake.raw_store.list(prefix)]
    return len(sizes), sum(sizes)


def landed_lake(folder: Path, count: int) -> Lake:
    lake, sky = open_lake(str(folder), create=True), random.Random(8)
    for number in range(count):
        body = a_response(number, sky)
        land_response(lake.store, parse_response(body), body)
    return lake


def measured(folder: Path, *, count: int, rounds: int) -> list[Row]:
    spark = local_spark_session()
    unarchived = landed_lake(folder / "unarchived", count)
    rebuilt(unarchived, spark)
    shutil.copytree(folder / "unarchived", folder / "archived")
    packed = open_lake(str(folder / "archived"))
    archive_s, done = archived(packed)
    seconds: dict[str, list[float]] = {"unarchived": [], "archived": []}
    for _ in range(rounds):
        (unarchived_s, one), (archived_s, other) = rebuilt(unarchived, spark), rebuilt(packed, spark)
        if one != other:
            sys.exit(f"the rows differ: {one[:3]} from unarchived objects, {other[:3]} from the archive")
        seconds["unarchived"].append(unarchived_s)
        seconds["archived"].append(archived_s)
    return _rows(unarchived, packed, spark, seconds, (archive_s, done))


def _rows(
    unarchived: Lake,
    packed: Lake,
    spark: SparkSession,
    seconds: dict[str, list[float]],
    archive: tuple[float, DayArchived],
) -> list[Row]:
    (unarchived_s, archived_s), (archive_s, done) = (statistics.median(seconds[name]) for name in seconds), archive
    (_, opened), (calls, opened_parts) = asked_of_the_store(unarchived, spark), asked_of_the_store(packed, spark)
    object_count, size = objects(unarchived, raw_states_day_prefix(DAY))
    part_count, archive_size = objects(packed, ARCHIVE_PREFIX)
    own = ", ".join(f"{name} {calls[name]}" for name in ("list", "get", "get_range", "put_if_absent"))
    day, took = f"{object_count:,} responses of {ROWS} rows", f"unarchived objects {unarchived_s:.1f} s"
    is_parts_only = opened_parts == len(done.parts)
    return [
        Row(f"rebuild of {day}", f"{archived_s:.1f} s", took, archived_s / unarchived_s, "", None),
        Row("objects that hold them", f"{part_count}", f"{object_count:,}", part_count / object_count, "", None),
        Row(
            "objects that Spark opens", f"{opened_parts}", f"{opened:,}", opened_parts / opened, "parts", is_parts_only
        ),
        Row("bytes stored, index included", f"{archive_size:,}", f"{size:,}", archive_size / size, "", None),
        Row("calls of the rebuild beside Spark's", own, "", None, "", None),
        Row("archiving, read-back and removal included", f"{archive_s:.1f} s", "", None, "", None),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        small = is_small()
        rows = measured(Path(folder), count=300 if small else 5_000, rounds=2 if small else 5)
    report("archive", rows, notes=["Both rebuilds gave the same counts, scores and checksum of contents in each turn."])


if __name__ == "__main__":
    main()
