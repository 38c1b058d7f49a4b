"""Map of land and hexagons on the plane of the projection."""

import json
from collections.abc import Sequence
from itertools import pairwise
from math import cos, inf, pi, sin
from typing import Any

import altair as alt

from serving.report.drawing import WIDE_PX, Picture, drawn_once
from serving.report.map_queries import Cell, MapFacts, class_edges
from serving.report.projection import Frame, land

_FILLED = 0.93
"""Coloured share of a hexagon's radius: the rest is the line between neighbours."""

Place = tuple[float, float]


def traffic_map(facts: MapFacts) -> Picture:
    """Return the map of land and cells; the colours from `--density-1` on are the classes of `class_edges`."""
    scale = WIDE_PX / facts.frame.width
    edges = class_edges(facts.cells)
    shapes = [
        _feature([[_hexagon(cell, facts.radius, scale, facts.frame)] for cell in group])
        for group in _classes(facts.cells, edges)
    ]
    ground = _feature(
        [[[_pixel(place, scale, facts.frame) for place in ring] for ring in polygon] for polygon in land(facts.frame)]
    )
    first = len(_ALL_COLOURS) - len(edges)

    def draw(width_px: int) -> alt.TopLevelMixin:
        layers = [_shape(ground, fill="var(--land)")]
        layers += [_shape(shape, fill=colour) for shape, colour in zip(shapes, _ALL_COLOURS[first:], strict=True)]
        # Once more on top: where traffic is dense, only its coasts tell where on earth it is.
        layers.append(_shape(ground, filled=False, stroke="var(--shore)", strokeWidth=0.5))
        size = {"width": width_px, "height": round(width_px * facts.frame.height / facts.frame.width)}
        return alt.layer(*layers, **size).project(type="identity", scale=1, translate=[0, 0]).properties(padding=0)

    return drawn_once(draw, "map")


def legend(facts: MapFacts) -> list[tuple[str, str]]:
    """Return the colour and the label of each class of the map."""
    edges = class_edges(facts.cells)
    first = len(_ALL_COLOURS) - len(edges)
    words = [_words(low, high) for low, high in pairwise([*edges, inf])]
    return list(zip(_ALL_COLOURS[first:], words, strict=True))


_ALL_COLOURS = tuple(f"var(--density-{step})" for step in range(1, 6))


def _words(low: float, high: float) -> str:
    if high == inf:
        return f"{low:,.0f} or more"
    return f"{low:,.0f}" if high - low == 1 else f"{low:,.0f} to {high - 1:,.0f}"


def _classes(cells: Sequence[Cell], edges: Sequence[int]) -> list[list[Cell]]:
    return [[cell for cell in cells if low <= cell.aircraft < high] for low, high in pairwise([*edges, inf])]


def _hexagon(cell: Cell, radius: float, scale: float, frame: Frame) -> list[Place]:
    corners = [
        (cell.x + _FILLED * radius * sin(step * pi / 3), cell.y + _FILLED * radius * cos(step * pi / 3))
        for step in range(6)
    ]
    return [_pixel(corner, scale, frame) for corner in [*corners, corners[0]]]


def _pixel(place: Place, scale: float, frame: Frame) -> Place:
    return round((place[0] - frame.west) * scale, 1), round((frame.north - place[1]) * scale, 1)


def _feature(polygons: list[list[list[Place]]]) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": polygons}}


def _shape(feature: dict[str, object], **style: Any) -> alt.Chart:
    # As one text: Altair would check and copy every corner several times.
    data = alt.InlineData(values=json.dumps([feature]), format=alt.JsonDataFormat(type="json"))
    chart: alt.Chart = alt.Chart(data).mark_geoshape(clip=True, **style)
    return chart
