"""True position and motion of every aircraft at any instant."""

from dataclasses import dataclass

import numpy as np

from simulator.fleet import Fleet
from simulator.flight_profile import motion_at
from simulator.geodesy import along
from simulator.routes import LEG_COUNT
from simulator.seeded_random import Bools, Floats, Ints


@dataclass(frozen=True)
class Legs:
    """Current leg of each aircraft: row in the fleet's legs, unix second of the transponder's start, seconds since."""

    row: Ints
    started_at_s: Ints
    into_s: Floats


@dataclass(frozen=True)
class TrueStates:
    """True states of aircraft at an instant each: SI units, WGS 84, geometric altitudes above mean sea level.

    `true_track_deg` is the way the aircraft moves: backwards along its later course while it taxies.
    """

    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats
    ground_speed_mps: Floats
    true_track_deg: Floats
    vertical_rate_mps: Floats
    height_share: Floats
    ground_elevation_m: Floats
    is_on_ground: Bools


def legs_at(fleet: Fleet, epoch_s: int, aircraft: Ints, at_s: Ints) -> Legs:
    """Return the leg whose slot each aircraft is in; `into_s` exceeds the leg's end while it stands silent."""
    slots = fleet.slot_s[aircraft]
    period_s = slots[:, -1]
    into_rotation_s = (at_s - epoch_s + fleet.offset_s[aircraft]) % period_s
    number = np.sum(into_rotation_s[:, None] >= slots[:, 1:-1], axis=1)
    into_s = into_rotation_s - slots[np.arange(len(slots)), number]
    return Legs(aircraft * LEG_COUNT + number, at_s - into_s, into_s.astype(np.float64))


def true_states(fleet: Fleet, legs: Legs) -> TrueStates:
    """Return position and motion of aircraft on these legs."""
    motion = motion_at(fleet.profile, legs.row, legs.into_s)
    latitude, longitude, track = along(fleet.start[legs.row], fleet.tangent[legs.row], motion.way_m)
    return TrueStates(
        latitude_deg=latitude,
        longitude_deg=longitude,
        altitude_m=motion.altitude_m,
        ground_speed_mps=np.abs(motion.speed_mps),
        true_track_deg=np.where(motion.speed_mps < 0, (track + 180) % 360, track),
        vertical_rate_mps=motion.vertical_rate_mps,
        height_share=motion.height_share,
        ground_elevation_m=motion.ground_elevation_m,
        is_on_ground=motion.is_on_ground,
    )
