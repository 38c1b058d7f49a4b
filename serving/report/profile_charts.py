"""The profiles: how the rows are spread over altitude and speed."""

from collections.abc import Sequence

import altair as alt

from serving.report.drawing import Picture, above, drawn_twice
from serving.report.traffic_queries import BAND_WIDTH, Band

_TICKS_EVERY = 100


def altitude_profile(bands: Sequence[Band]) -> Picture:
    """Return the share of airborne rows in each band of flight levels, the highest on top."""
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
    """Return the share of airborne rows in each band of ground speed."""
    title = above("% of airborne rows by ground speed in knots")

    def draw(width_px: int) -> alt.TopLevelMixin:
        x = alt.X("start:Q", bin="binned", title=None, scale=_scale(bands), axis=_axis(bands))
        y = alt.Y("share:Q", title=None, axis=alt.Axis(tickCount=4, format=",.2~f"))
        base = alt.Chart(alt.InlineData(values=_shares(bands)), width=width_px, height=220, title=title)
        bars = base.mark_bar(fill="var(--accent)", binSpacing=1, orient="vertical")
        chart: alt.Chart = bars.encode(x=x, x2=alt.X2("end:Q"), y=y)
        return chart

    return drawn_twice(draw, "speed")


def _top(bands: Sequence[Band]) -> int:
    return max(band.start for band in bands) + BAND_WIDTH


def _scale(bands: Sequence[Band]) -> alt.Scale:
    return alt.Scale(domain=[0, _top(bands)], nice=False)


def _axis(bands: Sequence[Band]) -> alt.Axis:
    return alt.Axis(values=list(range(0, _top(bands) + 1, _TICKS_EVERY)), grid=False)


def _shares(bands: Sequence[Band]) -> list[dict[str, float]]:
    total = sum(band.rows for band in bands)
    return [{"start": band.start, "end": band.start + BAND_WIDTH, "share": 100 * band.rows / total} for band in bands]
