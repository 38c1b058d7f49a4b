"""Conversions against values by hand and the definitions of the units."""

import doctest

import pytest

from flightlake import units


def test_a_foot_is_exactly_0_3048_metres_so_that_round_altitudes_stay_round() -> None:
    assert units.feet_from_metres(3048.0) == 10_000.0
    assert units.feet_from_metres(9144.0) == 30_000.0


def test_every_step_of_25_feet_comes_back() -> None:
    for altitude_ft in range(-1_000, 60_001, 25):
        recorded_m = round(altitude_ft * 0.3048, 2)  # as OpenSky sends it
        assert round(units.feet_from_metres(recorded_m), 1) == altitude_ft


def test_a_knot_is_a_nautical_mile_of_1852_metres_per_hour() -> None:
    assert units.knots_from_metres_per_second(1852.0) == pytest.approx(3600.0, rel=1e-12)
    assert units.knots_from_metres_per_second(257.222) == pytest.approx(500.0, abs=0.001)


def test_a_climb_of_2000_feet_per_minute_is_10_16_metres_per_second() -> None:
    assert units.metres_per_second_from_feet_per_minute(2_000.0) == pytest.approx(10.16, rel=1e-12)
    assert units.metres_per_second_from_feet_per_minute(-2_000.0) == pytest.approx(-10.16, rel=1e-12)


def test_the_examples_in_the_module_are_true() -> None:
    assert doctest.testmod(units).failed == 0
    assert doctest.testmod(units).attempted == 2
