"""One flight from stand to stand as ten phases of constant acceleration, so that position and speed always agree.

Phases: wait at the stand, taxi out, hold, take-off roll, climb, cruise, descent, roll-out, taxi in, shut down.
The way is counted along the great circle from the departure airport's reference point, which is also the stand: the
aircraft taxies back along its later course, rolls, and lifts off where it stood; it touches down on the arrival
airport's reference point, rolls out and taxies back to it. So the next leg begins where this one ended.
"""

from dataclasses import dataclass

import numpy as np

from simulator.seeded_random import Bools, Floats, Ints

WAIT, TAXI_OUT, HOLD, TAKE_OFF, CLIMB, CRUISE, DESCENT, ROLL_OUT, TAXI_IN, ARRIVED = range(10)

# Climb: the rate falls from 1.5 to 0.5 of its mean on the way up, as thrust falls with density. Descent: the rate falls
# from 1.4 to 0.6 of its mean, towards the 3 degree glide path (ICAO Annex 10, volume I). Both are quadratics in time.
CLIMB_CURVE = (1.5, -0.5)
DESCENT_CURVE = (0.6, 0.4)
# At most this share of a leg is climb and descent; a shorter hop flies lower instead. Our choice.
MAX_CLIMB_AND_DESCENT_SHARE = 0.8
FLIGHT_LEVEL_M = 304.8


@dataclass(frozen=True)
class Performance:
    """Performance of the aircraft of each leg, one element per leg; ground speeds in m/s, climb rates are means."""

    lift_off_mps: Floats
    touchdown_mps: Floats
    taxi_mps: Floats
    cruise_mps: Floats
    cruise_altitude_m: Floats
    climb_mps: Floats
    descent_mps: Floats
    wait_s: Floats
    hold_s: Floats
    shutdown_s: Floats


@dataclass(frozen=True)
class Profile:
    """Timetable of each leg, shape (legs, 10) but for altitudes and `end_s`; time counts from the transponder's start.

    `begin_s` and `begin_m` are time and way where a phase begins; `begin_mps` is the signed speed there (backwards
    while taxiing), `gain_mps2` its change. `departure_m` and `arrival_m` are elevations.
    """

    begin_s: Floats
    begin_m: Floats
    begin_mps: Floats
    gain_mps2: Floats
    departure_m: Floats
    arrival_m: Floats
    cruise_m: Floats
    end_s: Floats

    @property
    def take_off_s(self) -> Floats:
        """Seconds until lift-off."""
        return self.begin_s[:, CLIMB]

    @property
    def touchdown_s(self) -> Floats:
        """Seconds until touchdown."""
        return self.begin_s[:, ROLL_OUT]


@dataclass(frozen=True)
class Motion:
    """Position and motion of each aircraft on its leg: way along the great circle, signed speed, altitude, climb.

    `height_share` is 0 on the ground and 1 in cruise.
    """

    way_m: Floats
    speed_mps: Floats
    altitude_m: Floats
    vertical_rate_mps: Floats
    height_share: Floats
    ground_elevation_m: Floats
    is_on_ground: Bools


def profile_of(
    distance_m: Floats, elevation_m: tuple[Floats, Floats], flown: Performance, *, is_eastbound: Bools
) -> Profile:
    """Build the timetable of legs of these lengths between airports of these elevations (departure, arrival)."""
    departure_m, arrival_m = elevation_m
    cruise_m = _cruise_altitude_m(distance_m, elevation_m, flown, is_eastbound=is_eastbound)
    climb_s = (cruise_m - departure_m) / flown.climb_mps
    descent_s = (cruise_m - arrival_m) / flown.descent_mps
    climb_way = climb_s * (flown.lift_off_mps + flown.cruise_mps) / 2
    descent_way = descent_s * (flown.touchdown_mps + flown.cruise_mps) / 2
    # Between a valley and a near plateau there is no room for the usual climb: then it is as steep as it must be.
    steeper = np.minimum(1, MAX_CLIMB_AND_DESCENT_SHARE * distance_m / (climb_way + descent_way))
    climb_s, descent_s, climb_way, descent_way = (
        part * steeper for part in (climb_s, descent_s, climb_way, descent_way)
    )
    take_off_way = flown.lift_off_mps**2 / (2 * 1.9)  # mean acceleration of a take-off roll, m/s2
    roll_out_way = (flown.touchdown_mps**2 - flown.taxi_mps**2) / (2 * 1.6)  # mean braking, m/s2
    zero, taxi, cruise = np.zeros_like(distance_m), flown.taxi_mps, flown.cruise_mps
    lift_off, touchdown = flown.lift_off_mps, flown.touchdown_mps
    speeds = np.stack(  # at begin and end of each phase
        [
            [zero, -taxi, zero, zero, lift_off, cruise, cruise, touchdown, -taxi, zero],
            [zero, -taxi, zero, lift_off, cruise, cruise, touchdown, taxi, -taxi, zero],
        ]
    )
    durations = [
        *(flown.wait_s, take_off_way / flown.taxi_mps, flown.hold_s, 2 * take_off_way / flown.lift_off_mps, climb_s),
        *((distance_m - climb_way - descent_way) / flown.cruise_mps, descent_s),
        *(2 * roll_out_way / (flown.touchdown_mps + flown.taxi_mps), roll_out_way / flown.taxi_mps, flown.shutdown_s),
    ]
    return _timetable(np.stack(durations, axis=1), speeds.transpose(0, 2, 1), (departure_m, arrival_m, cruise_m))


def motion_at(profile: Profile, leg: Ints, leg_s: Floats) -> Motion:
    """Return position and motion of the aircraft on these legs, `leg_s` seconds after their transponders' start."""
    seconds = np.clip(leg_s, 0, profile.end_s[leg])
    phase = np.sum(seconds[:, None] >= profile.begin_s[leg, 1:], axis=1)
    into_s = seconds - profile.begin_s[leg, phase]
    begin_mps, gain = profile.begin_mps[leg, phase], profile.gain_mps2[leg, phase]
    is_before_cruise = phase <= CLIMB
    ground_m = np.where(is_before_cruise, profile.departure_m[leg], profile.arrival_m[leg])
    rise_m = profile.cruise_m[leg] - ground_m
    share, share_per_s = _height_share(profile, leg, phase, into_s)
    return Motion(
        way_m=profile.begin_m[leg, phase] + begin_mps * into_s + gain / 2 * into_s**2,
        speed_mps=begin_mps + gain * into_s,
        altitude_m=ground_m + rise_m * share,
        vertical_rate_mps=rise_m * share_per_s,
        height_share=share,
        ground_elevation_m=ground_m,
        is_on_ground=(phase <= TAKE_OFF) | (phase >= ROLL_OUT),
    )


def heard_from_s(profile: Profile, height_m: Floats) -> Floats:
    """Return the seconds until each climbing aircraft passes a height above its departure airport; 0 for height 0."""
    share = np.clip(height_m / (profile.cruise_m - profile.departure_m), 0, 1)
    into_climb = 1.5 - np.sqrt(2.25 - 2 * share)  # solves 1.5 x - 0.5 x2 = share
    climb_s = profile.begin_s[:, CRUISE] - profile.begin_s[:, CLIMB]
    return np.where(height_m <= 0, 0.0, profile.begin_s[:, CLIMB] + into_climb * climb_s)


def heard_until_s(profile: Profile, height_m: Floats) -> Floats:
    """Return the seconds until each descending aircraft is below a height above its arrival airport; the end for 0."""
    share = np.clip(height_m / (profile.cruise_m - profile.arrival_m), 0, 1)
    to_go = (np.sqrt(0.36 + 1.6 * share) - 0.6) / 0.8  # solves 0.6 y + 0.4 y2 = share
    descent_s = profile.begin_s[:, ROLL_OUT] - profile.begin_s[:, DESCENT]
    return np.where(height_m <= 0, profile.end_s, profile.begin_s[:, ROLL_OUT] - to_go * descent_s)


def _height_share(profile: Profile, leg: Ints, phase: Ints, into_s: Floats) -> tuple[Floats, Floats]:
    """Return the share of the climb done and its change per second."""
    climb_s = profile.begin_s[leg, CRUISE] - profile.begin_s[leg, CLIMB]
    descent_s = profile.begin_s[leg, ROLL_OUT] - profile.begin_s[leg, DESCENT]
    up, down = into_s / climb_s, 1 - into_s / descent_s
    flown = [phase == CLIMB, phase == CRUISE, phase == DESCENT]
    (a, b), (c, d) = CLIMB_CURVE, DESCENT_CURVE
    share = np.select(flown, [a * up + b * up**2, np.ones_like(up), c * down + d * down**2], 0.0)
    change = np.select(flown, [(a + 2 * b * up) / climb_s, np.zeros_like(up), -(c + 2 * d * down) / descent_s], 0.0)
    return share, change


def _cruise_altitude_m(
    distance_m: Floats, elevation_m: tuple[Floats, Floats], flown: Performance, *, is_eastbound: Bools
) -> Floats:
    """Return the cruise level: as wished, lower on short hops, odd thousands of feet eastwards, even ones westwards.

    Source: semicircular rule, ICAO Annex 2, appendix 3.
    """
    lowest = np.maximum(*elevation_m)
    height = np.maximum(flown.cruise_altitude_m - lowest, 600)
    climb_way = height / flown.climb_mps * (flown.lift_off_mps + flown.cruise_mps) / 2
    descent_way = height / flown.descent_mps * (flown.touchdown_mps + flown.cruise_mps) / 2
    squeeze = np.minimum(1, MAX_CLIMB_AND_DESCENT_SHARE * distance_m / (climb_way + descent_way))
    level = np.floor((lowest + height * squeeze) / FLIGHT_LEVEL_M)
    level -= (level % 2) != is_eastbound
    altitude_m: Floats = np.maximum(level * FLIGHT_LEVEL_M, lowest + 300)
    return altitude_m


def _timetable(durations: Floats, speeds: Floats, altitudes_m: tuple[Floats, Floats, Floats]) -> Profile:
    begins = np.cumsum(durations, axis=1)
    ways = np.cumsum((speeds[0] + speeds[1]) / 2 * durations, axis=1)
    first = np.zeros((len(durations), 1))
    departure_m, arrival_m, cruise_m = altitudes_m
    return Profile(
        begin_s=np.hstack([first, begins[:, :-1]]),
        begin_m=np.hstack([first, ways[:, :-1]]),
        begin_mps=speeds[0],
        gain_mps2=(speeds[1] - speeds[0]) / durations,
        departure_m=departure_m,
        arrival_m=arrival_m,
        cruise_m=cruise_m,
        end_s=begins[:, -1],
    )
