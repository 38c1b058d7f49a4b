"""The views, and the queries that the first README published, against rows and answers written by hand."""

from datetime import date, datetime
from pathlib import Path

import pytest
from support.answers import rows_of
from support.lakes import LakeBuilder, a_state, at

from duckdb_engine.engine import Engine
from duckdb_engine.sql.statements import statements_of

PUBLISHED = Path(__file__).parents[3] / "shared" / "published_queries.sql"
DAY = date(2025, 9, 6)


@pytest.fixture
def builder(tmp_path: Path) -> LakeBuilder:
    return LakeBuilder(tmp_path / "lake")


def test_the_first_names_hold_feet_metres_per_second_and_padded_date_parts(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state(baro_altitude_m=3_048.0, geo_altitude_m=9_144.0, snapshot_at=at("00:00"))])
    columns = "baro_altitude, geo_altitude, velocity, year, month, day, spi, time_position, last_contact"
    noon = datetime.fromisoformat("2026-05-08T12:00")
    assert rows_of(builder, f"select {columns} from flight_data_processed") == [
        (10_000.0, 30_000.0, 230.0, "2026", "05", "08", False, noon, noon)
    ]


def test_the_steps_at_the_edges_of_the_published_bands_come_back_exactly(builder: LakeBuilder) -> None:
    builder.publish(
        "states", [a_state(icao24="aaaaaa", baro_altitude_m=metres) for metres in (3_048.0, 9_144.0, 15_240.0)]
    )
    sql = "select baro_altitude from flight_data_processed order by 1"
    assert rows_of(builder, sql) == [(10_000.0,), (30_000.0,), (50_000.0,)]


def test_a_row_whose_place_is_unknown_is_not_airborne(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", ground_speed_mps=1852 / 36, vertical_rate_mps=0.3048),
            a_state(icao24="bbbbbb", on_ground=True),
            a_state(icao24="cccccc", on_ground=None),
        ],
    )
    sql = "select icao24, baro_altitude_ft, ground_speed_kt, vertical_rate_fpm from airborne_states"
    expected = ("aaaaaa", pytest.approx(35_000.0), pytest.approx(100.0), pytest.approx(60.0))
    assert rows_of(builder, sql) == [expected]


def test_a_snapshot_counts_its_rows(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa"),
            a_state(icao24="bbbbbb", on_ground=True, longitude_deg=None, latitude_deg=None),
            a_state(icao24="cccccc", snapshot_at=at("13:00")),
        ],
    )
    sql = "select aircraft_count, on_ground_count, without_position_count from snapshots order by snapshot_at"
    assert rows_of(builder, sql) == [(2, 1, 1), (1, 0, 0)]


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published queries are not beside the project")
def test_the_published_queries_run_unchanged(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", baro_altitude_m=3_048.0, ground_speed_mps=100.0, snapshot_at=at("00:00", DAY)),
            a_state(icao24="bbbbbb", baro_altitude_m=3_047.9, ground_speed_mps=200.0, snapshot_at=at("12:00", DAY)),
            a_state(icao24="cccccc", baro_altitude_m=9_144.0, ground_speed_mps=None, snapshot_at=at("23:59:59", DAY)),
            a_state(icao24="dddddd", baro_altitude_m=None, origin_country="Spain", snapshot_at=at("12:00", DAY)),
        ],
        day=DAY,
    )
    builder.publish(
        "states", [a_state(baro_altitude_m=15_240.0, snapshot_at=at("00:00", date(2025, 9, 7)))], day=date(2025, 9, 7)
    )
    with Engine(builder.lake) as engine:
        answers = [engine.run(statement) for statement in statements_of(PUBLISHED.read_text())]
        by_country, by_band, count = [(answer.columns, list(answer.rows)) for answer in answers]
    assert by_country == (
        ("origin_country", "flight_count", "avg_altitude_ft", "avg_speed_ms"),
        # (3,048.0 + 3,047.9 + 9,144.0) / 3 / 0.3048
        [("Germany", 3, pytest.approx(16_666.5573), 150.0), ("Spain", 1, None, 230.0)],
    )
    assert by_band[0] == ("altitude_category", "flight_count")
    assert sorted(by_band[1]) == [
        ("High (30-50k ft)", 1),
        ("Low (0-10k ft)", 1),
        ("Medium (10-30k ft)", 1),
        ("Very High (50k+ ft)", 1),
    ]
    assert count == (("_col0",), [(4,)])
