"""Positions of aircraft, gathered into hexagons of equal area."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from serving.report.projection import Frame, frame_around
from serving.report.selected_days import SelectedDays
from serving.report.traffic_queries import Totals

_COLUMNS, _COARSE_COLUMNS = 180, 60
_COLUMNS_OF_REGION = 100
_SPARSE = 200
"""With fewer cells the map would be a few specks: it gets larger hexagons."""


@dataclass(frozen=True)
class Cell:
    """One hexagon: its centre on the plane, its counts of aircraft and positions, and the mean of its positions."""

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


def map_facts(selected: SelectedDays, totals: Totals) -> MapFacts:
    """Return the cells of the selected days, whose totals are given."""
    frame = frame_around(totals.bounds_deg)
    radius = frame.width / (_COLUMNS if frame.is_world else _COLUMNS_OF_REGION) / sqrt(3)
    cells = _cells(selected, frame, radius)
    if len(cells) < _SPARSE:
        radius = frame.width / _COARSE_COLUMNS / sqrt(3)
        cells = _cells(selected, frame, radius)
    rows = sum(cell.rows for cell in cells)
    return MapFacts(frame, radius, cells, rows, totals.with_position - rows)


def class_edges(cells: Sequence[Cell], count: int = 5) -> list[int]:
    """Return the lower edges of at most `count` classes of aircraft in a cell, in a geometric progression.

    >>> class_edges([Cell(0, 0, 200, 1, 0, 0)])
    [1, 3, 8, 24, 69]
    >>> class_edges([Cell(0, 0, 2, 1, 0, 0)])
    [1, 2]
    """
    most = max((cell.aircraft for cell in cells), default=1)
    return sorted({max(round(most ** (step / count)), 1) for step in range(count)} | ({2} if most == 2 else set()))


def _cells(selected: SelectedDays, frame: Frame, radius: float) -> list[Cell]:
    values = {
        "meridian_deg": frame.meridian_deg,
        "cell_radius": radius,
        "half_width": frame.east,
        "south": frame.south,
        "north": frame.north,
    }
    rows = selected.rows("traffic_hexagons", **{name: repr(value) for name, value in values.items()})
    return [Cell(*row) for row in rows]
