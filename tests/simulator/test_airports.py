"""The places of the simulated sky are real, and receivers stand where airports are."""

from itertools import pairwise

import numpy as np
import pytest

from simulator.airports import COVERAGE_RADIUS_M, HUBS, coverage_grid, load_airports
from simulator.geodesy import along, distance_m, tangents, unit_vectors
from simulator.operators import ADDRESS_BLOCKS, PRIVATE_OWNERS, airlines


def test_every_hub_is_a_known_airport() -> None:
    known = set(load_airports().icao)
    assert [icao for line in HUBS.values() for icao in line.split() if icao not in known] == []


def test_every_airline_has_known_homes_and_a_country_with_a_block() -> None:
    known = set(load_airports().icao)
    assert [home for airline in airlines() for home in airline.homes if home not in known] == []
    assert {operator.country for operator in [*airlines(), *PRIVATE_OWNERS]} <= set(ADDRESS_BLOCKS)
    assert len({airline.designator for airline in airlines()}) == len(airlines())


def test_address_blocks_do_not_overlap() -> None:
    blocks = sorted(ADDRESS_BLOCKS.values())
    assert all(last < following for (_, last), (following, _) in pairwise(blocks))


def test_frankfurt_stands_where_it_does() -> None:
    airports = load_airports()
    frankfurt = airports.index_of("EDDF")
    assert airports.icao[frankfurt] == "EDDF"
    assert airports.latitude_deg[frankfurt] == pytest.approx(50.03, abs=0.02)
    assert airports.elevation_m[frankfurt] == pytest.approx(111, abs=1)


def test_coverage_is_where_an_airport_is_within_the_radio_horizon() -> None:
    grid, airports = coverage_grid(), load_airports()
    for row in range(2, 180, 9):
        for column in range(1, 360, 13):
            cell = unit_vectors(np.array([row - 89.5]), np.array([column - 179.5]))
            assert grid[row, column] == (distance_m(cell, airports.point).min() <= COVERAGE_RADIUS_M)


def test_a_great_circle_leads_to_its_end() -> None:
    start, end = (
        unit_vectors(np.array([50.0, -33.9]), np.array([8.6, 151.2])),
        unit_vectors(np.array([40.6, 37.6]), np.array([-73.8, -122.4])),
    )
    latitude, longitude, track = along(start, tangents(start, end), distance_m(start, end))
    assert latitude == pytest.approx([40.6, 37.6])
    assert longitude == pytest.approx([-73.8, -122.4])
    assert ((track >= 0) & (track < 360)).all()


def test_a_quarter_of_the_equator_has_its_length_and_heads_east() -> None:
    start, end = unit_vectors(np.array([0.0]), np.array([10.0])), unit_vectors(np.array([0.0]), np.array([100.0]))
    assert distance_m(start, end)[0] == pytest.approx(10_007_557, abs=1)
    assert along(start, tangents(start, end), np.array([0.0]))[2][0] == pytest.approx(90)
