"""What is true of the simulated flights obeys physics and the timetable, and the answers agree with it."""

import math
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import airportsdata
import numpy as np
import pytest

from simulator.sky import Sky

START = datetime(2026, 5, 8, 18, tzinfo=UTC)
START_S = 1_778_263_200
AIRPORTS = airportsdata.load("ICAO")


def haversine_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """An independent formula."""
    a = math.sin(math.radians(lat2 - lat1) / 2) ** 2
    b = math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * math.asin(min(1.0, math.sqrt(a + b)))


def row_of(sky: Sky, icao24: str) -> int:
    return sky.fleet.icao24.tolist().index(icao24)


def at(sky: Sky, aircraft: int, at_s: int) -> Any:
    states = sky.true_states(np.array([aircraft]), np.array([at_s]))
    return {name: column[0] for name, column in vars(states).items()}


def test_every_second_of_way_is_a_second_of_ground_speed(sky: Sky) -> None:
    everyone = np.arange(len(sky.fleet))
    for at_s in range(START_S, START_S + 40_000, 4_000):
        before, after = (sky.true_states(everyone, np.full(len(everyone), moment)) for moment in (at_s, at_s + 10))
        steady = (before.ground_speed_mps > 0) & (after.ground_speed_mps > 0)
        turned = np.abs((before.true_track_deg - after.true_track_deg + 180) % 360 - 180) > 90
        for index in np.flatnonzero(steady & ~turned)[:400]:
            way_m = haversine_m(
                before.latitude_deg[index],
                before.longitude_deg[index],
                after.latitude_deg[index],
                after.longitude_deg[index],
            )
            speed_mps = (before.ground_speed_mps[index] + after.ground_speed_mps[index]) / 2
            assert way_m / 10 == pytest.approx(speed_mps, rel=0.02, abs=4.0)


def test_every_second_of_climb_is_a_second_of_vertical_rate(sky: Sky) -> None:
    everyone = np.arange(len(sky.fleet))
    before, after = (sky.true_states(everyone, np.full(len(everyone), START_S + shift)) for shift in (0, 10))
    climb_mps = (after.altitude_m - before.altitude_m) / 10
    rate_mps = (before.vertical_rate_mps + after.vertical_rate_mps) / 2
    same_phase = np.abs(before.vertical_rate_mps - after.vertical_rate_mps) < 1
    assert np.abs(climb_mps - rate_mps)[same_phase].max() < 0.6


def test_a_flight_lifts_off_at_its_departure_and_touches_down_at_its_arrival_airport(sky: Sky) -> None:
    for flight in sky.true_flights(START_S, START_S + 3_600)[::40]:
        aircraft = row_of(sky, flight.icao24)
        ends = ((flight.departure_airport_icao, flight.departure_at), (flight.arrival_airport_icao, flight.arrival_at))
        for icao, at_s in ends:
            airport, state = AIRPORTS[icao], at(sky, aircraft, at_s)
            assert haversine_m(airport["lat"], airport["lon"], state["latitude_deg"], state["longitude_deg"]) < 150
            assert state["altitude_m"] == pytest.approx(airport["elevation"] * 0.3048, abs=20)
        assert at(sky, aircraft, flight.departure_at - 5)["is_on_ground"]
        assert not at(sky, aircraft, flight.departure_at + 5)["is_on_ground"]
        assert not at(sky, aircraft, flight.arrival_at - 5)["is_on_ground"]
        assert at(sky, aircraft, flight.arrival_at + 5)["is_on_ground"]


def test_a_flight_climbs_cruises_and_descends_lower_on_short_hops(sky: Sky) -> None:
    tops: dict[bool, list[float]] = {True: [], False: []}
    for flight in sky.true_flights(START_S, START_S + 600)[::25]:
        aircraft = row_of(sky, flight.icao24)
        moments = np.linspace(flight.departure_at + 1, flight.arrival_at - 1, 60).astype(int)
        states = sky.true_states(np.full(60, aircraft), moments)
        top = int(np.argmax(states.altitude_m))
        assert (np.diff(states.altitude_m[: top + 1]) >= 0).all()
        assert (np.diff(states.altitude_m[top:]) <= 0).all()
        ends = AIRPORTS[flight.departure_airport_icao], AIRPORTS[flight.arrival_airport_icao]
        is_short = haversine_m(ends[0]["lat"], ends[0]["lon"], ends[1]["lat"], ends[1]["lon"]) < 300_000
        tops[is_short].append(states.altitude_m[top])
    assert np.median(tops[True]) < 5_000
    assert np.median(tops[False]) > 9_000
    assert max(tops[False]) < 12_600


def test_an_aircraft_flies_leg_after_leg_from_where_it_landed_after_a_turnaround(sky: Sky) -> None:
    flown = defaultdict(list)
    for flight in sky.true_flights(START_S, START_S + 86_400):
        flown[flight.icao24].append(flight)
    for flights in flown.values():
        for before, after in pairwise(flights):
            assert before.arrival_airport_icao == after.departure_airport_icao
            assert after.departure_at - before.arrival_at > 20 * 60
            assert before.last_seen_at < after.first_seen_at


def test_flights_have_unique_ids_and_their_times_in_order(sky: Sky) -> None:
    flights = sky.true_flights(START_S, START_S + 86_400)
    assert len({flight.flight_id for flight in flights}) == len(flights) > 3_000
    for flight in flights:
        assert flight.departure_at < flight.arrival_at
        assert flight.first_seen_at < flight.last_seen_at
        assert flight.first_seen_at <= flight.departure_at + 1_200
        assert flight.departure_airport_icao != flight.arrival_airport_icao


def test_the_window_of_flights_holds_those_that_overlap_it(sky: Sky) -> None:
    whole = sky.true_flights(START_S, START_S + 7_200)
    early = sky.true_flights(START_S, START_S + 3_600)
    assert [flight for flight in whole if flight.first_seen_at <= START_S + 3_600] == early
    assert all(flight.last_seen_at >= START_S for flight in whole)


def test_every_row_of_an_answer_belongs_to_a_true_flight_of_its_callsign(sky: Sky, sample: Any) -> None:
    flown = defaultdict(list)
    for flight in sky.true_flights(START_S - 3_600, START_S + 90_000):
        flown[flight.icao24].append(flight)
    for _, row in sample.rows[::37]:
        last_contact_s = row[4]
        during = [flight for flight in flown[row[0]] if flight.first_seen_at <= last_contact_s <= flight.last_seen_at]
        assert len(during) == 1
        assert row[1].strip() in {during[0].callsign, "", "0" * 8}


def test_positions_of_consecutive_answers_fit_the_reported_speed(sample: Any) -> None:
    checked = 0
    for before, after in sample.answers:
        earlier = {row[0]: row for row in before["states"]}
        for row in after["states"]:
            old = earlier.get(row[0])
            if old is None or None in (row[5], old[5], row[9], old[9]) or row[8] or old[8]:
                continue
            seconds = row[3] - old[3]
            if not 60 <= seconds <= 200 or abs(row[9] - old[9]) > 5 or max(row[9], old[9]) > 350:
                continue
            way_m = haversine_m(old[6], old[5], row[6], row[5])
            assert way_m / seconds == pytest.approx((row[9] + old[9]) / 2, rel=0.06), row[0]
            checked += 1
    assert checked > 5_000


def test_there_is_room_for_climb_and_descent_on_every_leg_of_a_large_fleet() -> None:
    profile = Sky(3, START, 15_000).fleet.profile
    assert (np.diff(profile.begin_s, axis=1) > 0).all()
    assert (profile.begin_mps >= -8).all()
