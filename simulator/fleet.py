"""Fleet of the simulated sky: aircraft and their timetables, chosen by the seed."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from flightlake.errors import UsageError
from simulator.airports import Airports, load_airports
from simulator.callsigns import flight_callsigns, registration_callsigns
from simulator.flight_profile import Performance, Profile, profile_of
from simulator.geodesy import distance_m, tangents
from simulator.operators import ADDRESS_BLOCKS, PRIVATE_OWNERS, Airline, PrivateOwners, airlines
from simulator.routes import LEG_COUNT, Rotations, airline_rotations, private_rotations
from simulator.seeded_random import Bools, Floats, Ints, Texts

# Malta's address block holds 1,024 aircraft; with more than this many in the sky a block would overflow.
MAX_AIRCRAFT_COUNT = 20_000
# Share of its life that an aircraft is in the air or taxiing: mean of the timetables below. Only steers the mixture.
AIRLINE_BUSY_SHARE = 0.75
PRIVATE_BUSY_SHARE = 0.4
# So many candidates per aircraft wanted in the sky are enough whatever the mixture.
CANDIDATES = 2.2


@dataclass(frozen=True)
class Fleet:
    """Aircraft and their legs; leg `k` of aircraft `i` is row `6 i + k` of the leg arrays.

    `slot_s` (aircraft, 7) holds where each leg's slot begins within the rotation, and its end; a slot is a leg and the
    silent turnaround after it. `offset_s` is where in its rotation the aircraft is at the sky's start. Whole seconds.
    """

    icao24: Texts
    country: Texts
    is_piston: Bools
    offset_s: Ints
    slot_s: Ints
    callsign: Texts
    departure: Ints
    arrival: Ints
    distance_m: Floats
    start: Floats
    tangent: Floats
    profile: Profile

    def __len__(self) -> int:
        return len(self.icao24)


def build_fleet(seed: int, aircraft_count: int) -> Fleet:
    """Build a fleet of which about `aircraft_count` are in the air or taxiing at any time.

    Raises:
        UsageError: the count is not within 1 and MAX_AIRCRAFT_COUNT, or the seed is negative.
    """
    if not 1 <= aircraft_count <= MAX_AIRCRAFT_COUNT:
        raise UsageError(f"{aircraft_count} aircraft are not possible: give 1 to {MAX_AIRCRAFT_COUNT}")
    if seed < 0:
        raise UsageError(f"seed {seed} is not possible: give 0 or more")
    rng, airports = np.random.default_rng(seed), load_airports()
    candidate_count = int(aircraft_count * CANDIDATES) + 20
    rotations, country, callsign = _operated(candidate_count, airports, rng)
    departure, arrival = _leg_ends(rotations)
    profile, turnaround_s = _timetable(departure, arrival, rotations.is_piston, airports, rng)
    slots = np.ceil(profile.end_s + turnaround_s).reshape(-1, LEG_COUNT)
    busy = profile.end_s.reshape(-1, LEG_COUNT).sum(axis=1) / slots.sum(axis=1)
    count = min(int(np.searchsorted(np.cumsum(busy), aircraft_count)) + 1, candidate_count)
    legs = slice(0, count * LEG_COUNT)
    departure, arrival = departure[legs], arrival[legs]
    ends = airports.point[departure], airports.point[arrival]
    slot_s = np.hstack([np.zeros((count, 1)), np.cumsum(slots[:count], axis=1)]).astype(np.int64)
    return Fleet(
        icao24=_addresses(country[:count], rng),
        country=country[:count],
        is_piston=rotations.is_piston[:count],
        offset_s=(rng.random(count) * slot_s[:, -1]).astype(np.int64),
        slot_s=slot_s,
        callsign=callsign[legs],
        departure=departure,
        arrival=arrival,
        distance_m=distance_m(*ends),
        start=ends[0],
        tangent=tangents(*ends),
        profile=replace(profile, **{field.name: getattr(profile, field.name)[legs] for field in fields(profile)}),
    )


def _operated(count: int, airports: Airports, rng: np.random.Generator) -> tuple[Rotations, Texts, Texts]:
    """Return rotations and countries by aircraft and callsigns by leg, in random order of operators."""
    operators: list[Airline | PrivateOwners] = [*airlines(), *PRIVATE_OWNERS]
    weight = np.array([_fleet_weight(operator) for operator in operators])
    operated_by = rng.choice(len(operators), count, p=weight / weight.sum())
    home, is_piston = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.bool_)
    destination = np.empty((count, LEG_COUNT // 2), dtype=np.int64)
    country, callsign = np.empty(count, dtype=object), np.empty((count, LEG_COUNT), dtype=object)
    for number, operator in enumerate(operators):
        mine = np.flatnonzero(operated_by == number)
        if not len(mine):
            continue
        rotations, names = _flown_by(operator, len(mine), airports, rng)
        home[mine], destination[mine], is_piston[mine] = rotations.home, rotations.destination, rotations.is_piston
        country[mine], callsign[mine] = operator.country, names
    return Rotations(home, destination, is_piston), country, callsign.ravel()


def _fleet_weight(operator: Airline | PrivateOwners) -> float:
    return operator.row_count / (AIRLINE_BUSY_SHARE if isinstance(operator, Airline) else PRIVATE_BUSY_SHARE)


def _flown_by(
    operator: Airline | PrivateOwners, count: int, airports: Airports, rng: np.random.Generator
) -> tuple[Rotations, Any]:
    """Return rotations and callsigns, shape (aircraft, legs); a private aircraft has the same on every leg."""
    if isinstance(operator, Airline):
        names = flight_callsigns(operator.designator, operator.country, count * LEG_COUNT, rng)
        return airline_rotations(operator, count, airports, rng), np.array(names, dtype=object).reshape(-1, LEG_COUNT)
    names = registration_callsigns(operator.registrations, count, rng)
    return private_rotations(operator, count, airports, rng), np.array(names, dtype=object)[:, None]


def _leg_ends(rotations: Rotations) -> tuple[Ints, Ints]:
    """Return departure and arrival airport of every leg: out and back, destination after destination."""
    home = np.broadcast_to(rotations.home[:, None], rotations.destination.shape)
    departure = np.stack([home, rotations.destination], axis=2).ravel()
    arrival = np.stack([rotations.destination, home], axis=2).ravel()
    return departure, arrival


def _timetable(
    departure: Ints, arrival: Ints, is_piston: Bools, airports: Airports, rng: np.random.Generator
) -> tuple[Profile, Floats]:
    """Return profile and turnaround of every leg."""
    piston = np.repeat(is_piston, LEG_COUNT)
    length_m = distance_m(airports.point[departure], airports.point[arrival])
    east = tangents(airports.point[departure], airports.point[arrival])
    heading_east = (airports.point[departure][:, 0] * east[:, 1] - airports.point[departure][:, 1] * east[:, 0]) > 0
    elevations = airports.elevation_m[departure], airports.elevation_m[arrival]
    flown = _performance(length_m, elevations, piston, heading_east, rng)
    spare = rng.random(len(length_m))
    # Our choice: airliners stand 35-80 minutes, an hour more after a long leg; light aircraft 1-4 hours.
    turnaround_s = np.where(piston, 3_600 + 10_800 * spare, 2_100 + 2_700 * spare + 3_600 * (length_m > 4e6))
    return profile_of(length_m, elevations, flown, is_eastbound=heading_east), turnaround_s


def _performance(
    length_m: Floats, elevations: tuple[Floats, Floats], piston: Bools, eastbound: Bools, rng: np.random.Generator
) -> Performance:
    """Return the performance of the aircraft on each leg.

    Our choice of figures usual for an A320 and a Cessna 172; the cruise speeds of jets meet the recorded medians by
    altitude (203 m/s at 5-9 km, 231 at 9-13 km). Winds blow eastwards.
    """
    vary = rng.random((8, len(length_m)))
    jet_level = np.minimum(9_450 + 2_750 * vary[0], 1_500 + length_m / 110)
    wind = 1 + np.where(eastbound, 0.06, -0.06) + 0.06 * (vary[1] - 0.5)
    return Performance(
        lift_off_mps=np.where(piston, 28, 70) + 12 * vary[2],
        touchdown_mps=np.where(piston, 26, 62) + 10 * vary[2],
        taxi_mps=np.where(piston, 2, 3.5) + 4 * vary[3],
        cruise_mps=np.where(piston, 42 + 32 * vary[1], (120 + 0.0105 * jet_level) * wind),
        cruise_altitude_m=np.where(piston, np.maximum(*elevations) + 350 + 1_900 * vary[0], jet_level),
        climb_mps=np.where(piston, 2.8, 8) + 2 * vary[4],
        descent_mps=np.where(piston, 2.2, 6.5) + 2 * vary[5],
        wait_s=20 + 80 * vary[6],
        hold_s=10 + 190 * vary[7] ** 2,
        shutdown_s=20 + 80 * vary[6],
    )


def _addresses(country: Texts, rng: np.random.Generator) -> Texts:
    """Return a distinct 24-bit address per aircraft, from the block of its country."""
    icao24 = np.empty(len(country), dtype=object)
    for name in sorted(set(country)):
        mine = np.flatnonzero(country == name)
        first, last = ADDRESS_BLOCKS[name]
        icao24[mine] = [f"{first + number:06x}" for number in rng.choice(last - first + 1, len(mine), replace=False)]
    return icao24
