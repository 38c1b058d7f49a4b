"""The simulated answers are shaped like recorded ones and untidy in the same shares."""

import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flightlake.errors import UsageError
from simulator.fleet import MAX_AIRCRAFT_COUNT
from simulator.sky import Box, Sky, response_body

START_S = 1_778_263_200  # 2026-05-08T18:00:00Z


def share(rows: list[tuple[int, list[Any]]], holds: Any) -> float:
    return sum(bool(holds(at_s, row)) for at_s, row in rows) / len(rows)


def test_the_same_second_gives_the_same_bytes_in_whatever_order_it_is_asked(sky: Sky) -> None:
    early = response_body(START_S + 600, sky.observations(START_S + 600))
    late = response_body(START_S + 7_200, sky.observations(START_S + 7_200))

    again = Sky(7, datetime(2026, 5, 8, 18, tzinfo=UTC), 3_000)

    assert response_body(START_S + 7_200, again.observations(START_S + 7_200)) == late
    assert response_body(START_S + 600, again.observations(START_S + 600)) == early
    assert early != late


def test_another_seed_is_another_sky(sky: Sky) -> None:
    other = Sky(8, datetime(2026, 5, 8, 18, tzinfo=UTC), 3_000)
    assert set(other.fleet.icao24) != set(sky.fleet.icao24)


def test_a_second_before_the_start_can_be_asked_for(sky: Sky) -> None:
    assert len(sky.observations(START_S - 86_400).icao24) > 2_000


def test_about_as_many_aircraft_as_asked_are_in_the_air_or_taxiing(sky: Sky) -> None:
    begin_s = START_S + 43_200
    moving = [flight for flight in sky.true_flights(begin_s, begin_s) if flight.first_seen_at <= begin_s]
    assert len(moving) == pytest.approx(3_000, rel=0.05)


@pytest.mark.parametrize("count", [0, MAX_AIRCRAFT_COUNT + 1])
def test_an_impossible_number_of_aircraft_is_refused(count: int) -> None:
    with pytest.raises(UsageError, match=f"{count} aircraft are not possible: give 1 to"):
        Sky(1, datetime(2026, 5, 8, tzinfo=UTC), count)


def test_a_single_aircraft_makes_a_sky() -> None:
    assert len(Sky(1, datetime(2026, 5, 8, tzinfo=UTC), 1).fleet) >= 1


def test_a_start_without_a_time_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="has no time zone"):
        Sky(1, datetime(2026, 5, 8), 10)  # noqa: DTZ001 - the fault under test


def test_an_empty_answer_holds_null_as_the_service_does(sky: Sky) -> None:
    nobody = sky.observations(START_S, icao24=frozenset({"000000"}))
    assert response_body(START_S, nobody) == b'{"time":1778263200,"states":null}'


def test_addresses_are_unique_in_an_answer_and_lie_in_their_countrys_block(sample: Any) -> None:
    answer = sample.answers[0][0]
    assert len({row[0] for row in answer["states"]}) == len(answer["states"])
    countries = {row[0]: row[2] for row in answer["states"]}
    assert all(0xA00000 <= int(icao24, 16) <= 0xAFFFFF for icao24, name in countries.items() if name == "United States")
    assert all(re.fullmatch("[0-9a-f]{6}", icao24) for icao24 in countries)


def test_every_position_is_on_the_globe(sample: Any) -> None:
    places = [(row[5], row[6]) for _, row in sample.rows if row[5] is not None]
    assert all(-180 <= longitude <= 180 and -90 <= latitude <= 90 for longitude, latitude in places)
    assert all((row[5] is None) == (row[6] is None) == (row[3] is None) for _, row in sample.rows)


@pytest.mark.parametrize(
    ("what", "holds", "recorded", "tolerance"),
    [
        ("padded callsign", lambda _, row: len(row[1]) == 8 and row[1].strip(), 0.982, 0.01),
        ("empty callsign", lambda _, row: row[1] == "", 0.0165, 0.006),
        ("no position", lambda _, row: row[5] is None, 0.009, 0.003),
        ("no barometric altitude", lambda _, row: row[7] is None, 0.09, 0.015),
        ("no geometric altitude", lambda _, row: row[13] is None, 0.097, 0.015),
        ("no vertical rate", lambda _, row: row[11] is None, 0.087, 0.015),
        ("no squawk", lambda _, row: row[14] is None, 0.49, 0.03),
        ("no speed", lambda _, row: row[9] is None, 0.0003, 0.0002),
        ("on the ground", lambda _, row: row[8], 0.085, 0.015),
        ("heard in the same second", lambda at_s, row: at_s == row[4], 0.31, 0.03),
        ("heard within a second", lambda at_s, row: at_s - row[4] <= 1, 0.75, 0.03),
        ("unheard for a minute", lambda at_s, row: at_s - row[4] > 60, 0.10, 0.02),
        ("old position", lambda _, row: row[3] is not None and row[4] - row[3] > 60, 0.017, 0.006),
        ("special purpose", lambda _, row: row[15], 0.0082, 0.002),
        ("barometric against geometric", lambda _, row: None not in (row[7], row[13]) and abs(row[7] - row[13]) > 1_500,
         0.0015, 0.0007),
        ("on the ground above 100 m/s", lambda _, row: row[8] and row[9] and row[9] > 100, 0.00019, 0.00019),
        ("faster than 350 m/s", lambda _, row: row[9] and row[9] > 350, 0.00021, 0.00015),
        ("climb beyond 50 m/s", lambda _, row: row[11] and abs(row[11]) > 50, 0.00022, 0.00015),
        ("squawk 1200", lambda _, row: row[14] == "1200", 0.019, 0.008),
    ],
)  # fmt: skip
def test_untidy_values_come_in_their_recorded_shares(
    sample: Any, what: str, holds: Any, recorded: float, tolerance: float
) -> None:
    found = share(sample.rows, holds)
    assert found == pytest.approx(recorded, abs=tolerance), what
    assert found > 0


def test_nobody_is_kept_longer_than_was_recorded(sample: Any) -> None:
    lags = [at_s - row[4] for at_s, row in sample.rows]
    assert min(lags) == 0
    assert 300 < max(lags) <= 315


def test_one_row_in_twenty_repeats_the_previous_answer_and_then_in_full(sample: Any) -> None:
    repeated, total = 0, 0
    for before, after in sample.answers:
        known = {(row[0], row[4]): row for row in before["states"]}
        same = [row for row in after["states"] if (row[0], row[4]) in known]
        assert all(row == known[row[0], row[4]] for row in same)
        repeated, total = repeated + len(same), total + len(after["states"])
    assert repeated / total == pytest.approx(0.055, abs=0.015)


def test_the_last_contact_of_an_aircraft_never_goes_back(sky: Sky) -> None:
    latest: dict[int, int] = {}
    for at_s in range(START_S, START_S + 1_800, 5):
        if sky.reception.is_dip(at_s):
            continue
        heard = sky.reception.heard_at(at_s)
        for aircraft, last_s in zip(heard.aircraft.tolist(), heard.last_contact_s.tolist(), strict=True):
            assert last_s >= latest.get(aircraft, 0)
            latest[aircraft] = last_s


def test_a_feed_dip_forgets_a_tenth_of_the_aircraft_for_a_while(sky: Sky) -> None:
    dip_s = next(at_s for at_s in range(START_S, START_S + 40 * 3_600, 60) if sky.reception.is_dip(at_s))
    before_s = next(at_s for at_s in range(dip_s, dip_s - 300, -5) if not sky.reception.is_dip(at_s))
    before, during = sky.reception.heard_at(before_s), sky.reception.heard_at(dip_s)
    lost = 1 - len(set(during.aircraft) & set(before.aircraft)) / len(before.aircraft)
    assert 0.08 < lost < 0.18
    assert (dip_s - during.last_contact_s).max() <= 60


def test_numbers_are_whole_where_they_have_no_fraction(sample: Any) -> None:
    numbers = [value for _, row in sample.rows for value in (*row[5:8], *row[9:12], row[13]) if value is not None]
    assert not any(isinstance(value, float) and value.is_integer() for value in numbers)
    assert any(isinstance(value, int) for value in numbers)
    assert all(round(value, 4) == value for value in numbers)


def test_altitudes_come_in_steps_of_25_feet_and_climbs_in_steps_of_64_feet_a_minute(sample: Any) -> None:
    for _, row in sample.rows:
        for altitude_m in (row[7], row[13]):
            assert altitude_m is None or abs(altitude_m / 7.62 - round(altitude_m / 7.62)) < 0.002
        assert row[11] is None or abs(row[11] / 0.32512 - round(row[11] / 0.32512)) < 0.02


def test_the_box_holds_what_lies_in_it_and_nothing_without_a_position(sky: Sky) -> None:
    everywhere = sky.observations(START_S)
    inside = sky.observations(START_S, box=Box(45, 5, 55, 15))
    longitude, latitude = everywhere.longitude_deg, everywhere.latitude_deg
    expected = [
        icao24
        for icao24, x, y in zip(everywhere.icao24, longitude.tolist(), latitude.tolist(), strict=True)
        if 5 <= x <= 15 and 45 <= y <= 55
    ]
    assert inside.icao24.tolist() == expected
    assert not np.isnan(inside.latitude_deg).any()


def test_the_north_atlantic_is_silent_and_europe_and_america_are_not(sample: Any) -> None:
    def count(south: float, west: float, north: float, east: float) -> int:
        places = [(row[6], row[5]) for _, row in sample.rows if row[5] is not None]
        return sum(south <= latitude <= north and west <= longitude <= east for latitude, longitude in places)

    assert count(45, -38, 55, -32) < 40
    assert count(45, 0, 55, 15) > 2_000
    assert count(30, -100, 45, -80) > 10_000


def test_answers_have_the_types_of_recorded_ones_field_by_field(sample: Any, shared_data: Path) -> None:
    recorded: list[Counter[str]] = [Counter() for _ in range(17)]
    for file in sorted((shared_data / "opensky" / "global_20260508_over_midnight").iterdir())[:4]:
        for row in json.loads(gzip.decompress(file.read_bytes()))["states"]:
            for index, value in enumerate(row):
                recorded[index][type(value).__name__] += 1
    simulated: list[Counter[str]] = [Counter() for _ in range(17)]
    for _, row in sample.rows:
        assert len(row) == 17
        for index, value in enumerate(row):
            simulated[index][type(value).__name__] += 1
    for index in range(17):
        common = {name for name, count in recorded[index].items() if count > 0.001 * recorded[index].total()}
        assert common <= set(simulated[index]) <= set(recorded[index]), index


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(UsageError, match="seed -1 is not possible"):
        Sky(-1, datetime(2026, 5, 8, tzinfo=UTC), 10)
