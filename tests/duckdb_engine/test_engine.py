"""The engine over a lake's visible files: which rows it sees, in which types, and what it keeps from a query."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from support.answers import rows_of
from support.lakes import DAY, LakeBuilder, a_poll, a_state, at

from duckdb_engine.engine import Engine
from duckdb_engine.sql.errors import QueryFailedError, SqlError
from duckdb_engine.sql.statements import statements_of
from flightlake.errors import FlightLakeError, StorageError
from flightlake.poll_record import PollRecord
from flightlake.schema.tables.states import STATES
from ingestion.ledger import record_poll

NEXT_DAY = date(2026, 5, 9)


@pytest.fixture
def builder(tmp_path: Path) -> LakeBuilder:
    return LakeBuilder(tmp_path / "lake")


@pytest.fixture
def engine(builder: LakeBuilder) -> Iterator[Engine]:
    with Engine(builder.lake) as engine:
        yield engine


def test_an_empty_lake_answers_with_no_rows_and_the_contracts_types(engine: Engine) -> None:
    result = engine.query("select snapshot_at, snapshot_date, position_source, on_ground, icao24 from states")
    assert result.rows == []
    assert result.types == ("TIMESTAMP", "DATE", "INTEGER", "BOOLEAN", "VARCHAR")
    assert engine.query("select count(*) from flight_data_processed").rows == [(0,)]
    assert engine.query("select count(*) from raw_states").rows == [(0,)]


def test_the_newest_day_of_an_empty_table_is_an_error_with_a_way_out(engine: Engine) -> None:
    with pytest.raises(FlightLakeError, match="states has no day yet, so there is no newest day: convert first"):
        engine.query("altitude_bands")


def test_readers_see_the_commit_that_the_catalog_names(builder: LakeBuilder, engine: Engine) -> None:
    first = builder.publish("states", [a_state(icao24="aaaaaa")], commit="c1")
    assert engine.query("select icao24 from states").rows == [("aaaaaa",)]
    builder.publish("states", [a_state(icao24="bbbbbb")], commit="c2")
    assert engine.query("select icao24 from states").rows == [("bbbbbb",)]
    builder.lake.catalog.move_pointer(STATES, DAY, first)
    assert engine.query("select icao24 from states").rows == [("aaaaaa",)]


def test_a_pinned_engine_keeps_what_it_saw_first(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state(icao24="aaaaaa")], commit="c1")
    with Engine(builder.lake, pinned=True) as engine:
        assert engine.query("select icao24 from states").rows == [("aaaaaa",)]
        builder.publish("states", [a_state(icao24="bbbbbb")], commit="c2")
        assert engine.query("select icao24 from states").rows == [("aaaaaa",)]


def test_a_running_answer_is_of_one_state_of_the_catalog(builder: LakeBuilder, engine: Engine) -> None:
    builder.publish("states", [a_state(icao24="aaaaaa")], commit="c1")
    stream = engine.run(statements_of("select icao24 from states")[0])
    builder.publish("states", [a_state(icao24="bbbbbb")], commit="c2")
    assert engine.query("select icao24 from states").rows == [("bbbbbb",)]
    assert list(stream.rows) == [("aaaaaa",)]


@pytest.mark.parametrize("zoned", [True, False])
def test_instants_are_utc_whatever_the_writer_and_the_machine(
    builder: LakeBuilder, monkeypatch: pytest.MonkeyPatch, zoned: bool
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    builder.publish("states", [a_state(snapshot_at=at("23:59:59"))], zoned=zoned)
    sql = "select snapshot_at, cast(snapshot_at as date), hour(snapshot_at) from states"
    assert rows_of(builder, sql) == [(datetime.fromisoformat("2026-05-08T23:59:59"), DAY, 23)]


def test_instants_are_rounded_to_milliseconds_as_athena_reads_them(builder: LakeBuilder, engine: Engine) -> None:
    builder.publish("polls", [a_poll("10:00", polled_at=at("10:00:01.484567"))])
    sql = (
        "select polled_at, cast(polled_at as varchar) from polls where polled_at = timestamp '2026-05-08 10:00:01.485'"
    )
    instant = datetime.fromisoformat("2026-05-08T10:00:01.485")
    assert engine.query(sql).rows == [(instant, "2026-05-08 10:00:01.485")]


def test_the_day_comes_from_the_catalog_and_not_from_guessing(builder: LakeBuilder, engine: Engine) -> None:
    builder.publish("states", [a_state()], commit="20260508")
    builder.publish("states", [a_state()], day=NEXT_DAY, commit="0001")
    result = engine.query("select distinct snapshot_date from states order by 1")
    assert (result.rows, result.types) == ([(DAY,), (NEXT_DAY,)], ("DATE",))


def test_a_missing_folder_is_named(builder: LakeBuilder, engine: Engine) -> None:
    builder.publish("states", [a_state()])
    builder.lake.catalog.move_pointer(STATES, NEXT_DAY, "curated/states/snapshot_date=2026-05-09/commit=gone/")
    with pytest.raises(StorageError, match=r"states of 2026-05-09: the folder .*commit=gone/ .* is missing or empty"):
        engine.query("select count(*) from states")


def test_a_folder_of_another_day_is_no_answer(builder: LakeBuilder, engine: Engine) -> None:
    folder = builder.publish("states", [a_state()])
    builder.lake.catalog.move_pointer(STATES, NEXT_DAY, folder)
    with pytest.raises(StorageError, match="the folder is of another day"):
        engine.query("select count(*) from states")


def test_only_the_days_that_are_asked_for_are_opened(builder: LakeBuilder, engine: Engine) -> None:
    builder.publish("states", [a_state()])
    broken = builder.publish("states", [a_state()], day=NEXT_DAY)
    (builder.root / broken / "part-00000.parquet").write_bytes(b"no parquet")
    assert engine.query("select count(*) from states where snapshot_date = date '2026-05-08'").rows == [(1,)]
    assert engine.query("altitude_bands", {"flight_date": "2026-05-08"}).rows != []
    assert engine.query("select count(*) from flight_data_processed where day = '08'").rows == [(1,)]
    with pytest.raises(StorageError, match=r"cannot read the files of states: .*part-00000\.parquet"):
        engine.query("select count(*) from states")


def test_only_the_tables_that_are_named_are_opened(builder: LakeBuilder, engine: Engine) -> None:
    builder.publish("states", [a_state()])
    folder = builder.publish("polls", [a_poll("10:00")])
    (builder.root / folder / "part-00000.parquet").unlink()
    assert engine.query("select count(*) from states").rows == [(1,)]


def test_files_of_several_parts_and_marker_files_are_one_day(builder: LakeBuilder, engine: Engine) -> None:
    folder = builder.publish("states", [a_state()])
    other = builder.write(STATES, [a_state(icao24="aaaaaa")], day=DAY, commit="c2")
    (builder.root / other / "part-00000.parquet").rename(builder.root / folder / "part-00001.parquet")
    (builder.root / folder / "_SUCCESS").touch()
    assert engine.query("select count(*) from states").rows == [(2,)]


def test_a_column_that_older_files_lack_is_null(builder: LakeBuilder, engine: Engine) -> None:
    folder = builder.publish("states", [a_state()])
    part = str(builder.root / folder / "part-00000.parquet")
    with duckdb.connect() as connection:
        connection.execute("create table older as select * exclude (category) from read_parquet(?)", [part])
        connection.table("older").write_parquet(part)
    builder.publish("states", [a_state(category=3)], day=NEXT_DAY)
    sql = "select category from states where snapshot_date = date '2026-05-08'"
    assert engine.query(sql).rows == [(None,)]
    assert engine.query("select category from states order by snapshot_date").rows == [(None,), (3,)]


@pytest.mark.parametrize("name", ["a [1] lake", "it's", "50%*?", "ü ñ", "year=2020"])
def test_a_lakes_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    builder = LakeBuilder(tmp_path / name)
    builder.publish("states", [a_state()])
    builder.land(at("12:00"), b'{"time": 1778241600, "states": null}')
    assert rows_of(builder, "select count(*) from states") == [(1,)]
    assert rows_of(builder, "select count(*) from raw_states") == [(1,)]


def test_raw_responses_are_read_as_they_came(builder: LakeBuilder, engine: Engine) -> None:
    builder.land(at("12:00"), b'{"time": 1778241600, "states": [["3c6444", "DLH9LF  ", null, 1.50, true]]}')
    builder.land(at("23:59:59"), b'{\n "time": 1778284799,\n "states": null\n}')
    assert engine.query("select time, states, year, month, day, hour from raw_states order by time").rows == [
        (1778241600, [["3c6444", "DLH9LF  ", None, "1.5", "true"]], "2026", "05", "08", "12"),
        (1778284799, None, "2026", "05", "08", "23"),
    ]


def test_ledger_records_are_read_as_they_came(builder: LakeBuilder, engine: Engine) -> None:
    record = PollRecord(at("12:00"), at("12:00:01"), "landed", None, "https://a.source", 4, None, 2, "raw/states/x")
    record_poll(builder.lake.store, record)
    assert engine.query("select * from raw_polls").rows == [
        (
            *(
                "2026-05-08T12:00:00.000000Z",
                "2026-05-08T12:00:01.000000Z",
                "landed",
                None,
                "https://a.source",
                4,
                None,
                2,
            ),
            *("raw/states/x", "2026", "05", "08"),
        )
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/hostname')",
        "select * from '/etc/hostname'",
        "select * from duckdb_secrets()",
        "select * from information_schema.tables",
    ],
)
def test_a_query_cannot_look_outside_the_lake(engine: Engine, sql: str) -> None:
    with pytest.raises(SqlError, match=r"is no table|no table or view"):
        engine.query(sql)


def test_the_connection_itself_reads_nothing_else(builder: LakeBuilder, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for sql in (
        f"select * from read_csv('{tmp_path}/secret.csv')",
        f"copy (select 1) to '{tmp_path}/out.csv'",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
    ):
        with pytest.raises(duckdb.Error):
            engine.connection.execute(sql)
    assert not (tmp_path / "out.csv").exists()


def test_attached_tables_hold_every_day_even_after_a_query_of_one(builder: LakeBuilder, engine: Engine) -> None:
    builder.publish("states", [a_state()])
    builder.publish("states", [a_state()], day=NEXT_DAY)
    engine.attach("states", "snapshots")
    assert engine.query("select count(*) from states where snapshot_date = date '2026-05-08'").rows == [(1,)]
    assert engine.connection.execute("select count(*) from states").fetchall() == [(2,)]
    assert engine.connection.execute("select count(*) from snapshots").fetchall() == [(2,)]


def test_parameters_of_ones_own_statement_are_texts(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state(squawk="0021"), a_state(icao24="aaaaaa", squawk="21")])
    assert rows_of(builder, "select icao24 from states where squawk = :code", code="0021") == [("3c6444",)]
    assert rows_of(builder, "select count(*) from states where snapshot_date = :day", day="2026-05-08") == [(2,)]
    assert rows_of(builder, "select count(*) from states where icao24 = :a", a="' or 1=1 --") == [(0,)]
    with pytest.raises(SqlError, match="no value for code"):
        rows_of(builder, "select icao24 from states where squawk = :code")


def test_a_failure_on_the_data_is_told_in_a_line(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state()])
    with pytest.raises(QueryFailedError, match="3c6444"):
        rows_of(builder, "select cast(icao24 as integer) from states")


def test_several_statements_are_for_files(engine: Engine) -> None:
    with pytest.raises(SqlError, match="2 statements where one is expected"):
        engine.query("select 1; select 2")


def test_names_are_shown_from_the_contract_and_the_catalog(builder: LakeBuilder, engine: Engine) -> None:
    folder = builder.publish("states", [a_state()])
    assert ("states", "one aircraft in one response") in engine.query("show tables").rows
    assert engine.query("describe polls").rows[0] == ("scheduled_at", "timestamp", "when the poll was due [UTC]")
    assert engine.query("show partitions states").rows == [(DAY, folder)]
    assert len(engine.query("show columns from flightlake.states").rows) == 19
    assert "snapshots" in [row[0] for row in engine.query("SHOW VIEWS").rows]
    with pytest.raises(SqlError, match="no table stats; did you mean states"):
        engine.query("describe stats")
    with pytest.raises(SqlError, match="there are SHOW TABLES"):
        engine.query("show create table states")
