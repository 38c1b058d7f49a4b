"""Sections about traffic: over time, by altitude, by speed, by country and airline."""

from collections.abc import Sequence

from serving.report.blocks import Figure, Section, Table, bars
from serving.report.formatting import clock, count, counted, percent
from serving.report.traffic_charts import altitude_profile, speed_profile, traffic_over_time
from serving.report.traffic_queries import BAND_WIDTH, Band, Share, Snapshot, TrafficFacts, thinned

_CRUISE_FROM_LEVEL = 280
_MOST_ROWS = 96


def time_section(snapshots: Sequence[Snapshot], threshold_s: float) -> Section:
    """Return the section about the traffic over time.

    Args:
        snapshots: every response of the series over time.
        threshold_s: a longer time without a response breaks the lines of the chart.
    """
    heading = _when_most(snapshots)
    if not snapshots:
        return Section("time", "When", heading)
    if len(snapshots) == 1:
        only = snapshots[0]
        parts = f"{count(only.airborne)} in the air, {count(only.on_ground)} on the ground, at {clock(only.at)} UTC."
        return Section("time", "When", heading, [parts])
    grounded = sum(snapshot.on_ground for snapshot in snapshots)
    rows = grounded + sum(snapshot.airborne for snapshot in snapshots)
    fullest = f"The fullest response came on {clock(_fullest(snapshots).at)} UTC."
    text = f"{fullest} {percent(grounded, rows)} of all rows are of aircraft on the ground."
    figure = Figure(
        traffic_over_time(snapshots, threshold_s),
        f"Aircraft in each response, in the air and on the ground, {clock(snapshots[0].at)} to "
        f"{clock(snapshots[-1].at)} UTC. {heading}.",
        "Lines break where no response was received.",
    )
    return Section("time", "When", heading, [text], figure=figure, data=[_snapshot_table(snapshots)])


def altitude_section(bands: Sequence[Band], median: float | None) -> Section:
    """Return the section about altitudes: bands of flight levels and the median flight level."""
    if not bands or median is None:
        return Section("altitude", "How high", "No aircraft in the air told its altitude")
    total, cruise = sum(b.rows for b in bands), sum(b.rows for b in bands if b.start >= _CRUISE_FROM_LEVEL)
    heading = f"{percent(cruise, total)} of the airborne rows are at flight level {_CRUISE_FROM_LEVEL} or above"
    fullest = max(bands, key=lambda band: band.rows)
    text = (
        f"The median is flight level {median:.0f}; the fullest band is {_band_words(fullest)} with "
        f"{percent(fullest.rows, total)}. A flight level is a hundred feet of barometric altitude."
    )
    figure = Figure(
        altitude_profile(bands),
        f"Share of airborne rows by flight level. {heading}. {text}",
        "Bands of twenty flight levels.",
    )
    table = Table("Rows by flight level", ("Flight level", "Rows", "Share"), _band_rows(bands, 500), frozenset({1, 2}))
    return Section("altitude", "How high", heading, [text], figure=figure, data=[table])


def speed_section(bands: Sequence[Band], median: float | None) -> Section:
    """Return the section about ground speeds: bands of knots and the median in knots."""
    if not bands or median is None:
        return Section("speed", "How fast", "No aircraft in the air told its speed")
    total, fullest = sum(b.rows for b in bands), max(bands, key=lambda band: band.rows)
    heading = f"Half of the airborne rows are faster than {median:.0f} knots"
    text = f"The fullest band is {_band_words(fullest)} kt over ground with {percent(fullest.rows, total)}."
    figure = Figure(
        speed_profile(bands), f"Share of airborne rows by ground speed. {heading}. {text}", "Bands of twenty knots."
    )
    table = Table("Rows by ground speed", ("Knots", "Rows", "Share"), _band_rows(bands, 600), frozenset({1, 2}))
    return Section("speed", "How fast", heading, [text], figure=figure, data=[table])


def registration_section(traffic: TrafficFacts) -> Section:
    """Return the section about countries of registration and airlines."""
    countries, prefixes, totals = traffic.countries, traffic.prefixes, traffic.totals
    if not countries:
        return Section("who", "Whose", "No aircraft is attributed to a country")
    first = countries[0]
    heading = f"{first.name} leads with {percent(first.aircraft, totals.aircraft)} of the aircraft"
    text = (
        f"{counted(totals.countries, 'country', 'countries')} by address block (`origin_country`); airlines by the "
        "three letters of their ICAO designator at the start of a callsign."
    )
    tables = [_share_table("Countries with most aircraft", "Country", countries)]
    if prefixes:
        tables.append(_share_table("Airlines with most aircraft", "Designator", prefixes))
    return Section("who", "Whose", heading, [text], tables=tables)


def _when_most(snapshots: Sequence[Snapshot]) -> str:
    if not snapshots:
        return "No response left a row"
    totals = [round(snapshot.airborne + snapshot.on_ground) for snapshot in snapshots]
    if len(totals) == 1:
        return f"One response with {count(totals[0])} aircraft"
    most, fewest = max(totals), min(totals)
    if most == fewest:
        return f"{count(most)} aircraft in every response"
    return f"Between {count(fewest)} and {count(most)} aircraft at once"


def _fullest(snapshots: Sequence[Snapshot]) -> Snapshot:
    return max(snapshots, key=lambda snapshot: snapshot.airborne + snapshot.on_ground)


def _snapshot_table(snapshots: Sequence[Snapshot]) -> Table:
    shown = thinned(snapshots, _MOST_ROWS)
    caption, heading = "Aircraft in each response", "Response (UTC)"
    if len(shown) < len(snapshots):
        caption, heading = "Mean aircraft in a response, from each time on", "From (UTC)"
    rows = [(clock(row.at), count(row.airborne), count(row.on_ground)) for row in shown]
    return Table(caption, (heading, "In the air", "On the ground"), rows, frozenset({1, 2}))


def _band_rows(bands: Sequence[Band], open_from: int) -> list[tuple[str, str, str]]:
    total = sum(band.rows for band in bands)
    return [
        (
            f"{band.start} or more" if band.start == open_from else f"{band.start} to {band.start + BAND_WIDTH}",
            count(band.rows),
            percent(band.rows, total),
        )
        for band in bands
    ]


def _band_words(band: Band) -> str:
    return f"{band.start} to {band.start + BAND_WIDTH}"


def _share_table(caption: str, heading: str, shares: Sequence[Share]) -> Table:
    drawn = bars([share.aircraft for share in shares], [count(share.aircraft) for share in shares])
    rows = [(share.name, bar, count(share.rows)) for share, bar in zip(shares, drawn, strict=True)]
    return Table(caption, (heading, "Aircraft", "Rows"), rows, frozenset({2}))
