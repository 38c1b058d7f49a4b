"""A seeded sky: its flights, the answer of the network at any second, and the truth behind it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from simulator.clock import unix_s
from simulator.fleet import build_fleet
from simulator.ground_truth import TrueFlight, flights_between
from simulator.kinematics import TrueStates, legs_at, true_states
from simulator.observation import Observations, Observer
from simulator.reception import Heard, Reception
from simulator.seeded_random import Bools, Floats, Ints

DEFAULT_START = datetime(2026, 5, 8, 18, tzinfo=UTC)


@dataclass(frozen=True)
class Box:
    """A bounding box in degrees, edges included."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude_deg: Floats, longitude_deg: Floats) -> Bools:
        """Return whether each point is inside; NaN is not."""
        inside: Bools = (latitude_deg >= self.south) & (latitude_deg <= self.north)
        return inside & (longitude_deg >= self.west) & (longitude_deg <= self.east)


class Sky:
    """Flights of one seed; every value is a pure function of seed, start, count and the second asked for.

    Args:
        seed: chooses the fleet, its timetable, the weather and the noise.
        start: the instant at which the fleet's rotations begin; any instant before or after may be asked for.
        aircraft_count: how many are in the air or taxiing at once, about; an answer holds a tenth less or so, since the
            network hears nothing over the oceans.

    Raises:
        UsageError: the count is out of range, the seed is negative, or `start` has no time zone.
    """

    def __init__(self, seed: int = 1, start: datetime = DEFAULT_START, aircraft_count: int = 10_000) -> None:
        self.seed, self.epoch_s = seed, unix_s(start)
        self.fleet = build_fleet(seed, aircraft_count)
        self.reception = Reception(self.fleet, seed=seed, epoch_s=self.epoch_s)
        self._observer = Observer(self.fleet, seed=seed, epoch_s=self.epoch_s)

    def observations(self, at_s: int, *, box: Box | None = None, icao24: frozenset[str] = frozenset()) -> Observations:
        """Return the columns of the answer of a unix second, limited to a box and to some aircraft where given."""
        heard = self.reception.heard_at(at_s)
        if icao24:
            wanted = np.isin(self.fleet.icao24[heard.aircraft].astype(str), sorted(icao24))
            heard = Heard(heard.aircraft[wanted], heard.last_contact_s[wanted])
        seen = self._observer.observe(heard)
        if box is None:
            return seen
        inside = box.holds(seen.latitude_deg, seen.longitude_deg)
        return Observations(**{name: column[inside] for name, column in vars(seen).items()})

    def true_states(self, aircraft: Ints, at_s: Ints) -> TrueStates:
        """Return the true states of aircraft (rows of the fleet) at a unix second each."""
        return true_states(self.fleet, legs_at(self.fleet, self.epoch_s, aircraft, at_s))

    def true_flights(self, begin_s: int, end_s: int) -> list[TrueFlight]:
        """Return the flights of which any part could be heard between two unix seconds, by take-off."""
        return flights_between(self.fleet, self.reception, self.epoch_s, begin_s=begin_s, end_s=end_s)


def response_body(at_s: int, seen: Observations, *, is_extended: bool = False) -> bytes:
    """Return the JSON of an answer as OpenSky sends it: arrays of 17 fields, 18 when extended, null when empty."""
    columns: list[Any] = [
        *(seen.icao24.tolist(), seen.callsign.tolist(), seen.country.tolist()),
        [second if second >= 0 else None for second in seen.position_s.tolist()],
        *(seen.last_contact_s.tolist(), _numbers(seen.longitude_deg), _numbers(seen.latitude_deg)),
        *(_numbers(seen.baro_altitude_m), seen.is_on_ground.tolist(), _numbers(seen.ground_speed_mps)),
        *(_numbers(seen.true_track_deg), _numbers(seen.vertical_rate_mps), [None] * len(seen.icao24)),
        *(_numbers(seen.geo_altitude_m), seen.squawk.tolist(), seen.is_special_purpose.tolist()),
        [0] * len(seen.icao24),  # position source: ADS-B in every row recorded since 2025
    ]
    if is_extended:
        columns.append(seen.category.tolist())
    rows = list(zip(*columns, strict=True)) or None
    return json.dumps({"time": at_s, "states": rows}, separators=(",", ":")).encode()


def _numbers(column: Floats) -> list[float | int | None]:
    """Return numbers as JSON of OpenSky has them: whole ones without a point, missing ones null."""
    numbers: list[float | int | None] = column.tolist()
    for index in np.flatnonzero(column == np.floor(column)).tolist():
        numbers[index] = int(column[index])
    for index in np.flatnonzero(np.isnan(column)).tolist():
        numbers[index] = None
    return numbers
