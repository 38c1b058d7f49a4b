"""Queries about traffic, each against rows and answers written by hand."""

from datetime import date, datetime
from pathlib import Path

import pytest
from support.answers import rows_of
from support.lakes import LakeBuilder, a_state, at

TEN_THOUSAND_FT_M = 3_048.0
THIRTY_THOUSAND_FT_M = 9_144.0
FIFTY_THOUSAND_FT_M = 15_240.0


def utc(clock: str, day: int = 8) -> datetime:
    return datetime.fromisoformat(f"2026-05-{day:02}T{clock}")


@pytest.fixture
def builder(tmp_path: Path) -> LakeBuilder:
    return LakeBuilder(tmp_path / "lake")


def test_traffic_by_hour_counts_aircraft_once_and_parts_at_the_full_hour(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", snapshot_at=at("12:58:30")),
            a_state(icao24="bbbbbb", snapshot_at=at("12:58:30")),
            a_state(icao24="cccccc", snapshot_at=at("12:58:30")),
            a_state(icao24="aaaaaa", snapshot_at=at("12:59:59")),
            a_state(icao24="aaaaaa", snapshot_at=at("13:00:00")),
        ],
    )
    assert rows_of(builder, "traffic_by_hour") == [(utc("12:00"), 2, 3, 2.0), (utc("13:00"), 1, 1, 1.0)]


def test_traffic_of_a_day_ends_before_midnight_utc(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state(snapshot_at=at("23:59:59"))])
    builder.publish("states", [a_state(snapshot_at=at("00:00", date(2026, 5, 9)))], day=date(2026, 5, 9))
    assert rows_of(builder, "traffic_by_hour", flight_date="2026-05-08") == [(utc("23:00"), 1, 1, 1.0)]
    assert rows_of(builder, "traffic_by_hour") == [(utc("00:00", 9), 1, 1, 1.0)]


def test_traffic_by_hour_and_country_keeps_the_leaders_of_each_hour(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", origin_country="Spain", snapshot_at=at("10:00")),
            a_state(icao24="aaaaaa", origin_country="Spain", snapshot_at=at("10:10")),
            a_state(icao24="bbbbbb", origin_country="France", snapshot_at=at("10:00")),
            a_state(icao24="cccccc", origin_country="France", snapshot_at=at("10:00")),
            a_state(icao24="dddddd", origin_country="Austria", snapshot_at=at("10:00")),
            a_state(icao24="eeeeee", origin_country=None, snapshot_at=at("10:00")),
            a_state(icao24="aaaaaa", origin_country="Spain", snapshot_at=at("11:00")),
        ],
    )
    assert rows_of(builder, "traffic_by_hour_and_country", row_limit="2") == [
        (utc("10:00"), "France", 2),
        (utc("10:00"), "Austria", 1),  # as many as Spain; the alphabet decides
        (utc("11:00"), "Spain", 1),
    ]


def test_an_aircraft_exactly_on_an_edge_belongs_to_the_band_above(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", baro_altitude_m=TEN_THOUSAND_FT_M - 7.62, ground_speed_mps=1852 / 36),
            a_state(icao24="bbbbbb", baro_altitude_m=TEN_THOUSAND_FT_M, ground_speed_mps=1852 / 18),
            a_state(icao24="cccccc", baro_altitude_m=THIRTY_THOUSAND_FT_M - 7.62, ground_speed_mps=1852 / 9),
            a_state(icao24="dddddd", baro_altitude_m=THIRTY_THOUSAND_FT_M, ground_speed_mps=None),
            a_state(icao24="eeeeee", baro_altitude_m=FIFTY_THOUSAND_FT_M, ground_speed_mps=1852 / 36),
            a_state(icao24="ffffff", baro_altitude_m=None),
            a_state(icao24="abcdef", baro_altitude_m=0.0, on_ground=True),
        ],
    )
    assert rows_of(builder, "altitude_bands") == [
        (0, 1, 20.0, 1, pytest.approx(100.0)),
        (10_000, 2, 40.0, 2, pytest.approx(300.0)),
        (30_000, 1, 20.0, 1, None),
        (50_000, 1, 20.0, 1, pytest.approx(100.0)),
    ]


def test_a_track_holds_each_report_once_and_the_way_between(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(position_at=at("10:00"), snapshot_at=at("10:00:05"), latitude_deg=50.0, longitude_deg=8.0),
            a_state(position_at=at("10:00"), snapshot_at=at("10:01:35"), latitude_deg=50.0, longitude_deg=8.0),
            a_state(position_at=at("10:03"), snapshot_at=at("10:03:05"), latitude_deg=51.0, longitude_deg=8.0),
            a_state(position_at=None, snapshot_at=at("10:04"), latitude_deg=None, longitude_deg=None),
            a_state(icao24="bbbbbb", position_at=at("10:05"), snapshot_at=at("10:05")),
        ],
    )
    track = rows_of(builder, "aircraft_track", icao24="3c6444")
    assert [row[0] for row in track] == [utc("10:00"), utc("10:03")]
    # One degree of a meridian on a sphere of 6,371.01 km: 2 pi r / 360.
    assert [row[-1] for row in track] == [None, pytest.approx(111.1951, abs=0.0001)]


def test_cells_are_named_by_their_south_west_corner(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", latitude_deg=50.0, longitude_deg=8.0, baro_altitude_m=3_048.0),
            a_state(icao24="bbbbbb", latitude_deg=50.99, longitude_deg=8.99, baro_altitude_m=9_144.0),
            a_state(
                icao24="bbbbbb", latitude_deg=50.5, longitude_deg=8.5, snapshot_at=at("12:01"), baro_altitude_m=None
            ),
            a_state(icao24="cccccc", latitude_deg=-0.5, longitude_deg=180.0, baro_altitude_m=None),
            a_state(icao24="dddddd", latitude_deg=-0.1, longitude_deg=-179.5, baro_altitude_m=None),
            a_state(icao24="eeeeee", latitude_deg=90.0, longitude_deg=-0.5, baro_altitude_m=None),
            a_state(icao24="ffffff", latitude_deg=None, longitude_deg=None),
        ],
    )
    assert rows_of(builder, "busiest_cells") == [
        (50, 8, 2, 3, pytest.approx(20_000.0)),
        (-1, -180, 2, 2, None),
        (89, -1, 1, 1, None),
    ]
    assert len(rows_of(builder, "busiest_cells", row_limit="1")) == 1


def test_emergencies_are_told_by_code_with_where_they_ended(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(squawk="7700", snapshot_at=at("10:00"), callsign="DLH1", latitude_deg=50.0),
            a_state(squawk="7700", snapshot_at=at("10:05"), callsign=None, latitude_deg=51.0),
            a_state(squawk="7700", snapshot_at=at("10:06"), callsign=None, latitude_deg=None, longitude_deg=None),
            a_state(squawk="7600", snapshot_at=at("10:10"), callsign="DLH1"),
            a_state(icao24="bbbbbb", squawk="7000"),
            a_state(icao24="cccccc", squawk=None),
        ],
    )
    assert rows_of(builder, "emergency_squawks") == [
        ("3c6444", "DLH1", "7700", "emergency", 3, utc("10:00"), utc("10:06"), 51.0, 8.5),
        ("3c6444", "DLH1", "7600", "radio failure", 1, utc("10:10"), utc("10:10"), 50.25, 8.5),
    ]


def test_rows_that_repeat_the_last_contact_were_not_heard(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", last_contact_at=at("10:00"), snapshot_at=at("10:00")),
            a_state(icao24="bbbbbb", last_contact_at=at("10:00"), snapshot_at=at("10:00")),
            a_state(icao24="aaaaaa", last_contact_at=at("10:00"), snapshot_at=at("10:01:30")),
            a_state(icao24="bbbbbb", last_contact_at=at("10:01:29"), snapshot_at=at("10:01:30")),
            a_state(icao24="aaaaaa", last_contact_at=at("10:03"), snapshot_at=at("10:03")),
        ],
    )
    assert rows_of(builder, "aircraft_not_heard") == [
        (utc("10:00"), 2, 0, 0.0),
        (utc("10:01:30"), 2, 1, 50.0),
        (utc("10:03"), 1, 0, 0.0),
    ]


def test_only_airline_callsigns_have_a_designator(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", callsign="DLH1AB"),
            a_state(icao24="bbbbbb", callsign="DLH2"),
            a_state(icao24="bbbbbb", callsign="DLH3", snapshot_at=at("13:00")),
            a_state(icao24="cccccc", callsign="BAW1"),
            a_state(icao24="dddddd", callsign="DEABC"),
            a_state(icao24="eeeeee", callsign="N123AB"),
            a_state(icao24="ffffff", callsign=None),
        ],
    )
    assert rows_of(builder, "top_callsign_prefixes") == [("DLH", 2, 3, 3), ("BAW", 1, 1, 1)]


def test_the_ground_share_is_of_rows(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", on_ground=True),
            a_state(icao24="bbbbbb", on_ground=None),
            a_state(icao24="cccccc"),
            a_state(icao24="dddddd", snapshot_at=at("12:30")),
            a_state(icao24="eeeeee", snapshot_at=at("13:30")),
        ],
    )
    assert rows_of(builder, "ground_share") == [(utc("12:00"), 4, 1, 25.0), (utc("13:00"), 1, 0, 0.0)]


def test_an_aircraft_climbs_once_at_its_fastest(builder: LakeBuilder) -> None:
    feet_per_minute = 0.3048 / 60
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", vertical_rate_mps=2_000 * feet_per_minute, snapshot_at=at("10:00")),
            a_state(icao24="aaaaaa", vertical_rate_mps=2_000 * feet_per_minute, snapshot_at=at("10:02")),
            a_state(icao24="bbbbbb", vertical_rate_mps=3_000 * feet_per_minute, baro_altitude_m=None),
            a_state(icao24="cccccc", vertical_rate_mps=-4_000 * feet_per_minute),
            a_state(icao24="dddddd", vertical_rate_mps=None),
            a_state(icao24="eeeeee", vertical_rate_mps=32_640 * feet_per_minute),
            a_state(icao24="ffffff", vertical_rate_mps=9_000 * feet_per_minute, on_ground=True),
        ],
    )
    assert rows_of(builder, "fastest_climbs", limit_fpm="33000")[0][0] == "eeeeee"
    assert rows_of(builder, "fastest_climbs") == [
        ("bbbbbb", "DLH9LF", "Germany", utc("12:00"), pytest.approx(3_000.0), None),
        ("aaaaaa", "DLH9LF", "Germany", utc("10:00"), pytest.approx(2_000.0), pytest.approx(35_000.0)),
    ]
