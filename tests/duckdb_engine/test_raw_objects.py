"""What a bucket has received is read as it came; only the partitions that a query can need are fetched."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from support.aws import Aws
from support.lakes import LakeBuilder, at

from duckdb_engine.engine import Engine
from duckdb_engine.object_cache import ObjectCache
from duckdb_engine.raw_objects import RawObjects
from flightlake.errors import UsageError
from flightlake.lake import Lake
from flightlake.layout import gzipped, raw_states_key
from flightlake.poll_record import PollRecord
from flightlake.schema.tables.raw import RAW_STATES
from flightlake.storage.open_lake import open_lake
from ingestion.ledger import record_poll

NEXT_DAY = date(2026, 5, 9)


@pytest.fixture
def lake(aws: Aws) -> Lake:
    """In a bucket, with three responses (two of one day) and a ledger record."""
    lake = open_lake(aws.make_lake_place(), create=True)
    land(lake, at("12:00"), b'{"time": 1778241600, "states": [["3c6444", "DLH9LF  ", null, 1.50, true]]}')
    land(lake, at("23:59:59"), b'{\n "time": 1778284799,\n "states": null\n}')
    land(lake, at("00:00", NEXT_DAY), b'{"time": 1778284800, "states": []}')
    record = PollRecord(at("12:00"), at("12:00:01"), "landed", None, "https://a.source", 4, None, 2, "raw/states/x")
    record_poll(lake.store, record)
    return lake


def land(lake: Lake, snapshot_at: datetime, body: bytes) -> str:
    key = raw_states_key(snapshot_at.astimezone(UTC), body)
    lake.store.put_if_absent(key, gzipped(body))
    return key


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "a [1] cache"


@pytest.fixture
def engine(lake: Lake, cache: Path) -> Iterator[Engine]:
    with Engine(lake, cache_root=cache) as engine:
        yield engine


def hours_fetched(cache: Path) -> list[str]:
    return sorted("/".join(path.parts[-3:-1]) for path in cache.rglob("*.json.gz"))


def test_raw_responses_of_a_bucket_are_read_as_they_came(engine: Engine) -> None:
    assert engine.query("select time, states, year, month, day, hour from raw_states order by time").rows == [
        (1778241600, [["3c6444", "DLH9LF  ", None, "1.5", "true"]], "2026", "05", "08", "12"),
        (1778284799, None, "2026", "05", "08", "23"),
        (1778284800, [], "2026", "05", "09", "00"),
    ]


def test_ledger_records_of_a_bucket_are_read_as_they_came(engine: Engine) -> None:
    sql = "select outcome, source, credits_spent, year, month, day from raw_polls"
    assert engine.query(sql).rows == [("landed", "https://a.source", 4, "2026", "05", "08")]


@pytest.mark.parametrize(
    ("where", "times", "fetched"),
    [
        ("year = '2026' and month = '05' and day = '09'", [1778284800], ["day=09/hour=00"]),
        ("day = '08' and hour > '12'", [1778284799], ["day=08/hour=23"]),
        ("hour = '12' or day = '09'", [1778241600, 1778284800], ["day=08/hour=12", "day=09/hour=00"]),
        (
            "hour = '12' or time = 1778284799",
            [1778241600, 1778284799],
            ["day=08/hour=12", "day=08/hour=23", "day=09/hour=00"],
        ),
        ("concat(year, month, day) = '20260509'", [1778284800], ["day=09/hour=00"]),
        ("year = '2025'", [], []),
    ],
)
def test_only_the_hours_that_the_query_can_need_are_fetched(
    engine: Engine, cache: Path, where: str, times: list[int], fetched: list[str]
) -> None:
    assert engine.query(f"select time from raw_states where {where} order by time").rows == [(time,) for time in times]
    assert hours_fetched(cache) == fetched


def test_an_empty_bucket_has_received_nothing(aws: Aws, cache: Path) -> None:
    with Engine(open_lake(aws.make_lake_place(), create=True), cache_root=cache) as engine:
        assert engine.query("select count(*) from raw_states where day = '08'").rows == [(0,)]


def test_foreign_objects_in_the_raw_zone_are_no_responses(lake: Lake, engine: Engine) -> None:
    for key in ("raw/states/notes.json.gz", "raw/states/year=2026/month=05/day=08/hour=12/notes.txt"):
        lake.store.put_if_absent(key, b"not a response")
    assert engine.query("select count(*) from raw_states").rows == [(3,)]


def test_what_is_too_much_to_fetch_is_refused_with_a_way_out(lake: Lake, engine: Engine, cache: Path) -> None:
    raw = RawObjects(lake, ObjectCache(lake.store, lake.address, cache), largest_fetch_bytes=10)
    with pytest.raises(UsageError, match=r"raw_states: .* 3 objects .*where year = '...' and month = '...'"):
        raw.paths(engine.connection, RAW_STATES, None)
    assert hours_fetched(cache) == []


def test_what_is_here_already_is_not_counted(lake: Lake, engine: Engine, cache: Path) -> None:
    engine.query("select count(*) from raw_states")
    raw = RawObjects(lake, ObjectCache(lake.store, lake.address, cache), largest_fetch_bytes=0)
    assert len(raw.paths(engine.connection, RAW_STATES, None)) == 3


def test_a_bucket_answers_about_raw_as_a_folder_does(lake: Lake, engine: Engine, tmp_path: Path) -> None:
    builder = LakeBuilder(tmp_path / "lake")
    for entry in lake.store.list("raw/"):
        builder.lake.store.put_if_absent(entry.key, lake.store.get(entry.key))
    sql = "select * from raw_states cross join raw_polls order by time"
    with Engine(builder.lake) as local:
        assert local.query(sql) == engine.query(sql)
