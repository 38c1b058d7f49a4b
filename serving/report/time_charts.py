"""What goes along time: traffic, quality from day to day, and when the lake was looking."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import altair as alt

from serving.report.drawing import WIDE_PX, Picture, above, drawn_twice
from serving.report.traffic_queries import Snapshot, thinned

_MOST_POINTS = 480
_MOST_DOTS = 60
_SLOT_MINUTES = 10
_AIR, _GROUND = "in the air", "on the ground"


def traffic_over_time(snapshots: Sequence[Snapshot], threshold_s: float) -> Picture:
    """Return aircraft per response in the air and on the ground.

    Args:
        snapshots: at least one response.
        threshold_s: a longer time without a response breaks the lines.
    """
    shown = thinned(snapshots, _MOST_POINTS)
    span = shown[-1].at - shown[0].at
    step_s = span.total_seconds() / (len(shown) - 1) if len(shown) < len(snapshots) else 0.0
    rows = _with_breaks(shown, max(threshold_s, 2 * step_s))

    def draw(width_px: int) -> alt.TopLevelMixin:
        time_axis = _time_axis(width_px, is_long=span > timedelta(days=2))
        x = alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=time_axis)
        y = alt.Y("aircraft:Q", title=None, scale=alt.Scale(zero=True), axis=_counts(width_px))
        base = alt.Chart(alt.InlineData(values=rows), width=width_px, height=240)
        marks = [base.mark_line(strokeWidth=1.75).encode(x=x, y=y, color=_kinds())]
        if len(shown) <= _MOST_DOTS:
            marks.append(base.mark_circle(size=26, opacity=1).encode(x=x, y=y, color=_kinds()))
        marks += _line_names(shown[0], x, y)
        return alt.layer(*marks, title=above("Aircraft in a response, times in UTC"))

    return drawn_twice(draw, "time")


def quality_trend(trend: Sequence[tuple[date, float]]) -> Picture:
    """Return the overall score from day to day."""
    rows = [{"day": day.isoformat(), "score": score} for day, score in trend]

    def draw(width_px: int) -> alt.TopLevelMixin:
        x = alt.X("day:T", title=None, scale=alt.Scale(type="utc"), axis=_time_axis(width_px, is_long=True))
        y = alt.Y("score:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4))
        base = alt.Chart(alt.InlineData(values=rows), width=width_px, height=160).encode(x=x, y=y)
        line = base.mark_line(stroke="var(--accent)", strokeWidth=1.75)
        dots = base.mark_circle(color="var(--accent)", size=26, opacity=1)
        return alt.layer(line, dots, title=above("Overall quality score of each day"))

    return drawn_twice(draw, "trend")


def polling_calendar(instants: Sequence[datetime]) -> Picture:
    """Return the ten minutes of each day in which a response was received, one line a day."""
    slots = sorted({(at.date(), (at.hour * 60 + at.minute) // _SLOT_MINUTES) for at in instants})
    labels = list(dict.fromkeys(_day_label(day) for day, _ in slots))
    rows = [{"day": _day_label(day), "from": slot / 6, "to": (slot + 1) / 6} for day, slot in slots]

    def draw(width_px: int) -> alt.TopLevelMixin:
        hours = list(range(0, 25, 3 if width_px == WIDE_PX else 6))
        axis = alt.Axis(values=hours, labelExpr="format(datum.value, '02') + ':00'")
        x = alt.X("from:Q", title=None, scale=alt.Scale(domain=[0, 24], nice=False), axis=axis)
        y = alt.Y("day:N", title=None, sort=labels, scale=alt.Scale(domain=labels, paddingInner=0.25))
        height, title = 60 + 20 * len(labels), above("Responses by time of day, UTC")
        base = alt.Chart(alt.InlineData(values=rows), width=width_px, height=height, title=title)
        chart: alt.Chart = base.mark_rect(fill="var(--accent)").encode(x=x, x2=alt.X2("to:Q"), y=y)
        return chart

    return drawn_twice(draw, "polling")


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


def _time_axis(width_px: int, *, is_long: bool) -> alt.Axis:
    date, clock = "utcFormat(datum.value, '%-d %b')", "utcFormat(datum.value, '%H:%M')"
    label = date if is_long else f"utchours(datum.value) + utcminutes(datum.value) == 0 ? {date} : {clock}"
    ticks = 8 if width_px == WIDE_PX else 4
    return alt.Axis(
        labelExpr=label, tickCount=ticks, grid=False, labelFlush=True, labelOverlap=True, labelSeparation=12
    )


def _counts(width_px: int) -> alt.Axis:
    if width_px == WIDE_PX:
        return alt.Axis(tickCount=4, tickMinStep=1, format=",.0f")
    label = "datum.value < 1000 ? datum.value : format(datum.value / 1000, ',.1~f') + 'k'"
    return alt.Axis(tickCount=4, tickMinStep=1, labelExpr=label)


def _epoch_ms(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)


def _day_label(day: date) -> str:
    return f"{day.day} {day:%b}"
