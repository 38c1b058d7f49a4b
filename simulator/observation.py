"""Observed state vectors: true ones as transponders report them, quantised, incomplete, sometimes wrong."""

from dataclasses import dataclass

import numpy as np

from flightlake.units import KNOT_MPS, metres_per_second_from_feet_per_minute
from simulator import noise_model
from simulator.fleet import Fleet
from simulator.kinematics import TrueStates, legs_at, true_states
from simulator.pressure import TROPOPAUSE_M, Weather
from simulator.reception import Heard
from simulator.seeded_random import Bools, Floats, Ints, Texts, draw, pick

# Steps of transponders. Source: ICAO Doc 9871, tables A-2-5 (altitude 25 ft), A-2-9 (vertical rate 64 ft/min) and
# A-2-6 (ground track 360/128 deg, ground speed by table); 25 ft are 7.62 m.
ALTITUDE_STEP_M = 7.62
CLIMB_STEP_MPS = metres_per_second_from_feet_per_minute(64)
GROUND_TRACK_STEP_DEG = 360 / 128
GROUND_SPEED_LIMITS_KT = [2, 15, 70, 100]
GROUND_SPEED_STEPS_KT = [0.125, 0.5, 1, 2, 5]

# Squawks of rows that have one. Recorded: 1000 (Europe's "identified by Mode S") 6 %, 1200 (visual flight in North
# America) 4 %; emergencies per row: 7500 46, 7600 31, 7700 48 in a million.
MODE_S_SHARE = 0.062
EMERGENCY_SHARES = [46e-6, 31e-6, 48e-6]
EMERGENCIES = ["7500", "7600", "7700"]
VISUAL_COUNTRIES = ("United States", "Canada")
# Categories with extended=1, recorded over Iberia (40,636 rows of 2025-09-27): 0 93.7 %, 1 3.9 %, the rest true ones.
CATEGORY_SHARES = [0.937, 0.039]
LIGHT, LARGE, HEAVY = 2, 4, 6
GAP_TURNS_M = 8_000.0  # no gap takes a geometric altitude below the ground
HEAVY_LEG_M = 5_000_000.0  # an aircraft that flies so far in one leg is reported as heavy


@dataclass(frozen=True)
class Observations:
    """Columns of one answer, in the order of the answer; NaN or None where a field is missing."""

    icao24: Texts
    callsign: Texts
    country: Texts
    position_s: Ints
    last_contact_s: Ints
    longitude_deg: Floats
    latitude_deg: Floats
    baro_altitude_m: Floats
    is_on_ground: Bools
    ground_speed_mps: Floats
    true_track_deg: Floats
    vertical_rate_mps: Floats
    geo_altitude_m: Floats
    squawk: Texts
    is_special_purpose: Bools
    category: Ints


class Observer:
    """Converter of true states, at the second of the last contact, to reported ones."""

    def __init__(self, fleet: Fleet, *, seed: int, epoch_s: int) -> None:
        self._fleet, self._seed, self._epoch_s = fleet, seed, epoch_s
        self._weather = Weather(seed)

    def observe(self, heard: Heard) -> Observations:
        """Return the columns of an answer."""
        seed, fleet, aircraft, at_s = self._seed, self._fleet, heard.aircraft, heard.last_contact_s
        legs = legs_at(fleet, self._epoch_s, aircraft, at_s)
        true = true_states(fleet, legs)
        missing = noise_model.missing_fields(
            seed, aircraft, at_s, is_on_ground=true.is_on_ground, is_piston=fleet.is_piston[aircraft]
        )
        absurd = noise_model.absurdities(seed, aircraft, at_s, true.is_on_ground)
        position_s = at_s - noise_model.position_age_s(seed, aircraft, at_s)
        latitude, longitude = self._positions(aircraft, position_s)
        baro_m, geo_m = self._altitudes(true, at_s)
        baro_m, geo_m = _or(absurd.baro_altitude_m, baro_m), _with_gap(geo_m, absurd.altitude_gap_m)
        speed_mps = _or(absurd.ground_speed_mps, _reported_speed(true))
        climb_mps = self._climb(_or(absurd.vertical_rate_mps, true.vertical_rate_mps), aircraft, at_s)
        return Observations(
            icao24=fleet.icao24[aircraft],
            callsign=self._callsigns(aircraft, legs.row),
            country=fleet.country[aircraft],
            position_s=np.where(missing.position, -1, position_s),
            last_contact_s=at_s,
            longitude_deg=_without(missing.position, np.round(longitude, 4)),
            latitude_deg=_without(missing.position, np.round(latitude, 4)),
            baro_altitude_m=_without(missing.baro_altitude, _in_altitude_steps(baro_m)),
            is_on_ground=true.is_on_ground,
            ground_speed_mps=_without(missing.ground_speed, np.round(speed_mps, 2)),
            true_track_deg=_reported_track(true),
            vertical_rate_mps=_without(missing.vertical_rate, climb_mps),
            geo_altitude_m=_without(missing.geo_altitude, _in_altitude_steps(geo_m)),
            squawk=self._squawks(aircraft, legs.row, legs.started_at_s, missing.squawk),
            is_special_purpose=draw(seed, "spi", aircraft, at_s // noise_model.PERIOD_S)
            < noise_model.SPECIAL_PURPOSE_SHARE,
            category=self._categories(aircraft, legs.row),
        )

    def _positions(self, aircraft: Ints, at_s: Ints) -> tuple[Floats, Floats]:
        states = true_states(self._fleet, legs_at(self._fleet, self._epoch_s, aircraft, at_s))
        return states.latitude_deg, states.longitude_deg

    def _altitudes(self, true: TrueStates, at_s: Ints) -> tuple[Floats, Floats]:
        """Return barometric and geometric altitude: the first keeps flight levels, the second ends on the runway."""
        where = true.latitude_deg, true.longitude_deg, at_s.astype(np.float64)
        pressure_m = self._weather.pressure_offset_m(*where)
        warmth_m = self._weather.warmth_offset_m(*where)
        baro_m = true.altitude_m - (1 - true.height_share) * pressure_m
        above_ground_m = true.altitude_m - true.ground_elevation_m
        return baro_m, baro_m + pressure_m + warmth_m * above_ground_m / TROPOPAUSE_M

    def _climb(self, rate_mps: Floats, aircraft: Ints, at_s: Ints) -> Floats:
        """Return vertical rates; in level flight one aircraft in five reports a step up or down."""
        wobble = pick(draw(self._seed, "wobble", aircraft, at_s), [0.1, 0.8]) - 1
        steps = np.round(rate_mps / CLIMB_STEP_MPS) + wobble
        return np.round(steps * CLIMB_STEP_MPS, 2)

    def _callsigns(self, aircraft: Ints, leg: Ints) -> Texts:
        kinds = noise_model.callsign_kinds(self._seed, aircraft)
        sent = self._fleet.callsign[leg]
        odd = np.array(["", " " * 8, "0" * 8], dtype=object)
        padded = np.array([text.ljust(8) for text in sent], dtype=object)
        return np.where(kinds == noise_model.CALLSIGN_PADDED, padded, odd[np.minimum(kinds, 2)])

    def _squawks(self, aircraft: Ints, leg: Ints, started_at_s: Ints, missing: Bools) -> Texts:
        seed, fleet = self._seed, self._fleet
        assigned = (draw(seed, "squawk", leg, started_at_s) * 0o7000).astype(np.int64)
        codes = np.array([f"{code:04o}" for code in assigned.tolist()], dtype=object)
        visual = fleet.is_piston[aircraft] & np.isin(fleet.country[aircraft].astype(str), VISUAL_COUNTRIES)
        codes[visual] = "1200"
        codes[~visual & (draw(seed, "mode s", leg, started_at_s) < MODE_S_SHARE)] = "1000"
        emergency = pick(draw(seed, "emergency", leg, started_at_s), EMERGENCY_SHARES)
        declared = emergency < len(EMERGENCIES)
        codes[declared] = np.array(EMERGENCIES, dtype=object)[emergency[declared]]
        codes[missing] = None
        return codes

    def _categories(self, aircraft: Ints, leg: Ints) -> Ints:
        true = np.where(
            self._fleet.is_piston[aircraft], LIGHT, np.where(self._fleet.distance_m[leg] > HEAVY_LEG_M, HEAVY, LARGE)
        )
        kind = pick(draw(self._seed, "category", aircraft), CATEGORY_SHARES)
        return np.where(kind < len(CATEGORY_SHARES), kind, true).astype(np.int64)


def _reported_speed(true: TrueStates) -> Floats:
    """Return speeds over ground; on the ground in the steps of the movement table."""
    knots = true.ground_speed_mps / KNOT_MPS
    step = np.array(GROUND_SPEED_STEPS_KT)[np.searchsorted(GROUND_SPEED_LIMITS_KT, knots, side="right")]
    return np.where(true.is_on_ground, np.floor(knots / step) * step * KNOT_MPS, true.ground_speed_mps)


def _reported_track(true: TrueStates) -> Floats:
    """Return tracks from 0 to below 360; on the ground in steps of 2.8125 degrees."""
    on_ground = np.round(true.true_track_deg / GROUND_TRACK_STEP_DEG) * GROUND_TRACK_STEP_DEG
    track_deg: Floats = np.where(true.is_on_ground, on_ground, true.true_track_deg)
    return track_deg.round(2) % 360


def _with_gap(altitude_m: Floats, gap_m: Floats) -> Floats:
    """Return altitudes moved by their gap, if they have one, towards the middle of the atmosphere that is flown in."""
    moved = np.where(altitude_m > GAP_TURNS_M, altitude_m - gap_m, altitude_m + gap_m)
    return _or(moved, altitude_m)


def _in_altitude_steps(altitude_m: Floats) -> Floats:
    return np.round(np.round(altitude_m / ALTITUDE_STEP_M) * ALTITUDE_STEP_M, 2)


def _or(first: Floats, second: Floats) -> Floats:
    return np.where(np.isnan(first), second, first)


def _without(missing: Bools, value: Floats) -> Floats:
    return np.where(missing, np.nan, value)
