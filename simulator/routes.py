"""Routes of aircraft: home airports and destinations by operator, distance and weight of the airports."""

from dataclasses import dataclass

import numpy as np

from simulator.airports import Airports
from simulator.geodesy import EARTH_MEAN_RADIUS_M
from simulator.operators import Airline, PrivateOwners
from simulator.seeded_random import Bools, Floats, Ints

# An aircraft flies out and back to this many destinations, then again: a fleet's rotation.
DESTINATION_COUNT = 3
LEG_COUNT = 2 * DESTINATION_COUNT

# Likeliest, least and greatest length of a leg in km. Our choice, so that recorded shares of altitude bands come out.
REACHES_KM = {
    "field": (160.0, 60.0, 600.0),
    "business": (900.0, 250.0, 3_800.0),
    "hop": (600.0, 150.0, 1_500.0),
    "short": (800.0, 200.0, 3_500.0),
    "medium": (1_400.0, 300.0, 6_000.0),
    "long": (6_500.0, 1_500.0, 14_000.0),
}
REACH_SPREAD = 0.6  # standard deviation of the logarithm of the length
MIXED_LONG_SHARE = 0.25  # "mixed" airlines fly a quarter of their routes long, the others medium
FIELD_WEIGHT = 0.1  # a country's small airport beside its hubs, for business aircraft
BUSINESS_SHARE = 0.25  # of private aircraft; recorded: a quarter to a third of them are above 5 km
HOMES_PER_COUNTRY = 100


@dataclass(frozen=True)
class Rotations:
    """Home airport and destinations of each aircraft, shape (aircraft, 3), as rows of the airports.

    `is_piston` marks light aircraft that fly low and slow.
    """

    home: Ints
    destination: Ints
    is_piston: Bools


def airline_rotations(airline: Airline, count: int, airports: Airports, rng: np.random.Generator) -> Rotations:
    """Choose the rotations of a number of aircraft of an airline."""
    homes = np.array([airports.index_of(icao) for icao in airline.homes])[rng.integers(len(airline.homes), size=count)]
    destination = np.empty((count, DESTINATION_COUNT), dtype=np.int64)
    is_long = rng.random(destination.shape) < MIXED_LONG_SHARE
    everywhere = np.ones_like(is_long)
    for home in np.unique(homes):
        reaches = {"medium": ~is_long, "long": is_long} if airline.reach == "mixed" else {airline.reach: everywhere}
        for reach, of_reach in reaches.items():
            wanted = (homes == home)[:, None] & of_reach
            weight = _likeliness(airports, int(home), reach) * airports.hub_weight
            destination[wanted] = _chosen(weight, int(wanted.sum()), rng)
    return Rotations(homes, destination, np.zeros(count, dtype=np.bool_))


def private_rotations(owners: PrivateOwners, count: int, airports: Airports, rng: np.random.Generator) -> Rotations:
    """Choose the rotations of a number of private aircraft of a country; light ones stay within it."""
    in_country = airports.country_code == owners.country_code
    fields = rng.permutation(np.flatnonzero(in_country))[:HOMES_PER_COUNTRY]
    reachable = {int(home): _likeliness(airports, int(home), "field") * in_country for home in fields}
    fields = np.array([home for home, weight in reachable.items() if weight.any()])
    homes = fields[rng.integers(len(fields), size=count)]
    is_piston = rng.random(count) >= BUSINESS_SHARE
    destination = np.empty((count, DESTINATION_COUNT), dtype=np.int64)
    for home in np.unique(homes):
        far = _likeliness(airports, int(home), "business") * (airports.hub_weight + FIELD_WEIGHT * in_country)
        for piston, weight in ((True, reachable[int(home)]), (False, far if far.any() else reachable[int(home)])):
            wanted = (homes == home) & (is_piston == piston)
            destination[wanted] = _chosen(weight, int(wanted.sum()) * DESTINATION_COUNT, rng).reshape(-1, 3)
    return Rotations(homes, destination, is_piston)


def _likeliness(airports: Airports, home: int, reach: str) -> Floats:
    """Return the likelihood of each airport by its distance alone: log-normal within the reach, 0 outside."""
    likeliest, least, greatest = REACHES_KM[reach]
    cosine = np.clip(airports.point @ airports.point[home], -1, 1)
    km = np.maximum(np.arccos(cosine) * (EARTH_MEAN_RADIUS_M / 1_000), 1.0)
    bell: Floats = np.exp(-0.5 * (np.log(km / likeliest) / REACH_SPREAD) ** 2)
    return np.where((km >= least) & (km <= greatest), bell, 0.0)


def _chosen(weight: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Draw a number of airports by weight."""
    below = np.cumsum(weight)
    chosen: Ints = np.searchsorted(below, rng.random(count) * below[-1], side="right").astype(np.int64)
    return chosen
