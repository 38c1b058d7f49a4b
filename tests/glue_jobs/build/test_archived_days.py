"""A day that is archived gives, built anew, the rows that it gave before; and it says so where it cannot."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from pyspark.sql import SparkSession
from support.archives import archive, damaged, part_keys, unarchived_keys
from support.crash_injection import Interrupting
from support.vectors import DAY, NOON, body, landed, vector

from duckdb_engine.engine import Engine
from duckdb_engine.verify.verify_days import Verification
from flightlake.archive import part as archive_part
from flightlake.archive.archived_store import ArchivedStore
from flightlake.archive.index import archived_members
from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.layout import gzipped, raw_states_day_prefix, raw_states_key
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.raw_day import list_raw_day
from flightlake.publishing.registry import STATES_LOG
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder
from glue_jobs.build.raw_reader import read_responses
from glue_jobs.verify.verify_day import verify_day

GOOD = body(vector(), vector(icao24="4b1805", velocity=2503), vector(icao24="a0f1e2"))
BODIES = {
    "good rows, a rejected one": GOOD,
    "a repeat": body(vector(last_contact=NOON)),
    "an empty sky": b'{"time":%d,"states":[]}' % (NOON + 60),
    "no sky": b' \n{"states" : null, "time" : %d }\r\n ' % (NOON + 120),
    "odd texts": b'{"time": %d, "states": [ ["A1",  1e30, NaN, 205.740,\n null], null, "text", {"a": 1.50},'
    b' 1.50, true, [], ["3c6444", 1e999, -0.0, 12345678901234567890123, 0.10, 1E5, {"x":  [1.0 ]}] ] }' % NOON,
    "escapes and control characters": b'{"time":%d,' % NOON
    + b'"states":[["3c644\\u0034","a\\"\\\\\\/\\b\\n\\ud83d\\ude00 \t\x01\x1f"]]}',
    "text beyond ASCII": f'{{"states":[["3c6444","\u00e9\u4e2d\U0001f600\u2028\ufeff"]],"time":{NOON}}}'.encode(),
    "fields that nobody knows": b'{"raw_key":"x","unparsed":1,"response":{"time":1,"states":[[1]]},'
    b'"time":%d,"states":[[2]]}' % NOON,
    "a thousand rows": body(
        *(vector(icao24=f"{number:06x}", at=NOON + 180) for number in range(1_000)), time=NOON + 180
    ),
    "a time in words": b'{"time":"noon","states":[]}',
    "a time in quotes": b'{"time":"%d","states":[]}' % NOON,
    "a NUL byte": GOOD + b"\0",
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "something behind its end": GOOD + b"]",
    "another day": body(vector(), time=NOON + 86_400),
}
ARCHIVABLE = 9
"""The first ones."""


@pytest.fixture
def lake(folder_lake: Lake) -> Lake:
    for number, received in enumerate(BODIES.values()):
        landed(folder_lake.store, received, time=NOON + number)
    half = raw_states_key(SystemClock().now().replace(2026, 5, 8, 13, 0, 0, 0), b"half")
    folder_lake.store.put_if_absent(half, gzipped(GOOD)[:-9])
    folder_lake.store.put_if_absent(f"{raw_states_day_prefix(DAY)}hour=12/notes.txt", b"hello")
    return folder_lake


def conversion(lake: Lake, spark: SparkSession) -> Publisher:
    return Publisher(
        STATES_LOG, SparkDayBuilder(lambda: spark, lake.store), lake.store, lake.catalog, SystemClock(), min_quality=0
    )


def converted(lake: Lake, spark: SparkSession, *, rebuild: bool = False) -> DayResult:
    (result,) = conversion(lake, spark).run([DAY], rebuild=rebuild)
    return result


def published(lake: Lake) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table that readers see, by an engine of its own."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for table in CURATED_TABLES:
            files = f"{lake.store.uri(lake.catalog.partitions(table)[DAY])}*.parquet"
            found[table.name] = connection.execute(
                f"select * from read_parquet('{files}', hive_partitioning=false) order by all"
            ).fetchall()
    return found


def read(spark: SparkSession, lake: Lake) -> Any:
    raw = list_raw_day(lake.store, STATES_LOG, DAY)
    return read_responses(spark, lake.store, raw)


def rows_of(spark: SparkSession, lake: Lake) -> set[tuple[Any, ...]]:
    return {(*row[:-1], tuple(row.states or ())) for row in read(spark, lake).collect()}


def recomputed(spark: SparkSession, lake: Lake) -> tuple[Any, ...]:
    """Return the counts that both verifiers recompute, and the differences that the one without Spark finds."""
    local, by_spark = Verification(lake).verify_day(DAY, lambda: None), verify_day(spark, lake, DAY)
    assert local is not None
    assert by_spark is not None
    return local.recomputed, by_spark.recomputed, local.differences


def head(lake: Lake) -> Any:
    return replace(conversion(lake, None).log.head(DAY), created_at=None)  # type: ignore[arg-type,type-var]


@pytest.mark.slow
def test_an_archived_day_is_read_and_built_row_by_row_as_before(
    spark: SparkSession, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_part, "PART_BYTES", 2_000)
    first = converted(lake, spark)
    assert first.published
    before, texts, record = published(lake), rows_of(spark, lake), head(lake)
    counts = recomputed(spark, lake)
    done = archive(lake)
    assert (done.objects, done.archived, len(done.kept)) == (len(BODIES) + 2, ARCHIVABLE, len(BODIES) + 2 - ARCHIVABLE)
    assert len(done.parts) > 1
    assert rows_of(spark, lake) == texts
    second = converted(lake, spark, rebuild=True)
    assert second.published, second.reason
    assert second.commit != first.commit
    assert published(lake) == before
    assert (second.counts, second.quality_score, second.unreadable) == (
        first.counts,
        first.quality_score,
        first.unreadable,
    )
    assert head(lake).content_checksum == record.content_checksum
    assert head(lake).raw_keys == record.raw_keys
    assert recomputed(spark, lake) == counts


@pytest.fixture
def good_lake(spark: SparkSession, folder_lake: Lake) -> Lake:
    """A day of four responses without a fault, converted."""
    for number in range(4):
        at = NOON + 60 * number
        landed(folder_lake.store, body(vector(at=at), vector(at=at, icao24="4b1805"), time=at), time=at)
    assert converted(folder_lake, spark).published
    return folder_lake


def test_a_rebuild_of_an_archived_day_opens_its_parts_and_nothing_else(spark: SparkSession, good_lake: Lake) -> None:
    archive(good_lake)
    (part,) = part_keys(good_lake)
    assert [file.rpartition("/")[2] for file in read(spark, good_lake).inputFiles()] == [part.rpartition("/")[2]]
    before = published(good_lake)
    assert converted(good_lake, spark, rebuild=True).published
    assert published(good_lake) == before
    assert recomputed(spark, good_lake)[2] == ()
    assert verify_day(spark, good_lake, DAY).differences == ()  # type: ignore[union-attr]


def test_what_lies_in_both_places_is_read_once(spark: SparkSession, good_lake: Lake) -> None:
    archive(good_lake, removes=False)
    assert len(unarchived_keys(good_lake)) == 4
    assert len(read(spark, good_lake).inputFiles()) == 1
    before = published(good_lake)
    assert converted(good_lake, spark, rebuild=True).published
    assert published(good_lake) == before


def test_a_late_response_beside_the_archive_makes_the_day_pending(spark: SparkSession, good_lake: Lake) -> None:
    archive(good_lake)
    assert conversion(good_lake, spark).pending_days() == []
    late = landed(good_lake.store, body(vector(at=NOON + 600), time=NOON + 600), time=NOON + 600)
    assert conversion(good_lake, spark).pending_days() == [DAY]
    result = converted(good_lake, spark)
    assert (result.published, result.raw_objects, result.counts.raw_rows) == (True, 5, 9)  # type: ignore[union-attr]
    assert late in head(good_lake).raw_keys
    assert archive(good_lake).archived == 1
    assert converted(good_lake, spark, rebuild=True).counts == result.counts


MOMENTS: list[tuple[str, str]] = [
    ("list", "raw/archive/states/index/"),
    ("uri", "raw/states/"),
    ("uri", "curated/states/"),
]


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_conversion_during_which_the_day_is_archived_loses_no_row(
    spark: SparkSession, good_lake: Lake, moment: tuple[str, str]
) -> None:
    before = published(good_lake)
    store: Any = Interrupting(good_lake.raw_store, *moment, lambda: archive(good_lake))
    result = converted(replace(good_lake, store=ArchivedStore(store)), spark, rebuild=True)
    assert unarchived_keys(good_lake) == []
    assert result.published or result.failed
    assert published(good_lake) == before
    again = converted(open_lake(good_lake.address), spark, rebuild=True)
    assert again.published
    assert published(good_lake) == before


def first_key(lake: Lake) -> str:
    return min(archived_members(lake.raw_store, DAY))


def last_key(lake: Lake) -> str:
    return max(archived_members(lake.raw_store, DAY))


@pytest.mark.slow
@pytest.mark.parametrize("key_of", [first_key, last_key])
def test_a_damaged_part_publishes_nothing_and_is_named_with_its_response(
    spark: SparkSession, good_lake: Lake, key_of: Callable[[Lake], str]
) -> None:
    before = published(good_lake)
    archive(good_lake)
    key = key_of(good_lake)
    part = damaged(good_lake, key)
    result = converted(open_lake(good_lake.address), spark, rebuild=True)
    assert result.failed
    assert f"{part} is damaged" in (result.reason or "")
    assert key in (result.reason or "")
    assert published(good_lake) == before
    verdict = verify_day(spark, good_lake, DAY)
    assert verdict is not None
    assert any(
        line.startswith(f"{key}: published as read, recomputed as {part} is damaged") for line in verdict.differences
    )


def test_a_part_that_is_gone_publishes_nothing_and_is_named(spark: SparkSession, good_lake: Lake) -> None:
    before = published(good_lake)
    archive(good_lake)
    (part,) = part_keys(good_lake)
    good_lake.raw_store.delete([part])
    result = converted(open_lake(good_lake.address), spark, rebuild=True)
    assert result.failed
    assert part.rpartition("/")[2] in (result.reason or "")
    assert published(good_lake) == before


def test_a_query_on_raw_states_sees_archived_responses(good_lake: Lake, tmp_path: Any) -> None:
    query = "select time, cardinality(states) from raw_states where day = '08' order by time"
    with Engine(good_lake, cache_root=tmp_path / "cache") as engine:
        before = engine.query(query).rows
    assert len(before) == 4
    archive(good_lake)
    landed(good_lake.store, body(time=NOON + 600), time=NOON + 600)
    with Engine(open_lake(good_lake.address), cache_root=tmp_path / "cache") as engine:
        assert engine.query(query).rows == [*before, (NOON + 600, 0)]
