"""Queries over several days at once, each against rows and answers written by hand."""

from datetime import date, datetime
from pathlib import Path

import pytest
from support.answers import rows_of
from support.lakes import LakeBuilder, a_rejected, a_score, a_state, at

NEXT_DAY = date(2026, 5, 9)


def utc(clock: str, day: int = 8) -> datetime:
    return datetime.fromisoformat(f"2026-05-{day:02}T{clock}")


def next_day(**changes: object) -> dict[str, object]:
    return a_state(snapshot_at=at("12:00", NEXT_DAY), last_contact_at=at("12:00", NEXT_DAY), **changes)


@pytest.fixture
def builder(tmp_path: Path) -> LakeBuilder:
    return LakeBuilder(tmp_path / "lake")


def test_totals_count_an_aircraft_of_two_days_once(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(longitude_deg=8.0, latitude_deg=50.0),
            a_state(icao24="bbbbbb", callsign=None, origin_country=None, on_ground=True, longitude_deg=-3.5),
            a_state(icao24="cccccc", longitude_deg=None, latitude_deg=None, on_ground=None),
        ],
    )
    builder.publish("states", [next_day(callsign="DLH1", longitude_deg=9.0, latitude_deg=-1.0)], day=NEXT_DAY)
    first, last = utc("12:00"), utc("12:00", 9)
    assert rows_of(builder, "traffic_totals") == [(4, 3, 1, 2, first, last, 1, 3, -3.5, -1.0, 9.0, 50.25)]
    one_day = rows_of(builder, "traffic_totals", from_date="2026-05-09")
    assert one_day == [(1, 1, 1, 1, last, last, 0, 1, 9.0, -1.0, 9.0, -1.0)]


def test_a_response_counts_as_airborne_whoever_is_not_known_to_be_on_the_ground(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", on_ground=True),
            a_state(icao24="bbbbbb", on_ground=None),
            a_state(icao24="cccccc"),
            a_state(icao24="cccccc", snapshot_at=at("12:01:30")),
        ],
    )
    builder.publish("states", [next_day(on_ground=True)], day=NEXT_DAY)
    assert rows_of(builder, "traffic_by_response") == [
        (utc("12:00"), 2, 1),
        (utc("12:01:30"), 1, 0),
        (utc("12:00", 9), 0, 1),
    ]


def test_flight_levels_are_open_below_and_above_and_an_edge_belongs_to_the_band_above(builder: LakeBuilder) -> None:
    # -25 ft, 1,975 ft, 2,000 ft, 10,000 ft, 49,975 ft, 60,000 ft.
    altitudes = [-7.62, 601.98, 609.6, 3048.0, 15_232.38, 18_288.0, None]
    rows = [a_state(icao24=f"00000{n}", baro_altitude_m=altitude) for n, altitude in enumerate(altitudes)]
    builder.publish("states", [*rows, a_state(on_ground=True), a_state(icao24="bbbbbb", on_ground=None)])
    assert rows_of(builder, "altitude_profile") == [(0, 2), (20, 1), (100, 1), (340, 1), (480, 1), (500, 1)]


def test_speeds_are_open_above_and_an_edge_belongs_to_the_band_above(builder: LakeBuilder) -> None:
    # 20 kt are 37,040 m an hour; then a hair less, 600 kt, 900 kt.
    speeds = [37_040 / 3600, 10.28, 600 * 1852 / 3600, 900 * 1852 / 3600, None]
    rows = [a_state(icao24=f"00000{n}", ground_speed_mps=speed) for n, speed in enumerate(speeds)]
    builder.publish("states", [*rows, a_state(on_ground=True)])
    assert rows_of(builder, "speed_profile") == [(0, 1), (20, 1), (600, 2)]


@pytest.mark.parametrize(
    ("altitudes_ft", "median_ft"),
    [([100], 100), ([100, 100, 100, 900], 100), ([100, 300], 200), ([300, 100, 300, 100], 200), ([1, 2, 900], 2)],
)
def test_a_median_is_the_middle_value_or_the_mean_of_the_two_in_the_middle(
    builder: LakeBuilder, altitudes_ft: list[int], median_ft: float
) -> None:
    rows = [
        a_state(icao24=f"00000{n}", baro_altitude_m=feet * 0.3048, ground_speed_mps=None)
        for n, feet in enumerate(altitudes_ft)
    ]
    builder.publish("states", [*rows, a_state(on_ground=True, baro_altitude_m=0.0)])
    assert rows_of(builder, "airborne_medians") == [
        ("baro_altitude_ft", pytest.approx(median_ft), len(altitudes_ft)),
    ], "no row has a speed"


def test_countries_and_airlines_come_by_their_aircraft_of_all_days(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(),
            a_state(icao24="bbbbbb", callsign="DLH7", origin_country="Austria"),
            a_state(icao24="cccccc", callsign="N123AB", origin_country="Spain"),
            a_state(icao24="dddddd", callsign=None, origin_country=None),
        ],
    )
    builder.publish("states", [next_day(), next_day(icao24="eeeeee", callsign="BAW1")], day=NEXT_DAY)
    assert rows_of(builder, "top_countries") == [("Germany", 2, 3), ("Austria", 1, 1), ("Spain", 1, 1)]
    assert rows_of(builder, "top_countries", row_limit="1", to_date="2026-05-08") == [("Austria", 1, 1)]
    assert rows_of(builder, "top_airlines") == [("DLH", 2, 3), ("BAW", 1, 1)]
    assert rows_of(builder, "top_airlines", row_limit="1", from_date="2026-05-09") == [("BAW", 1, 1)]


def test_the_counts_of_a_rule_are_summed_over_the_days(builder: LakeBuilder) -> None:
    for day, failed in ((date(2026, 5, 8), 1), (NEXT_DAY, 2)):
        scores = [
            a_score(None, None, checked=20, failed=failed, score=99.0),
            a_score("validity", None, checked=20, failed=failed, score=99.0),
            a_score("validity", "squawk_form", checked=10, failed=failed, score=90.0),
            a_score("consistency", "on_ground_fast", checked=0, failed=0, score=None),
        ]
        builder.publish("quality_scores", scores, day=day)
    assert rows_of(builder, "rule_counts") == [("on_ground_fast", 0, 0), ("squawk_form", 20, 3)]
    assert rows_of(builder, "rule_counts", from_date="2026-05-09")[1] == ("squawk_form", 10, 2)


def test_each_reason_shows_its_first_rows_the_most_frequent_reason_first(builder: LakeBuilder) -> None:
    builder.publish(
        "states_quarantine",
        [
            a_rejected(10, ["icao24_form", "position_half"]),
            a_rejected(9, ["icao24_form"]),
            a_rejected(2, ["icao24_form"], raw_key="raw/states/b", snapshot_at=at("12:01")),
            a_rejected(3, []),
        ],
    )
    late = a_rejected(1, ["icao24_form"], raw_key="raw/states/c", snapshot_at=at("12:00", NEXT_DAY))
    builder.publish("states_quarantine", [late], day=NEXT_DAY)
    assert rows_of(builder, "quarantine_examples", to_date="2026-05-09") == [
        ("icao24_form", 4, utc("12:00"), "raw/states/a", 9, '["row 9"]'),
        ("icao24_form", 4, utc("12:00"), "raw/states/a", 10, '["row 10"]'),
        ("icao24_form", 4, utc("12:01"), "raw/states/b", 2, '["row 2"]'),
        ("position_half", 1, utc("12:00"), "raw/states/a", 10, '["row 10"]'),
    ]
    assert [row[4] for row in rows_of(builder, "quarantine_examples", row_limit="1")] == [9, 10]


def test_hexagons_hold_what_is_near_their_centre_and_leave_out_what_the_map_does(builder: LakeBuilder) -> None:
    # Longitude 180 is drawn at the western edge; at the equator the map is 2.70663 wide to either side.
    places = [(0.0, 0.0), (0.1, 0.1), (180.0, 0.0), (0.0, -75.0), (None, None)]
    rows = [a_state(icao24=f"00000{n}", longitude_deg=x, latitude_deg=y) for n, (x, y) in enumerate(places)]
    builder.publish("states", [*rows, a_state(icao24="000000", longitude_deg=0.0, latitude_deg=0.0)])
    cells = rows_of(builder, "traffic_hexagons", cell_radius="0.1", south="-1.2")
    assert [(row[2], row[3]) for row in cells] == [(2, 3), (1, 1)]
    centre, edge = cells
    assert centre[:2] == (0.0, 0.0)
    assert (edge[0], edge[1]) == (pytest.approx(-2.70663, abs=0.1), pytest.approx(0.0, abs=0.1))
    assert centre[4:] == (pytest.approx(0.1 / 3), pytest.approx(0.1 / 3))
    (turned,) = rows_of(builder, "traffic_hexagons", meridian_deg="180", half_width="1", south="-1.2")
    assert (turned[2:4], turned[4]) == ((1, 1), 180.0)
