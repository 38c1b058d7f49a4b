"""A leg from stand to stand, reckoned by hand."""

import numpy as np
import pytest

from simulator.flight_profile import CLIMB, CRUISE, DESCENT, ROLL_OUT, Performance, Profile, motion_at, profile_of


def leg(distance_m: float, departure_m: float, arrival_m: float, *, is_eastbound: bool = True) -> Profile:
    """A jet that lifts off at 76 m/s, cruises at 220 m/s and climbs 10 m/s in the mean."""
    flown = Performance(*(np.array([value]) for value in (76, 64, 5, 220, 11_000, 10, 8, 60, 30, 60)))
    ends = np.array([departure_m]), np.array([arrival_m])
    return profile_of(np.array([distance_m]), ends, flown, is_eastbound=np.array([is_eastbound]))


def motion(profile: Profile, at_s: float) -> dict[str, float]:
    return {name: column[0] for name, column in vars(motion_at(profile, np.array([0]), np.array([at_s]))).items()}


def test_the_way_ends_at_the_other_airport_and_the_phases_meet() -> None:
    profile = leg(1_000_000, 100, 300)
    assert motion(profile, profile.take_off_s[0])["way_m"] == pytest.approx(0, abs=1e-6)
    assert motion(profile, profile.touchdown_s[0])["way_m"] == pytest.approx(1_000_000)
    assert motion(profile, 1e9)["way_m"] == pytest.approx(1_000_000)
    for boundary_s in profile.begin_s[0, 1:]:
        before, after = motion(profile, boundary_s - 1e-6), motion(profile, boundary_s)
        assert before["way_m"] == pytest.approx(after["way_m"], abs=0.01)
        assert before["altitude_m"] == pytest.approx(after["altitude_m"], abs=0.01)


def test_the_take_off_roll_is_as_long_as_its_acceleration_makes_it() -> None:
    profile = leg(1_000_000, 0, 0)
    assert profile.begin_m[0, CLIMB] - profile.begin_m[0, CLIMB - 1] == pytest.approx(76**2 / 3.8)


@pytest.mark.parametrize(("is_eastbound", "feet"), [(True, 35_000), (False, 36_000)])
def test_cruise_is_at_odd_levels_eastwards_and_even_ones_westwards(is_eastbound: bool, feet: int) -> None:
    assert leg(2_000_000, 0, 0, is_eastbound=is_eastbound).cruise_m[0] == pytest.approx(feet * 0.3048)


def test_the_climb_is_steep_first_and_flat_later() -> None:
    profile = leg(2_000_000, 0, 0)
    begin_s, end_s = profile.begin_s[0, CLIMB], profile.begin_s[0, CRUISE]
    assert end_s - begin_s == pytest.approx(35_000 * 0.3048 / 10)
    assert motion(profile, begin_s)["vertical_rate_mps"] == pytest.approx(15)
    assert motion(profile, end_s - 0.001)["vertical_rate_mps"] == pytest.approx(5, abs=0.01)
    assert motion(profile, begin_s + (end_s - begin_s) / 2)["altitude_m"] == pytest.approx(0.625 * 10_668)


def test_the_descent_flattens_towards_the_runway() -> None:
    profile = leg(2_000_000, 0, 0)
    assert motion(profile, profile.begin_s[0, DESCENT])["vertical_rate_mps"] == pytest.approx(-11.2)
    assert motion(profile, profile.begin_s[0, ROLL_OUT] - 0.001)["vertical_rate_mps"] == pytest.approx(-4.8, abs=0.01)


def test_a_short_hop_stays_low() -> None:
    assert leg(200_000, 0, 0).cruise_m[0] < 6_500


def test_from_a_valley_to_a_near_plateau_the_climb_is_as_steep_as_it_must_be() -> None:
    profile = leg(60_000, 0, 3_500)
    assert (np.diff(profile.begin_s[0]) > 0).all()
    assert profile.cruise_m[0] >= 3_800
    assert motion(profile, profile.touchdown_s[0])["altitude_m"] == pytest.approx(3_500)
