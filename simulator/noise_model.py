"""Model of missing, stale and impossible values, in the shares measured in recorded answers.

Source of every share: 393,411 rows of 40 global responses of 2025-12-31 and 2026-05-08 (the rarer ones: 2.16 million
rows of 2021 to 2026), counted apart for aircraft on the ground and in the air.
"""

from dataclasses import dataclass

import numpy as np

from simulator.seeded_random import Bools, Floats, Ints, draw, pick

# In the air: which fields are missing together. Shares of rows in the air; the rest has everything.
AIR_GAPS = [0.0064, 0.0029, 0.0006, 0.0035, 0.0002, 0.0002]
NO_POSITION_NO_ALTITUDE, NO_POSITION_NO_ALTITUDE_NO_CLIMB, NO_POSITION, NO_GEO, NO_BARO, NO_CLIMB, COMPLETE = range(7)
# On the ground: the geometric altitude is always missing, the others nearly always.
GROUND_NO_BARO_SHARE = 0.978
GROUND_NO_CLIMB_SHARE = 0.997
GROUND_NO_SPEED_SHARE = 0.003
# Squawks are missing in 48 % of rows in the air and 66 % on the ground, and most of all from light aircraft under
# visual flight rules: 1200 is 2 % of all rows, though they are a fifth.
NO_SQUAWK_SHARE_LIGHT = 0.9
NO_SQUAWK_SHARE_AIR = 0.37
NO_SQUAWK_SHARE_GROUND = 0.62
# `last_contact` less `time_position`: 0 s 76.7 %, 1 s 13.3 %, up to 15 s 6.7 %, up to 60 s 1.6 %, up to 10 min 1.3 %,
# above that 0.4 %, up to days. The last two are positions that stand still.
POSITION_AGE_SHARES = [0.767, 0.133, 0.067, 0.016, 0.013]
POSITION_AGE_RANGES_S = [(0, 0), (1, 1), (2, 15), (16, 60), (61, 600), (601, 7_200)]
# Values that no aircraft reaches; each is drawn apart.
GROUND_FAST_SHARE = 413 / 2_160_000 / 0.085  # on the ground above 100 m/s, of rows on the ground
ABSURD_ALTITUDE_SHARE = 0.00022  # barometric altitude of 15 to 38 km
ABSURD_SPEED_SHARE = 0.00021  # 350 to 1,000 m/s, recorded median 637; a few up to 2,503
ABSURD_CLIMB_SHARE = 0.00022  # 50 to 166 m/s up or down; a few from -450 to +604
ALTITUDES_DISAGREE_SHARE = 0.0015  # barometric against geometric altitude by 1.5 to 8 km
FARTHEST_SHARE = 0.05  # of the absurd speeds and climbs are the few
SPECIAL_PURPOSE_SHARE = 0.0082
# Reception errors last a while: one draw per aircraft and period.
PERIOD_S = 300

# Callsigns as sent. Measured: "" 1.65 %, eight blanks 0.17 %; "00000000" about 1 in 10,000; all others padded to eight.
CALLSIGN_SHARES = [0.0165, 0.0017, 0.0001]
CALLSIGN_EMPTY, CALLSIGN_BLANK, CALLSIGN_ZEROS, CALLSIGN_PADDED = range(4)


@dataclass(frozen=True)
class Missing:
    """Flags of the fields that each row lacks."""

    position: Bools
    baro_altitude: Bools
    geo_altitude: Bools
    vertical_rate: Bools
    ground_speed: Bools
    squawk: Bools


@dataclass(frozen=True)
class Absurdities:
    """Impossible values that replace the true ones; NaN where nothing is replaced.

    `altitude_gap_m` is how far the geometric altitude is off: too low from up high, too high from below.
    """

    baro_altitude_m: Floats
    ground_speed_mps: Floats
    vertical_rate_mps: Floats
    altitude_gap_m: Floats


def missing_fields(seed: int, aircraft: Ints, at_s: Ints, *, is_on_ground: Bools, is_piston: Bools) -> Missing:
    """Return the missing fields of each row: constant for an aircraft within a period, other shares on the ground."""
    period = at_s // PERIOD_S
    kind = pick(draw(seed, "air gap", aircraft, period), AIR_GAPS)
    kind = np.where(is_on_ground, COMPLETE, kind)
    baro, climb, speed = (draw(seed, name, aircraft, period) for name in ("baro", "climb", "speed"))
    without_position = kind <= NO_POSITION
    no_altitude = kind <= NO_POSITION_NO_ALTITUDE_NO_CLIMB
    quiet = np.where(is_on_ground, NO_SQUAWK_SHARE_GROUND, NO_SQUAWK_SHARE_AIR)
    quiet = np.where(is_piston, NO_SQUAWK_SHARE_LIGHT, quiet)
    return Missing(
        position=without_position,
        baro_altitude=no_altitude | (kind == NO_BARO) | (is_on_ground & (baro < GROUND_NO_BARO_SHARE)),
        geo_altitude=no_altitude | (kind == NO_GEO) | is_on_ground,
        vertical_rate=(kind == NO_POSITION_NO_ALTITUDE_NO_CLIMB)
        | (kind == NO_CLIMB)
        | (is_on_ground & (climb < GROUND_NO_CLIMB_SHARE)),
        ground_speed=is_on_ground & (speed < GROUND_NO_SPEED_SHARE),
        squawk=draw(seed, "squawk receiver", aircraft) < quiet,
    )


def position_age_s(seed: int, aircraft: Ints, at_s: Ints) -> Ints:
    """Return the seconds by which each position is older than the last contact; a stale one is fixed for its period."""
    period = at_s // PERIOD_S
    kind = pick(draw(seed, "position age", aircraft, period), POSITION_AGE_SHARES)
    low, high = np.array(POSITION_AGE_RANGES_S, dtype=np.float64).T
    age = (low[kind] + draw(seed, "age", aircraft, period) * (high[kind] - low[kind] + 1)).astype(np.int64)
    stands_still = kind >= len(POSITION_AGE_SHARES) - 1
    aged: Ints = np.where(stands_still, age + at_s % PERIOD_S, age)
    return aged


def absurdities(seed: int, aircraft: Ints, at_s: Ints, is_on_ground: Bools) -> Absurdities:
    """Return the values of broken transponders and garbled messages."""

    def sometimes(name: str, share: float, low: float, high: Floats | float) -> Floats:
        value = low + draw(seed, name + " value", aircraft, at_s) * (high - low)
        return np.where(draw(seed, name, aircraft, at_s // PERIOD_S) < share, value, np.nan)

    is_far = draw(seed, "farthest", aircraft, at_s // PERIOD_S) < FARTHEST_SHARE
    speed = sometimes("absurd speed", ABSURD_SPEED_SHARE, 350, np.where(is_far, 2_503, 1_000))
    fast = sometimes("ground fast", GROUND_FAST_SHARE, 100, 240)
    climb = sometimes("absurd climb", ABSURD_CLIMB_SHARE, 50, np.where(is_far, 604, 166))
    sinks = draw(seed, "sinks", aircraft) < 0.5
    return Absurdities(
        baro_altitude_m=sometimes("absurd altitude", ABSURD_ALTITUDE_SHARE, 15_000, 38_435),
        ground_speed_mps=np.where(is_on_ground, fast, speed),
        vertical_rate_mps=np.where(sinks, np.maximum(-climb, -450), climb),
        altitude_gap_m=sometimes("disagree", ALTITUDES_DISAGREE_SHARE, 1_500, 8_000),
    )


def callsign_kinds(seed: int, aircraft: Ints) -> Ints:
    """Return the form in which each aircraft sends its callsign, one of CALLSIGN_EMPTY to CALLSIGN_PADDED."""
    return pick(draw(seed, "callsign kind", aircraft), CALLSIGN_SHARES)
