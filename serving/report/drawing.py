"""Charts as static SVG that takes its colours from the page's custom properties.

Why static SVG and no Vega in the page: the page then holds no script at all, so that its content security policy can
forbid every script and every request, and text that came from outside stays inert even where escaping should fail. It
is a few hundred kilobytes instead of a megabyte and a half, opens at once on a phone, prints, and needs no rendering
for each theme, since `fill="var(--accent)"` changes with the theme. What is lost, the tooltip, is in the data table
under each picture, exactly and for everybody. A chart is drawn twice, for a phone and for a desktop, because text that
is scaled along with a picture is legible on one of them only.
"""

import re
from dataclasses import dataclass
from typing import Any, Protocol

import altair as alt
import vl_convert
from markupsafe import Markup

WIDE_PX, NARROW_PX = 760, 350
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

_ROOT = re.compile(r'<svg ([^>]*?)width="[^"]*" height="[^"]*" ')
_CLIP = re.compile(r"(?<=[\"#])(clip\d+)(?=[\")])")


class Draw(Protocol):
    """Builds a chart of a given width."""

    def __call__(self, width_px: int) -> alt.TopLevelMixin:
        """Return the chart."""
        ...


@dataclass(frozen=True)
class Picture:
    """A drawn chart: one SVG for every width, or one for desktops and one for phones."""

    wide: Markup
    narrow: Markup | None = None


def drawn_twice(draw: Draw, name: str) -> Picture:
    """Return the chart drawn for both widths; `name` keeps the ids of the page's drawings apart."""
    return Picture(_svg(draw(WIDE_PX), f"{name}-wide"), _svg(draw(NARROW_PX), f"{name}-narrow"))


def drawn_once(draw: Draw, name: str) -> Picture:
    """Return a chart without text, which may be scaled."""
    return Picture(_svg(draw(WIDE_PX), name))


def above(text: str) -> alt.TitleParams:
    """Return a title above a chart, which replaces titles along its axes."""
    return alt.TitleParams(
        text, anchor="start", frame="bounds", fontSize=12, fontWeight="normal", color="var(--quiet)", offset=14
    )


def time_axis(width_px: int, *, is_long: bool) -> alt.Axis:
    """Return an axis of UTC times: days where it is long, else hours with the day at midnight."""
    date, clock = "utcFormat(datum.value, '%-d %b')", "utcFormat(datum.value, '%H:%M')"
    label = date if is_long else f"utchours(datum.value) + utcminutes(datum.value) == 0 ? {date} : {clock}"
    ticks = 8 if width_px == WIDE_PX else 4
    return alt.Axis(
        labelExpr=label, tickCount=ticks, grid=False, labelFlush=True, labelOverlap=True, labelSeparation=12
    )


def specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """Return the chart as checked Vega-Lite, in the report's style."""
    axis = {
        "labelColor": "var(--quiet)",
        "titleColor": "var(--quiet)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": "var(--line)",
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    }
    config = {"font": FONT, "background": None, "view": {"stroke": None}, "axis": axis, "aria": False}
    # A chart with axes is fitted into its width; the padding keeps a label over the last tick inside the picture.
    fitting = {"autosize": {"type": "fit", "contains": "padding"}, "padding": 2}
    return fitting | chart.to_dict() | {"config": config}


def _svg(chart: alt.TopLevelMixin, name: str) -> Markup:
    version = re.sub(r"^v(\d+\.\d+).*", r"\1", alt.SCHEMA_VERSION)
    # No address is allowed: a drawing never asks the network for anything.
    text = str(vl_convert.vegalite_to_svg(specification(chart), vl_version=version, allowed_base_urls=[]))
    text = _CLIP.sub(rf"{name}-\1", text)
    # The drawing holds numbers and words of this program only, never text from the data.
    return Markup(_ROOT.sub(r"<svg \1", text, count=1))  # noqa: S704 - see the line above
