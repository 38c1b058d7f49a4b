"""Points, directions and distances on a sphere."""

import numpy as np

from simulator.seeded_random import Floats

# Source: mean radius R1 of WGS 84, (2a + b) / 3 (Moritz, Geodetic Reference System 1980).
EARTH_MEAN_RADIUS_M = 6_371_008.8


def unit_vectors(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Return the points as unit vectors, shape (n, 3): x to 0 N 0 E, z to the north pole."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def distance_m(one: Floats, other: Floats) -> Floats:
    """Return great-circle distances between unit vectors; exact for near and far points alike."""
    chord = np.linalg.norm(one - other, axis=-1)
    distance: Floats = 2 * EARTH_MEAN_RADIUS_M * np.arcsin(np.clip(chord / 2, 0, 1))
    return distance


def tangents(start: Floats, end: Floats) -> Floats:
    """Return at each start the unit vector that points along the great circle to its end."""
    across = end - (np.sum(start * end, axis=-1, keepdims=True)) * start
    tangent: Floats = across / np.linalg.norm(across, axis=-1, keepdims=True)
    return tangent


def along(start: Floats, tangent: Floats, way_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return latitude, longitude (WGS 84, deg) and true track (deg, 0 to 360) after `way_m` along a great circle."""
    angle = (way_m / EARTH_MEAN_RADIUS_M)[:, None]
    point = start * np.cos(angle) + tangent * np.sin(angle)
    heading = tangent * np.cos(angle) - start * np.sin(angle)
    latitude = np.degrees(np.arcsin(np.clip(point[:, 2], -1, 1)))
    longitude = np.degrees(np.arctan2(point[:, 1], point[:, 0]))
    east_by_cos = point[:, 0] * heading[:, 1] - point[:, 1] * heading[:, 0]
    track = np.degrees(np.arctan2(east_by_cos, heading[:, 2])) % 360
    return latitude, longitude, track
