"""Cells of the map: nothing lost, nothing in the wrong place."""

from math import hypot, pi, sqrt

import pytest
from support.lakes import LakeBuilder, a_state, at
from support.report_lakes import publish_day

from serving.report.map_queries import Cell, MapFacts, class_edges
from serving.report.projection import frame_around, land, projected
from serving.report.queries import Facts, gather

PLACES = [(-179.9, 60.0), (180.0, 0.0), (-74.0, 40.7), (2.5, 49.0), (151.2, -33.9), (0.0, 0.0), (18.0, 78.0)]


def map_of(builder: LakeBuilder, places: list[tuple[float | None, float | None]]) -> MapFacts:
    rows = [a_state(icao24=f"{n:06x}", longitude_deg=x, latitude_deg=y) for n, (x, y) in enumerate(places)]
    publish_day(builder, rows)
    facts = gather(builder.lake)
    assert isinstance(facts, Facts)
    return facts.map


def test_every_position_is_in_the_cell_that_it_lies_in(builder: LakeBuilder) -> None:
    known = map_of(builder, [*PLACES])
    assert known.rows == sum(cell.rows for cell in known.cells) == len(PLACES)
    for longitude, latitude in PLACES:
        # Longitude 180 is drawn at the western edge.
        x, y = projected(-180.0 if longitude == 180 else longitude, latitude)
        assert min(hypot(cell.x - x, cell.y - y) for cell in known.cells) <= known.radius * 1.000001


def test_a_row_without_a_position_is_in_no_cell(builder: LakeBuilder) -> None:
    known = map_of(builder, [(None, None), (10.0, 50.0)])
    assert (known.rows, known.outside, len(known.cells)) == (1, 0, 1)


def test_positions_beyond_the_edge_are_counted(builder: LakeBuilder) -> None:
    assert map_of(builder, [(0.0, -75.0), (100.0, 50.0), (-100.0, 50.0)]).outside == 1


def test_an_aircraft_heard_twice_in_a_cell_counts_once(builder: LakeBuilder) -> None:
    publish_day(builder, [a_state(), a_state(snapshot_at=at("12:05"))])
    facts = gather(builder.lake)
    assert isinstance(facts, Facts)
    assert [(cell.aircraft, cell.rows) for cell in facts.map.cells] == [(1, 2)]


def test_no_position_gives_an_empty_world(builder: LakeBuilder) -> None:
    known = map_of(builder, [(None, None)])
    assert (known.cells, known.rows, known.frame.is_world) == ([], 0, True)


def test_equal_areas_of_the_earth_are_equal_on_the_plane() -> None:
    # The whole sphere of radius 1 has the area 4 pi; a belt between two latitudes 2 pi (sin b - sin a).
    step, area = 0.05, 0.0
    latitude = 30.0
    while latitude < 60.0 - 1e-9:
        width = 2 * projected(180, latitude + step / 2)[0]
        area += width * (projected(0, latitude + step)[1] - projected(0, latitude)[1])
        latitude += step
    assert area == pytest.approx(2 * pi * (sqrt(3) / 2 - 0.5), rel=1e-5)


@pytest.mark.parametrize(
    ("bounds", "is_world"),
    [
        (None, True),
        ((-10.0, 35.0, 5.0, 45.0), False),
        ((-125.0, 25.0, -66.0, 49.0), False),
        ((-10.0, -50.0, 5.0, 45.0), True),
        ((-179.0, 0.0, 179.0, 10.0), True),
    ],
)
def test_a_region_gets_a_frame_of_its_own(bounds: tuple[float, float, float, float] | None, is_world: bool) -> None:
    frame = frame_around(bounds)
    assert frame.is_world is is_world
    assert 1.25 < frame.width / frame.height < 2.45


def test_a_region_holds_what_it_is_about() -> None:
    frame = frame_around((-10.0, 35.0, 5.0, 45.0))
    for corner in ((-10.0, 35.0), (5.0, 45.0), (-10.0, 45.0), (5.0, 35.0)):
        x, y = projected(*corner, frame.meridian_deg)
        assert frame.west < x < frame.east
        assert frame.south < y < frame.north


def test_land_lies_across_the_antimeridian_too() -> None:
    # Around Chukotka at 178 W: its western part comes from the other end of the world.
    frame = frame_around((-179.9, 64.0, -176.0, 67.0))
    xs = [x for polygon in land(frame) for ring in polygon for x, _ in ring]
    assert min(xs) < frame.west
    assert max(xs) > 0


def test_classes_never_repeat_an_edge() -> None:
    for most in (1, 2, 3, 4, 9, 40, 2_000):
        edges = class_edges([Cell(0, 0, most, most, 0, 0)])
        assert edges == sorted(set(edges))
        assert edges[0] == 1
        assert edges[-1] <= most
