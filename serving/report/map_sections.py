"""Section with the map."""

from collections.abc import Sequence
from datetime import date

from serving.report.blocks import Figure, Section, Table
from serving.report.formatting import count, counted, days, percent, place
from serving.report.map_charts import legend, traffic_map
from serving.report.map_queries import Cell, MapFacts

_PARTS = {
    # Boxes of longitude and latitude in degrees: rough, for a heading.
    "North America": (-170.0, -52.0, 15.0, 75.0),
    "South America": (-82.0, -34.0, -56.0, 12.0),
    "Europe": (-25.0, 45.0, 34.0, 72.0),
    "Africa": (-18.0, 52.0, -36.0, 34.0),
    "East Asia": (95.0, 150.0, 10.0, 54.0),
    "Australia and New Zealand": (110.0, 180.0, -48.0, -10.0),
}
_FULLEST = 10


def map_section(known: MapFacts, selected: Sequence[date]) -> Section:
    """Return the section with the map of the selected days."""
    heading = _heading(known)
    if not known.cells:
        return Section("map", "Where", heading, ["Without a position there is nothing to draw."])
    rows = [
        (place(cell.longitude_deg, cell.latitude_deg), count(cell.aircraft), count(cell.rows))
        for cell in known.cells[:_FULLEST]
    ]
    table = Table("The fullest cells", ("Around", "Aircraft", "Positions"), rows, frozenset({1, 2}))
    return Section("map", "Where", heading, [_text(known)], figure=_figure(known, selected, heading), data=[table])


def _figure(known: MapFacts, selected: Sequence[date], heading: str) -> Figure:
    region = "the world without Antarctica" if known.frame.is_world else "the region that the traffic covers"
    share = f"{counted(known.rows, 'position')} in {counted(len(known.cells), 'cell')}"
    return Figure(
        traffic_map(known),
        f"Map of {region} with {share}. {heading}.",
        f"All positions of {days(selected)}. Equal Earth projection; every hexagon covers the same area.",
        legend(known),
        "Aircraft in a cell",
    )


def _heading(known: MapFacts) -> str:
    if not known.cells:
        return "No row has a position"
    if known.cells[0].aircraft == 1:
        return "No cell of the map held more than one aircraft"
    if not known.frame.is_world:
        return f"Up to {counted(known.cells[0].aircraft, 'aircraft', 'aircraft')} in one cell of the map"
    shares = {name: _rows_within(known.cells, box) for name, box in _PARTS.items()}
    name = max(shares, key=lambda key: shares[key])
    return f"{name} has {percent(shares[name], known.rows)} of the positions"


def _text(known: MapFacts) -> str:
    top = known.cells[0]
    aircraft = counted(top.aircraft, "different aircraft", "different aircraft")
    text = f"The fullest cell held {aircraft}, around {place(top.longitude_deg, top.latitude_deg)}."
    if top.aircraft == 1:
        text = f"{counted(known.rows, 'position')} in {counted(len(known.cells), 'cell')}."
    if known.outside:
        text += f" South of the map's edge lie {counted(known.outside, 'more position')}."
    return text


def _rows_within(cells: Sequence[Cell], box: tuple[float, float, float, float]) -> int:
    west, east, south, north = box
    return sum(
        cell.rows for cell in cells if west <= cell.longitude_deg <= east and south <= cell.latitude_deg <= north
    )
