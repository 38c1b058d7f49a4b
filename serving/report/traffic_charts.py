"""Charts of the traffic: over time, by altitude, by speed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import altair as alt

from serving.report.drawing import WIDE_PX, Picture, above, drawn_twice, time_axis
from serving.report.traffic_queries import BAND_WIDTH, Band, Snapshot, thinned

_MOST_POINTS = 480
_MOST_DOTS = 60
_TICKS_EVERY = 100
_AIR, _GROUND = "in the air", "on the ground"


def traffic_over_time(snapshots: Sequence[Snapshot], threshold_s: float) -> Picture:
    """Return a chart of the aircraft in each response, in the air and on the ground.

    Args:
        snapshots: at least one response.
        threshold_s: a longer time without a response breaks the lines.
    """
    shown = thinned(snapshots, _MOST_POINTS)
    span = shown[-1].at - shown[0].at
    step_s = span.total_seconds() / (len(shown) - 1) if len(shown) < len(snapshots) else 0.0
    rows = _with_breaks(shown, max(threshold_s, 2 * step_s))

    def draw(width_px: int) -> alt.TopLevelMixin:
        times = time_axis(width_px, is_long=span > timedelta(days=2))
        x = alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=times)
        y = alt.Y("aircraft:Q", title=None, scale=alt.Scale(zero=True), axis=_counts(width_px))
        base = alt.Chart(alt.InlineData(values=rows), width=width_px, height=240)
        marks = [base.mark_line(strokeWidth=1.75).encode(x=x, y=y, color=_kinds())]
        if len(shown) <= _MOST_DOTS:
            marks.append(base.mark_circle(size=26, opacity=1).encode(x=x, y=y, color=_kinds()))
        marks += _line_names(shown[0], x, y)
        return alt.layer(*marks, title=above("Aircraft in a response, times in UTC"))

    return drawn_twice(draw, "time")


def altitude_profile(bands: Sequence[Band]) -> Picture:
    """Return a chart of the share of airborne rows in each band of flight levels, the highest on top."""
    title = above("% of airborne rows by flight level")

    def draw(width_px: int) -> alt.TopLevelMixin:
        x = alt.X("share:Q", title=None, axis=alt.Axis(tickCount=5, format=",.2~f"))
        y = alt.Y("start:Q", bin="binned", title=None, scale=_scale(bands), axis=_axis(bands))
        base = alt.Chart(alt.InlineData(values=_shares(bands)), width=width_px, height=320, title=title)
        bars = base.mark_bar(fill="var(--accent)", binSpacing=1, orient="horizontal")
        chart: alt.Chart = bars.encode(x=x, y=y, y2=alt.Y2("end:Q"))
        return chart

    return drawn_twice(draw, "altitude")


def speed_profile(bands: Sequence[Band]) -> Picture:
    """Return a chart of the share of airborne rows in each band of ground speed."""
    title = above("% of airborne rows by ground speed in knots")

    def draw(width_px: int) -> alt.TopLevelMixin:
        x = alt.X("start:Q", bin="binned", title=None, scale=_scale(bands), axis=_axis(bands))
        y = alt.Y("share:Q", title=None, axis=alt.Axis(tickCount=4, format=",.2~f"))
        base = alt.Chart(alt.InlineData(values=_shares(bands)), width=width_px, height=220, title=title)
        bars = base.mark_bar(fill="var(--accent)", binSpacing=1, orient="vertical")
        chart: alt.Chart = bars.encode(x=x, x2=alt.X2("end:Q"), y=y)
        return chart

    return drawn_twice(draw, "speed")


def _line_names(first: Snapshot, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    names = alt.Chart(alt.InlineData(values=_both(first)))
    place: dict[str, Any] = {"align": "left", "baseline": "bottom", "dy": -7, "fontSize": 13, "fontWeight": 600}
    halo = names.mark_text(stroke="var(--paper)", strokeWidth=5, **place)  # keeps the grid out of the letters
    return [text.encode(x=x, y=y, text="kind:N", color=_kinds()) for text in (halo, names.mark_text(**place))]


def _with_breaks(shown: Sequence[Snapshot], threshold_s: float) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    before = shown[0].at
    for snapshot in shown:
        if (snapshot.at - before).total_seconds() > threshold_s:
            middle = _epoch_ms(before + (snapshot.at - before) / 2)
            rows += [{"at": middle, "aircraft": None, "kind": kind} for kind in (_AIR, _GROUND)]
        rows += _both(snapshot)
        before = snapshot.at
    return rows


def _both(snapshot: Snapshot) -> list[dict[str, object]]:
    at = _epoch_ms(snapshot.at)
    return [
        {"at": at, "aircraft": snapshot.airborne, "kind": _AIR},
        {"at": at, "aircraft": snapshot.on_ground, "kind": _GROUND},
    ]


def _kinds() -> alt.Color:
    scale = alt.Scale(domain=[_AIR, _GROUND], range=["var(--accent)", "var(--quiet)"])
    return alt.Color("kind:N", scale=scale, legend=None)


def _counts(width_px: int) -> alt.Axis:
    if width_px == WIDE_PX:
        return alt.Axis(tickCount=4, tickMinStep=1, format=",.0f")
    label = "datum.value < 1000 ? datum.value : format(datum.value / 1000, ',.1~f') + 'k'"
    return alt.Axis(tickCount=4, tickMinStep=1, labelExpr=label)


def _epoch_ms(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)


def _top(bands: Sequence[Band]) -> int:
    return max(band.start for band in bands) + BAND_WIDTH


def _scale(bands: Sequence[Band]) -> alt.Scale:
    return alt.Scale(domain=[0, _top(bands)], nice=False)


def _axis(bands: Sequence[Band]) -> alt.Axis:
    return alt.Axis(values=list(range(0, _top(bands) + 1, _TICKS_EVERY)), grid=False)


def _shares(bands: Sequence[Band]) -> list[dict[str, float]]:
    total = sum(band.rows for band in bands)
    return [{"start": band.start, "end": band.start + BAND_WIDTH, "share": 100 * band.rows / total} for band in bands]
