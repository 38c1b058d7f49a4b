"""Traffic in numbers: over time, by altitude, speed, country and airline. All read the view `picked`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

_TOTALS = """
select count(*), count(distinct icao24), count(distinct origin_country), count(distinct callsign),
    min(snapshot_at), max(snapshot_at), count(*) filter (longitude_deg is not null), count(*) filter (on_ground)
from picked
"""

_SNAPSHOTS = """
select snapshot_at, count(*) filter (on_ground is distinct from true), count(*) filter (on_ground)
from spanned
group by snapshot_at
order by snapshot_at
"""

# Altitudes come in steps of 25 ft; rounding first keeps a step on the edge of a band in its own band. Slightly negative
# altitudes (high pressure at sea level) are normal and belong to the lowest band.
_ALTITUDES = """
select greatest(least(cast(floor(round(baro_altitude_m / 0.3048, 3) / 2000) as integer), 25), 0) * 20 as from_level,
    count(*) as row_count
from picked
where baro_altitude_m is not null and on_ground is distinct from true
group by from_level
order by from_level
"""

_SPEEDS = """
select least(cast(floor(round(ground_speed_mps * 3600 / 1852, 3) / 20) as integer), 30) * 20 as from_kt,
    count(*) as row_count
from picked
where ground_speed_mps is not null and on_ground is distinct from true
group by from_kt
order by from_kt
"""

_MEDIANS = """
select median(baro_altitude_m / 0.3048) / 100,
    median(ground_speed_mps * 3600 / 1852)
from picked
where on_ground is distinct from true
"""

_COUNTRIES = """
select origin_country, count(distinct icao24) as aircraft_count, count(*) as row_count
from picked
where origin_country is not null
group by origin_country
order by aircraft_count desc, origin_country
limit $limit
"""

# An airline's callsign: the three letters of its ICAO designator before a flight number.
_PREFIXES = """
select substr(callsign, 1, 3) as designator, count(distinct icao24) as aircraft_count, count(*) as row_count
from picked
where regexp_matches(callsign, '^[A-Z]{3}[0-9]')
group by designator
order by aircraft_count desc, designator
limit $limit
"""

BAND_WIDTH = 20
"""Width of a band in flight levels or knots."""


@dataclass(frozen=True)
class Totals:
    """Sums over the chosen days; instants are UTC without a zone, None where there is no row."""

    rows: int
    aircraft: int
    countries: int
    callsigns: int
    first_at: datetime | None
    last_at: datetime | None
    with_position: int
    on_ground: int


@dataclass(frozen=True)
class Snapshot:
    """One response, or the mean of neighbouring ones: how many aircraft were in the air and on the ground."""

    at: datetime
    airborne: float
    on_ground: float


@dataclass(frozen=True)
class Band:
    """Rows from one edge to the next: flight levels (hundreds of feet) or knots. The last band is open above."""

    start: int
    rows: int


@dataclass(frozen=True)
class Share:
    """A name (as received: not to be trusted) with its aircraft and rows."""

    name: str
    aircraft: int
    rows: int


@dataclass(frozen=True)
class TrafficFacts:
    """Traffic of the chosen days; `snapshots` alone spans more days.

    Attributes:
        altitudes: bands of 20 flight levels, airborne aircraft with a barometric altitude; 0 is open below, 500 above.
        speeds: bands of 20 kt, airborne aircraft; 600 is open above.
        median_level: hundreds of feet.
    """

    totals: Totals
    snapshots: list[Snapshot]
    altitudes: list[Band]
    speeds: list[Band]
    median_level: float | None
    median_speed_kt: float | None
    countries: list[Share]
    prefixes: list[Share]


def traffic_facts(connection: duckdb.DuckDBPyConnection, *, limit: int = 12) -> TrafficFacts:
    """Return the traffic of the view `picked`, with the series of the view `spanned`.

    Args:
        connection: the lake's tables.
        limit: how many countries and airlines.
    """
    totals = connection.execute(_TOTALS).fetchone() or (0,) * 8
    medians = connection.execute(_MEDIANS).fetchone() or (None, None)
    return TrafficFacts(
        totals=Totals(*totals),
        snapshots=[Snapshot(*row) for row in connection.execute(_SNAPSHOTS).fetchall()],
        altitudes=_filled([Band(*row) for row in connection.execute(_ALTITUDES).fetchall()]),
        speeds=_filled([Band(*row) for row in connection.execute(_SPEEDS).fetchall()]),
        median_level=medians[0],
        median_speed_kt=medians[1],
        countries=[Share(*row) for row in connection.execute(_COUNTRIES, {"limit": limit}).fetchall()],
        prefixes=[Share(*row) for row in connection.execute(_PREFIXES, {"limit": limit}).fetchall()],
    )


def thinned(snapshots: Sequence[Snapshot], at_most: int) -> list[Snapshot]:
    """Return the means of runs of neighbours, so that no more than `at_most` are left.

    >>> noon = datetime(2026, 5, 8, 12)
    >>> thinned([Snapshot(noon, 1, 0), Snapshot(noon, 3, 2), Snapshot(noon, 9, 9)], 2)[0].airborne
    2.0
    """
    run = -(-len(snapshots) // at_most)
    if run <= 1:
        return list(snapshots)
    runs = [snapshots[start : start + run] for start in range(0, len(snapshots), run)]
    return [_mean(neighbours) for neighbours in runs]


def _mean(neighbours: Sequence[Snapshot]) -> Snapshot:
    count = len(neighbours)
    airborne = sum(snapshot.airborne for snapshot in neighbours) / count
    return Snapshot(neighbours[0].at, airborne, sum(snapshot.on_ground for snapshot in neighbours) / count)


def _filled(bands: list[Band]) -> list[Band]:
    """Return the bands with the empty ones between them."""
    rows = {band.start: band.rows for band in bands}
    return [Band(start, rows.get(start, 0)) for start in range(min(rows), max(rows) + 1, BAND_WIDTH)] if rows else []
