"""Unit conversions; the lake stores SI, and only this module and the views convert.

>>> feet_from_metres(3048.0)
10000.0
>>> round(knots_from_metres_per_second(100.0), 2)
194.38
"""

FOOT_M = 0.3048
"""Metres in a foot, exactly. Source: international yard and pound agreement, 1959."""

KNOT_MPS = 1852 / 3600
"""Metres per second in a knot, exactly. Source: SI Brochure, table 8, non-SI units (nautical mile = 1852 m)."""


def feet_from_metres(length_m: float) -> float:
    """Return a length in feet."""
    return length_m / FOOT_M


def knots_from_metres_per_second(speed_mps: float) -> float:
    """Return a speed in knots."""
    return speed_mps / KNOT_MPS


def metres_per_second_from_feet_per_minute(rate_fpm: float) -> float:
    """Return a vertical rate in metres per second."""
    return rate_fpm * FOOT_M / 60
