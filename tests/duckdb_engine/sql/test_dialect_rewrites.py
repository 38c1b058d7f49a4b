"""Expressions that mean something else on DuckDB: here they give what Trino's documentation says."""

import math
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from support.lakes import LakeBuilder, a_state, at

from duckdb_engine.engine import Engine
from duckdb_engine.sql.errors import QueryFailedError, SqlError


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    builder = LakeBuilder(tmp_path_factory.mktemp("gaps") / "lake")
    row = a_state(baro_altitude_m=2.5, position_source=7, category=None, snapshot_at=at("23:59:30.250"))
    builder.publish("states", [row, a_state(icao24="aaaaaa", callsign=None, baro_altitude_m=3.5)])
    with Engine(builder.lake) as engine:
        yield engine


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7/2", 3),
        ("-7/2", -3),
        ("position_source/2", 3),
        ("position_source/2.0", 3.5),
        ("7e0/2", 3.5),
        ("date_diff('hour', timestamp '2026-01-01 10:59:00', timestamp '2026-01-01 11:58:00')", 0),
        ("date_diff('hour', timestamp '2026-01-01 11:59:00', timestamp '2026-01-01 10:58:00')", -1),
        ("date_diff('day', snapshot_at, timestamp '2026-05-09 00:00:00')", 0),
        ("date_diff('second', snapshot_at, timestamp '2026-05-09 00:00:00')", 29),
        ("date_diff('day', snapshot_date, date '2026-05-10')", 2),
        ("regexp_extract(callsign, 'X')", None),
        ("regexp_extract(callsign, '([A-Z]+)([0-9])', 2)", "9"),
        ("regexp_replace(callsign, '([A-Z]+)([0-9])', '$2$1-')", "9DLH-LF"),
        ("split_part('a,b,', ',', 3)", ""),
        ("split_part('a,b', ',', 3)", None),
        ("greatest(1, null, 3)", None),
        ("least(category, 1)", None),
        ("concat(callsign, null)", None),
        ("date_add('day', 1, snapshot_date)", date(2026, 5, 9)),
        ("date_trunc('month', snapshot_date)", date(2026, 5, 1)),
        ("date_trunc('minute', snapshot_at)", datetime.fromisoformat("2026-05-08T23:59")),
        ("snapshot_date + interval '1' month", date(2026, 6, 8)),
        ("interval '2' day + snapshot_date", date(2026, 5, 10)),
        ("snapshot_date - interval '1' day", date(2026, 5, 7)),
        ("date_add('hour', 1, snapshot_at)", datetime.fromisoformat("2026-05-09T00:59:30.250")),
        ("cast(baro_altitude_m as integer)", 3),
        ("cast(-baro_altitude_m as bigint)", -3),
        ("try_cast(baro_altitude_m as integer)", 3),
        ("cast(snapshot_at as varchar)", "2026-05-08 23:59:30.250"),
        ("millisecond(snapshot_at)", 250),
        ("day_of_week(snapshot_date)", 5),
        ("hour(snapshot_at at time zone 'UTC')", 23),
        ("date_format(snapshot_at, '%Y-%m-%d %H:%i:%s')", "2026-05-08 23:59:30"),
        ("width_bucket(5e-1, 0e0, 1e0, 4)", 3),
        ("width_bucket(1e0, 0e0, 1e0, 4)", 5),
        ("width_bucket(-1e-1, 0e0, 1e0, 4)", 0),
        ("width_bucket(1e0, 1e0, 0e0, 4)", 0),
        ("width_bucket(0e0, 1e0, 0e0, 4)", 4),
        ("width_bucket(-1e-1, 1e0, 0e0, 4)", 5),
        ("extract(dow from date '2026-05-10')", 7),
        ("extract(day_of_week from date '2026-05-11')", 1),
        ("substr(callsign, 0)", ""),
        ("substr(callsign, position_source - 7, 2)", ""),
        ("substr(callsign, -2)", "LF"),
        ("reverse(array[1, 2, 3])", [3, 2, 1]),
        ("reverse('abc')", "cba"),
        ("sign(-baro_altitude_m)", -1.0),
        ("array_distinct(array['b', 'a', null, 'b', null])", ["b", "a", None]),
        ("array_min(array[1, null, 2])", None),
        ("array_max(array[1, 3, 2])", 3),
        ("array_position(array['a', 'b'], 'c')", 0),
        ("array_position(array['a', 'b'], 'b')", 2),
        ("array_position(array['a', 'b'], cast(null as varchar))", None),
        ("slice(array[1, 2, 3, 4], 2, 2)", [2, 3]),
        ("slice(array[1, 2, 3, 4], -2, 2)", [3, 4]),
        ("slice(array[1, 2, 3, 4], 3, 9)", [3, 4]),
        ("try_cast('1.5' as integer)", None),
        ("try_cast(' 12 ' as integer)", 12),
        ("cast('-12' as bigint)", -12),
        ("date_diff('hour', timestamp '2026-01-01 10:59:00', timestamp '2026-01-01 12:58:00') / 2", 0),
    ],
)
def test_an_expression_means_what_it_means_on_trino(engine: Engine, expression: str, expected: Any) -> None:
    ((value,),) = engine.query(f"select {expression} from states where icao24 = '3c6444'").rows
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count_if(category > 1)", 0),
        ("count_if(callsign = 'DLH9LF')", 1),
        ("max_by(callsign, baro_altitude_m)", None),
        ("max_by(callsign, baro_altitude_m) filter (where callsign is not null)", "DLH9LF"),
        ("min_by(callsign, baro_altitude_m)", "DLH9LF"),
        ("sum(position_source) / 2", 3),
        ("count(*) / 4", 0),
    ],
)
def test_an_aggregate_means_what_it_means_on_trino(engine: Engine, expression: str, expected: Any) -> None:
    assert engine.query(f"select {expression} from states").rows == [(expected,)]


def test_distances_are_trinos(engine: Engine) -> None:
    sql = "select great_circle_distance(50.0333, 8.5706, 40.6398, -73.7789), great_circle_distance(0, 0, 0, 90)"
    ((km, quarter),) = engine.query(sql).rows
    # The spherical law of cosines, which shares nothing with the formula in use.
    north, west, turn = math.radians(50.0333), math.radians(40.6398), math.radians(8.5706 + 73.7789)
    angle = math.acos(math.sin(north) * math.sin(west) + math.cos(north) * math.cos(west) * math.cos(turn))
    assert km == pytest.approx(6371.01 * angle)
    assert quarter == pytest.approx(6371.01 * math.pi / 2)


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("at_timezone(snapshot_at, 'Europe/Berlin')", "at_timezone"),
        ("snapshot_at at time zone 'Europe/Berlin'", "AT TIME ZONE"),
        ("format_datetime(snapshot_at, 'yyyy')", "format_datetime"),
        ("format('%03d', position_source)", "format"),
        ("to_base(255, 16)", "to_base"),
        ("reduce(array[1], 0, (s, x) -> s + x, s -> s)", "reduce"),
        ("skewness(baro_altitude_m)", "skewness"),
        ("typeof(icao24)", "typeof"),
        ("split('a,b,c', ',', 2)", "split with a limit"),
    ],
)
def test_what_cannot_be_translated_is_refused_by_name(engine: Engine, expression: str, name: str) -> None:
    with pytest.raises(SqlError, match=rf"{name} .*run"):
        engine.query(f"select {expression} from states")


def test_rewritten_parts_nest(engine: Engine) -> None:
    days = "date_diff('day', date_trunc('month', snapshot_date), date_add('day', 7/2, snapshot_date))"
    assert engine.query(f"select {days} / 4 from states limit 1").rows == [(2,)]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("snapshot_date - date '2026-01-01'", "a date minus a date is no number on Athena: write date_diff"),
        ("cast(baro_altitude_m as varchar)", "a double's text is 1.5E0 on Athena: cast it to a decimal first"),
    ],
)
def test_what_would_look_alike_and_is_not_is_refused(engine: Engine, expression: str, message: str) -> None:
    with pytest.raises(SqlError, match=message):
        engine.query(f"select {expression} from states")


def test_a_fraction_in_a_text_is_no_whole_number(engine: Engine) -> None:
    with pytest.raises(QueryFailedError, match=r"cannot cast '1\.5' to a whole number"):
        engine.query("select cast('1.5' as integer) from states")
