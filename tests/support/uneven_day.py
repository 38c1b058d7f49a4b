"""A day whose rows lie unevenly among addresses: three quarters in Europe's block, the rest in America's."""

import random

from support.vectors import NOON, body, landed, vector

from flightlake.lake import Lake

RANDOM = random.Random(5)
EUROPE = [f"{RANDOM.randrange(0x3C0000, 0x4D0000):06x}" for _ in range(300)]
AMERICA = [f"{RANDOM.randrange(0xA00000, 0xAE0000):06x}" for _ in range(100)]


def responses_of(lake: Lake, addresses: list[str], count: int) -> None:
    """Land as many responses, a minute apart from noon on, each with one row of every address."""
    for at in range(NOON, NOON + 60 * count, 60):
        landed(lake.store, body(*(vector(icao24=icao24, at=at) for icao24 in addresses), time=at), time=at)
