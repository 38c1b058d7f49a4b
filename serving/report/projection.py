"""Equal Earth projection of the map: equal areas of the earth have equal areas on the page.

Source: B. Šavrič, T. Patterson, B. Jenny, "The Equal Earth map projection", IJGIS 33 (2019), equations 4 to 6.
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_SOUTHERN_EDGE_DEG, _NORTHERN_EDGE_DEG = -57.0, 83.8
"""Edges of the world's map: Antarctica is left out."""

_WIDEST_REGION_DEG = (75.0, 45.0)
_SMALLEST_REGION_DEG = (20.0, 14.0)
_MARGIN = 1.15

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Frame:
    """Part of the earth on a map, in projected units about its central meridian.

    Attributes:
        meridian_deg: longitude that stands in the middle.
        is_world: whether all longitudes are in it.
    """

    meridian_deg: float
    west: float
    south: float
    east: float
    north: float
    is_world: bool

    @property
    def width(self) -> float:
        """Width in projected units."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Height in projected units."""
        return self.north - self.south


def projected(longitude_deg: float, latitude_deg: float, meridian_deg: float = 0.0) -> tuple[float, float]:
    """Return a position on the plane, x to the east and y to the north, for an earth of radius 1.

    >>> [round(value, 6) for value in projected(180, 0)]
    [2.70663, 0.0]
    >>> round(projected(0, 90)[1], 6)
    1.317363
    """
    t = asin(sqrt(3) / 2 * sin(radians(latitude_deg)))
    slope = 9 * _A4 * t**8 + 7 * _A3 * t**6 + 3 * _A2 * t**2 + _A1
    x = 2 * sqrt(3) * radians(longitude_deg - meridian_deg) * cos(t) / (3 * slope)
    return x, _A4 * t**9 + _A3 * t**7 + _A2 * t**3 + _A1 * t


def frame_around(bounds_deg: tuple[float, float, float, float] | None) -> Frame:
    """Return the frame for traffic within bounds: the world, or the region where the traffic fills only one.

    Args:
        bounds_deg: west, south, east, north of all positions; None where there are none.
    """
    if bounds_deg is None:
        return _world()
    west, south, east, north = bounds_deg
    if east - west > _WIDEST_REGION_DEG[0] or north - south > _WIDEST_REGION_DEG[1]:
        return _world()
    return _region((west + east) / 2, (south + north) / 2, _spans_deg(east - west, north - south))


def land(frame: Frame) -> list[list[Ring]]:
    """Return the land within a frame as polygons on the plane: an outline followed by its lakes."""
    document = json.loads((files(__package__) / "land.json").read_text(encoding="utf-8"))
    turns = (0,) if frame.is_world else (-360, 0, 360)
    polygons = [
        [_projected_ring(flat, frame.meridian_deg - turn) for flat in polygon]
        for polygon in document["polygons"]
        for turn in turns
    ]
    return [polygon for polygon in polygons if _is_within(polygon[0], frame)]


def _world() -> Frame:
    east = projected(180, 0)[0]
    return Frame(0.0, -east, projected(0, _SOUTHERN_EDGE_DEG)[1], east, projected(0, _NORTHERN_EDGE_DEG)[1], True)


def _spans_deg(longitudes_deg: float, latitudes_deg: float) -> tuple[float, float]:
    return (
        max(longitudes_deg * _MARGIN, _SMALLEST_REGION_DEG[0]),
        max(latitudes_deg * _MARGIN, _SMALLEST_REGION_DEG[1]),
    )


def _region(longitude_deg: float, latitude_deg: float, spans_deg: tuple[float, float]) -> Frame:
    south = projected(0, max(latitude_deg - spans_deg[1] / 2, -90))[1]
    north = projected(0, min(latitude_deg + spans_deg[1] / 2, 90))[1]
    half = projected(spans_deg[0] / 2, latitude_deg)[0]
    # Between 1.3 and 2.4 times as wide as high: a chimney or a ribbon shows nothing on any screen.
    half = max(half, 0.65 * (north - south))
    lacking = max(2 * half / 2.4 - (north - south), 0) / 2
    return Frame(longitude_deg, -half, south - lacking, half, north + lacking, False)


def _projected_ring(flat: list[int], meridian_deg: float) -> Ring:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [projected(longitude / 10, latitude / 10, meridian_deg) for longitude, latitude in pairs]


def _is_within(ring: Ring, frame: Frame) -> bool:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return max(xs) > frame.west and min(xs) < frame.east and max(ys) > frame.south and min(ys) < frame.north
