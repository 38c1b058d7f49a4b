"""Where the aircraft were: positions gathered into hexagons of equal area."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import duckdb

from serving.report.projection import Frame, frame_around

_BOUNDS = """
select min(longitude_deg), min(latitude_deg), max(longitude_deg), max(latitude_deg), count(*)
from picked
where longitude_deg is not null and latitude_deg is not null
"""

# Equal Earth as in projection.py, then the nearest centre of a grid of hexagons that stand on a corner (axial
# coordinates q and r, rounded so that q + r + s = 0). Source: redblobgames.com/grids/hexagons, "Rounding".
_CELLS = """
with turned as (
    select icao24, longitude_deg, latitude_deg,
        radians((longitude_deg - $meridian_deg + 540) % 360 - 180) as l,
        asin(sqrt(3) / 2 * sin(radians(latitude_deg))) as t
    from picked
    where longitude_deg is not null and latitude_deg is not null
),
placed as (
    select icao24, longitude_deg, latitude_deg,
        2 * sqrt(3) * l * cos(t)
            / (3 * (9 * 0.003796 * t ** 8 + 7 * 0.000893 * t ** 6 - 3 * 0.081106 * t ** 2 + 1.340264)) as x,
        0.003796 * t ** 9 + 0.000893 * t ** 7 - 0.081106 * t ** 3 + 1.340264 * t as y
    from turned
),
axial as (
    select icao24, longitude_deg, latitude_deg,
        (x * sqrt(3) / 3 - y / 3) / $radius as q, (2 * y / 3) / $radius as r
    from placed
    where x between $west and $east and y between $south and $north
),
rounded as (
    select icao24, longitude_deg, latitude_deg, round(q) as rq, round(r) as rr, round(-q - r) as rs,
        abs(round(q) - q) as dq, abs(round(r) - r) as dr, abs(round(-q - r) + q + r) as ds
    from axial
),
celled as (
    select icao24, longitude_deg, latitude_deg,
        case when dq > dr and dq > ds then -rr - rs else rq end as q,
        case when dq > dr and dq > ds then rr when dr > ds then -rq - rs else rr end as r
    from rounded
)
select $radius * sqrt(3) * (q + r / 2) as x, $radius * 1.5 * r as y,
    count(distinct icao24) as aircraft_count, count(*) as row_count, avg(longitude_deg), avg(latitude_deg)
from celled
group by q, r
order by aircraft_count desc, x, y
"""

_COLUMNS, _COARSE_COLUMNS = 180, 60
_COLUMNS_OF_REGION = 100
_SPARSE = 200
"""Below so many cells the map would be a few specks: it gets larger hexagons."""


@dataclass(frozen=True)
class Cell:
    """One hexagon: its centre on the plane, what was in it, and the mean place of its positions."""

    x: float
    y: float
    aircraft: int
    rows: int
    longitude_deg: float
    latitude_deg: float


@dataclass(frozen=True)
class MapFacts:
    """Positions in cells, the fullest first.

    Attributes:
        radius: from a cell's centre to its corner, in projected units.
        rows: positions on the map.
        outside: positions that the map leaves out (south of its edge).
    """

    frame: Frame
    radius: float
    cells: list[Cell]
    rows: int
    outside: int


def map_facts(connection: duckdb.DuckDBPyConnection) -> MapFacts:
    """Return the cells of the view `picked`."""
    *bounds, positions = connection.execute(_BOUNDS).fetchone() or (None, None, None, None, 0)
    west, south, east, north = bounds
    frame = frame_around((west, south, east, north) if positions else None)
    radius = frame.width / (_COLUMNS if frame.is_world else _COLUMNS_OF_REGION) / sqrt(3)
    cells = _cells(connection, frame, radius)
    if len(cells) < _SPARSE:
        radius = frame.width / _COARSE_COLUMNS / sqrt(3)
        cells = _cells(connection, frame, radius)
    rows = sum(cell.rows for cell in cells)
    return MapFacts(frame, radius, cells, rows, positions - rows)


def class_edges(cells: Sequence[Cell], count: int = 5) -> list[int]:
    """Return the lower edges of at most `count` classes of aircraft per cell, each some times the one before.

    >>> class_edges([Cell(0, 0, 200, 1, 0, 0)])
    [1, 3, 8, 24, 69]
    >>> class_edges([Cell(0, 0, 2, 1, 0, 0)])
    [1, 2]
    """
    most = max((cell.aircraft for cell in cells), default=1)
    return sorted({max(round(most ** (step / count)), 1) for step in range(count)} | ({2} if most == 2 else set()))


def _cells(connection: duckdb.DuckDBPyConnection, frame: Frame, radius: float) -> list[Cell]:
    values = {
        "meridian_deg": frame.meridian_deg,
        "radius": radius,
        "west": frame.west,
        "east": frame.east,
        "south": frame.south,
        "north": frame.north,
    }
    return [Cell(*row) for row in connection.execute(_CELLS, values).fetchall()]
