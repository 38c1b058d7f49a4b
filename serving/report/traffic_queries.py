"""Traffic in numbers: over time, by altitude, speed, country and airline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from serving.report.selected_days import SelectedDays

BAND_WIDTH = 20
"""Width of a band in flight levels or knots."""


@dataclass(frozen=True)
class Totals:
    """Sums over the selected days.

    Attributes:
        first_at, last_at: UTC without a zone; None where there is no row.
        bounds_deg: west, south, east, north of all positions; None where there are none.
    """

    rows: int
    aircraft: int
    countries: int
    callsigns: int
    first_at: datetime | None
    last_at: datetime | None
    on_ground: int
    with_position: int
    bounds_deg: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Snapshot:
    """Aircraft in the air and on the ground in one response, or in the mean of neighbouring ones."""

    at: datetime
    airborne: float
    on_ground: float


@dataclass(frozen=True)
class Band:
    """Number of rows in one band of flight levels (hundreds of feet) or knots; the last band is open above."""

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
    """Traffic of the selected days; `snapshots` alone spans more days.

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


def traffic_facts(selected: SelectedDays, series: SelectedDays, *, limit: int = 12) -> TrafficFacts:
    """Return the traffic of the selected days, with a series over more days.

    Args:
        selected: the days that the report is about.
        series: the days of the series over time.
        limit: the number of countries and of airlines.
    """
    totals = selected.rows("traffic_totals")[0]
    medians = {measure: value for measure, value, _ in selected.rows("airborne_medians")}
    altitude_ft = medians.get("baro_altitude_ft")
    return TrafficFacts(
        totals=Totals(*totals[:8], *(totals[8:],) if totals[8] is not None else (None,)),
        snapshots=[Snapshot(*row) for row in series.rows("traffic_by_response")],
        altitudes=_filled([Band(*row) for row in selected.rows("altitude_profile")]),
        speeds=_filled([Band(*row) for row in selected.rows("speed_profile")]),
        median_level=None if altitude_ft is None else altitude_ft / 100,
        median_speed_kt=medians.get("ground_speed_kt"),
        countries=[Share(*row) for row in selected.rows("top_countries", row_limit=str(limit))],
        prefixes=[Share(*row) for row in selected.rows("top_airlines", row_limit=str(limit))],
    )


def thinned(snapshots: Sequence[Snapshot], at_most: int) -> list[Snapshot]:
    """Return at most `at_most` snapshots, each the mean of a run of neighbours.

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
    """Return the bands, with empty ones where some are missing in between."""
    rows = {band.start: band.rows for band in bands}
    return [Band(start, rows.get(start, 0)) for start in range(min(rows), max(rows) + 1, BAND_WIDTH)] if rows else []
