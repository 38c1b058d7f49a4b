"""A day from raw to published, by each engine, in a lake in a folder."""

import gzip
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from support.rule_examples import ruled_by, with_predicate
from support.vectors import DAY, NOON, body, landed, vector

from duckdb_engine.build.day_builder import DuckDbDayBuilder
from duckdb_engine.build.memory import LEAST_BYTES
from flightlake.clock import SystemClock
from flightlake.commits.record import DayCounts
from flightlake.lake import Lake
from flightlake.layout import poll_key, raw_states_day_prefix
from flightlake.publishing.day_build import DayBuild, DayBuilder
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG
from flightlake.schema.contract import Table
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from glue_jobs.build.day_builder import SparkDayBuilder
from glue_jobs.build.states_build import PLACES

Convert = Callable[..., list[DayResult]]


@pytest.fixture(params=["duckdb", "spark"])
def builder(request: pytest.FixtureRequest, folder_lake: Lake) -> DayBuilder:
    """Both engines, each of which has to pass every test."""
    return engine(request, folder_lake)


def engine(request: pytest.FixtureRequest, lake: Lake) -> DayBuilder:
    if request.param == "duckdb":
        return DuckDbDayBuilder(lake, LEAST_BYTES)
    spark = request.getfixturevalue("spark")
    return SparkDayBuilder(lambda: spark, lake.store)


@pytest.fixture
def conversion(builder: DayBuilder, folder_lake: Lake) -> Publisher:
    return Publisher(STATES_LOG, builder, folder_lake.store, folder_lake.catalog, SystemClock(), min_quality=50)


def run(conversion: Publisher, *days: date, rebuild: bool = False) -> list[DayResult]:
    return list(conversion.run(days or conversion.pending_days(), rebuild=rebuild))


def visible(lake: Lake, table: Table, columns: str, day: date = DAY) -> list[tuple[object, ...]]:
    """Return what a reader of the pointer sees, by an engine of its own."""
    folder = lake.store.uri(lake.catalog.partitions(table)[day])
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(f"select {columns} from read_parquet('{folder}*.parquet') order by all").fetchall()


def test_every_row_ends_in_exactly_one_place(conversion: Publisher, folder_lake: Lake) -> None:
    first = landed(
        folder_lake.store,
        body(vector(), vector(icao24="4b1805", velocity=2503), vector(icao24="XYZ"), [], vector(icao24="a0f1e2")),
    )
    landed(folder_lake.store, body(vector(last_contact=NOON), vector(icao24="c0ffee")))
    (result,) = run(conversion)
    assert result.counts == DayCounts(raw_rows=7, curated=3, quarantined=3, duplicates=1)
    assert (result.published, result.raw_objects, result.unreadable) == (True, 2, ())
    newest = datetime(2026, 5, 8, 12, tzinfo=UTC)
    assert visible(folder_lake, STATES, "icao24, last_contact_at") == [
        ("3c6444", newest),
        ("a0f1e2", newest - timedelta(seconds=1)),
        ("c0ffee", newest - timedelta(seconds=1)),
    ]
    assert visible(folder_lake, STATES_QUARANTINE, "row_number, icao24, reasons, raw_key, snapshot_at") == [
        (1, "4b1805", ["ground_speed_impossible"], first, newest),
        (2, "XYZ", ["icao24_form"], first, newest),
        (3, None, ["row_length"], first, newest),
    ]
    assert ("validity", "row_length", 7, 1) in visible(
        folder_lake, QUALITY_SCORES, "dimension, rule, checked_count, failed_count"
    )


def test_quarantine_keeps_the_text_as_it_was_received(conversion: Publisher, folder_lake: Lake) -> None:
    odd = b'{"time": %d, "states": [ ["A1",  1e30, NaN, 205.740,\n null], null, "text", {"a": 1.50} ] }' % NOON
    landed(folder_lake.store, odd)
    run(replace(conversion, min_quality=0))
    assert visible(folder_lake, STATES_QUARANTINE, "row_number, icao24, raw_row") == [
        (0, "A1", '["A1",  1e30, NaN, 205.740,\n null]'),
        (1, None, "null"),
        (2, None, "text"),
        (3, None, '{"a": 1.50}'),
    ]


def test_rejected_rows_are_found_wherever_they_stand(conversion: Publisher, folder_lake: Lake) -> None:
    odd_at = (3, PLACES + 2, PLACES + 4)
    rows = [vector(icao24="XYZ" if number in odd_at else f"{number:06x}") for number in range(PLACES + 5)]
    landed(folder_lake.store, body(*rows))
    landed(folder_lake.store, body(vector(), time=NOON + 60), time=NOON + 60)
    landed(folder_lake.store, body(*rows[:4], time=NOON + 120), time=NOON + 120)
    (result,) = run(conversion)
    assert result.counts == DayCounts(raw_rows=PLACES + 10, curated=PLACES + 6, quarantined=4, duplicates=0)
    found = visible(folder_lake, STATES_QUARANTINE, f"epoch(snapshot_at)::bigint - {NOON}, row_number")
    assert found == [(0, 3), (0, PLACES + 2), (0, PLACES + 4), (120, 3)]


def test_a_second_run_has_nothing_to_do_and_a_rebuild_gives_the_same_rows(
    conversion: Publisher, folder_lake: Lake
) -> None:
    landed(folder_lake.store, body(vector(), vector(icao24="4b1805")))
    (first,) = run(conversion)
    assert run(conversion) == []
    (asked,) = run(conversion, DAY)
    assert (asked.published, asked.commit, asked.failed) == (False, first.commit, False)
    assert asked.reason == "nothing to do: no raw object is newer than the last commit"
    (rebuilt,) = run(conversion, DAY, rebuild=True)
    assert rebuilt.published
    assert rebuilt.commit != first.commit
    checksums = {record.content_checksum for record in conversion.log.records(DAY)}
    assert len(checksums) == 1


def test_the_order_of_landing_changes_no_row(conversion: Publisher, folder_lake: Lake) -> None:
    bodies = [body(vector(velocity=speed), vector(icao24="4b1805", velocity=speed)) for speed in range(200, 212)]
    seen = []
    for seed in (1, 2):
        random.Random(seed).shuffle(bodies)
        folder_lake.store.delete([info.key for info in folder_lake.store.list("")])
        for response in bodies:
            landed(folder_lake.store, response)
        (result,) = run(conversion)
        assert result.counts == DayCounts(raw_rows=24, curated=2, quarantined=0, duplicates=22)
        seen.append(visible(folder_lake, STATES, "icao24, ground_speed_mps"))
    assert seen[0] == seen[1]


def test_midnight_utc_parts_two_days(conversion: Publisher, folder_lake: Lake) -> None:
    midnight = int(datetime(2026, 5, 9, tzinfo=UTC).timestamp())
    for time in (midnight - 1, midnight):
        landed(folder_lake.store, body(vector(at=time), time=time), time=time)
    results = run(conversion)
    assert [(result.day, result.counts) for result in results] == [
        (date(2026, 5, 8), DayCounts(1, 1, 0, 0)),
        (date(2026, 5, 9), DayCounts(1, 1, 0, 0)),
    ]


def test_an_empty_sky_is_a_valid_day(conversion: Publisher, folder_lake: Lake) -> None:
    landed(folder_lake.store, b'{"time": %d, "states": null}' % NOON)
    landed(folder_lake.store, b'{"time": %d, "states": []}' % (NOON + 10), time=NOON + 10)
    (result,) = run(conversion)
    assert (result.counts, result.quality_score, result.published) == (DayCounts(0, 0, 0, 0), None, True)
    assert (result.raw_objects, result.unreadable) == (2, ())


def test_a_day_of_nothing_but_foreign_objects_is_published_empty(conversion: Publisher, folder_lake: Lake) -> None:
    foreign_object = raw_states_day_prefix(DAY) + "notes.txt"
    folder_lake.store.put_if_absent(foreign_object, b"not a response")
    (result,) = run(conversion, DAY)
    assert (result.counts, result.published) == (DayCounts(0, 0, 0, 0), True)
    assert [item.raw_key for item in result.unreadable] == [foreign_object]


def test_a_broken_object_costs_itself_and_is_named(conversion: Publisher, folder_lake: Lake) -> None:
    sound = landed(folder_lake.store, body(vector()))
    prefix = raw_states_day_prefix(DAY) + "hour=12/"
    broken = {
        "flight_data_20260508_120001_00000001.json.gz": gzip.compress(body(vector()))[:40],
        "flight_data_20260508_120002_00000002.json.gz": b"no gzip at all",
        "flight_data_20260508_120003_00000003.json.gz": gzip.compress(b'{"time": 1, "sta'),
        "flight_data_20260508_120004_00000004.json.gz": gzip.compress(body(vector(), time=NOON + 86_400)),
        "flight_data_20260508_120005_00000005.json.gz": b"",
        "flight_data_20260508_120006_00000006.json.gz": gzip.compress(b'{"time": 9000000000000000000, "states": []}'),
        "notes.txt": b"not a response",
    }
    for name, data in broken.items():
        folder_lake.store.put_if_absent(prefix + name, data)
    (result,) = run(conversion)
    assert result.published
    assert result.counts == DayCounts(1, 1, 0, 0)
    reasons = {item.raw_key.removeprefix(prefix): item.reason for item in result.unreadable}
    assert reasons.keys() == broken.keys()
    assert "no sound gzip" in reasons["flight_data_20260508_120001_00000001.json.gz"]
    assert "no JSON" in reasons["flight_data_20260508_120003_00000003.json.gz"]
    assert "of another day" in reasons["flight_data_20260508_120004_00000004.json.gz"]
    assert "its name" in reasons["notes.txt"]
    assert visible(folder_lake, STATES, "icao24") == [("3c6444",)]
    assert run(conversion) == [], "a broken object is known now, and does not make the day pending for ever"
    assert sound in conversion.log.records(DAY)[0].raw_keys


def test_a_day_below_the_threshold_stays_unpublished(conversion: Publisher, folder_lake: Lake) -> None:
    landed(folder_lake.store, body(vector()))
    (good,) = run(conversion)
    landed(folder_lake.store, body(*[[]] * 50, time=NOON + 1), time=NOON + 1)
    (result,) = run(replace(conversion, min_quality=99))
    assert (result.published, result.failed, result.commit) == (False, True, good.commit)
    assert result.reason is not None
    assert "quality score" in result.reason
    assert "below 99" in result.reason
    assert visible(folder_lake, STATES, "icao24") == [("3c6444",)]
    assert conversion.pending_days() == [DAY], "the next run tries again"


def test_raw_objects_that_vanished_stop_the_rebuild(conversion: Publisher, folder_lake: Lake) -> None:
    gone = landed(folder_lake.store, body(vector()))
    run(conversion)
    folder_lake.store.delete([gone])
    landed(folder_lake.store, body(vector(icao24="4b1805"), time=NOON + 1), time=NOON + 1)
    (result,) = run(conversion)
    assert result.failed
    assert result.reason is not None
    assert gone in result.reason
    assert visible(folder_lake, STATES, "icao24") == [("3c6444",)]


def test_a_day_without_data_is_named(conversion: Publisher) -> None:
    (result,) = run(conversion, date(2020, 1, 1))
    assert (result.failed, result.reason) == (True, "nothing was landed for this day")


def test_the_slower_of_two_runs_notices_and_builds_on_what_it_finds(conversion: Publisher, folder_lake: Lake) -> None:
    landed(folder_lake.store, body(vector()))
    rivals: list[str | None] = []

    class Slower:
        def build(self, *arguments: Any) -> DayBuild:
            built = conversion.builder.build(*arguments)
            if rivals:
                return built
            rivals.append(None)
            landed(folder_lake.store, body(vector(icao24="4b1805"), time=NOON + 1), time=NOON + 1)
            (rival,) = run(conversion)
            rivals[0] = rival.commit
            return built

    slower = replace(conversion, builder=Slower())
    (result,) = run(slower)
    assert (result.published, result.commit) == (False, rivals[0])
    assert visible(folder_lake, STATES, "icao24") == [("3c6444",), ("4b1805",)]
    folders = {info.key.split("/")[3] for info in folder_lake.store.list("curated/states/")}
    assert folders == {f"commit={rivals[0]}"}, "what the slower run wrote is gone"


def test_an_interrupted_publish_is_finished_by_the_next_run(conversion: Publisher, folder_lake: Lake) -> None:
    landed(folder_lake.store, body(vector()))
    run(conversion)
    head = conversion.log.records(DAY)[0]
    folder_lake.catalog.move_pointer(STATES, DAY, "curated/states/snapshot_date=2026-05-08/commit=elsewhere/")
    assert run(conversion) == []
    assert folder_lake.catalog.partitions(STATES)[DAY] == head.folders["states"]


def test_a_rollback_lasts_until_something_newer_is_landed(conversion: Publisher, folder_lake: Lake) -> None:
    landed(folder_lake.store, body(vector()))
    run(conversion)
    second = landed(folder_lake.store, body(vector(icao24="4b1805"), time=NOON + 1), time=NOON + 1)
    run(conversion)
    conversion.log.roll_back(DAY, commit=None, seen_raw_keys=(second,), at=datetime.now(UTC))
    assert visible(folder_lake, STATES, "icao24") == [("3c6444",)]
    assert run(conversion) == []
    landed(folder_lake.store, body(vector(icao24="c0ffee"), time=NOON + 2), time=NOON + 2)
    run(conversion)
    assert visible(folder_lake, STATES, "icao24") == [("3c6444",), ("4b1805",), ("c0ffee",)]


@pytest.mark.parametrize("engine_name", ["duckdb", "spark"])
def test_a_day_of_other_rules_is_rebuilt_once_and_only_when_asked(
    engine_name: str, request: pytest.FixtureRequest, small_lake: Lake
) -> None:
    if engine_name == "spark":
        spark = request.getfixturevalue("spark")
        used: DayBuilder = SparkDayBuilder(lambda: spark, small_lake.store)
    else:
        used = DuckDbDayBuilder(small_lake, LEAST_BYTES)
    plain = Publisher(STATES_LOG, used, small_lake.store, small_lake.catalog, SystemClock(), min_quality=50)
    since = replace(plain, since=DAY)
    assert run(since) == [], "no rule has changed"
    with ruled_by(with_predicate("ground_speed_impossible", "ground_speed_mps > 3000")):
        assert run(plain) == []
        assert plain.find_pending().outdated == (DAY,)
        assert run(replace(plain, since=DAY + timedelta(days=1))) == []
        (result,) = run(since)
        assert (result.published, result.counts) == (
            True,
            DayCounts(raw_rows=6, curated=5, quarantined=0, duplicates=1),
        )
        assert plain.find_pending().outdated == ()
        assert run(since) == run(replace(since, definition=POLLS_LOG)) == []
    assert plain.find_pending().outdated == (DAY,), "the other rules are gone again"


def test_a_failing_engine_is_an_error_in_one_line(conversion: Publisher, folder_lake: Lake) -> None:
    landed(folder_lake.store, body(vector()))
    (folder_lake.root / "curated").write_text("in the way")  # type: ignore[operator]
    (result,) = run(conversion)
    assert result.failed
    assert result.reason is not None
    assert "\n" not in result.reason


@pytest.fixture
def polls(conversion: Publisher) -> Publisher:
    return replace(conversion, definition=POLLS_LOG)


def test_the_poll_ledger_becomes_a_table(polls: Publisher, folder_lake: Lake) -> None:
    due = datetime(2026, 5, 8, 12, tzinfo=UTC)
    record = (
        b'{"scheduled_at": "2026-05-08T12:00:00.000000+00:00", "polled_at": null, "outcome": "skipped_budget", '
        b'"reason": "no credits left until midnight", "source": "s", "credits_spent": 0, "credits_left": 3, '
        b'"row_count": null, "raw_key": "raw/states/x"}'
    )
    folder_lake.store.put_if_absent(poll_key(due, "s"), record)
    folder_lake.store.put_if_absent(poll_key(due + timedelta(seconds=90), "s"), b"{broken")
    (result,) = run(polls)
    assert (result.counts, result.published) == (DayCounts(1, 1, 0, 0), True)
    assert [item.raw_key for item in result.unreadable] == [poll_key(due + timedelta(seconds=90), "s")]
    assert visible(folder_lake, POLLS, "scheduled_at, polled_at, outcome, reason, raw_key") == [
        (due, None, "skipped_budget", "no credits left until midnight", "raw/states/x")
    ]
    assert run(polls) == []


def test_the_tables_of_a_day_are_one_commit(conversion: Publisher, folder_lake: Lake) -> None:
    landed(folder_lake.store, body(vector()))
    (result,) = run(conversion)
    assert {folder_lake.catalog.partitions(table)[DAY].split("/")[3] for table in CURATED_TABLES} == {
        f"commit={result.commit}"
    }
