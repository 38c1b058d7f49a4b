"""Polling: its rhythm, gaps between responses, and the reasons that the poll ledger gives for them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import altair as alt

from duckdb_engine.engine import Engine
from flightlake.lake import Lake
from flightlake.layout import RAW_POLLS_PREFIX
from flightlake.schema.tables.polls import POLLS
from serving.report.blocks import Cell, Figure, Section, Table
from serving.report.drawing import WIDE_PX, Picture, above, drawn_twice
from serving.report.formatting import ABSENT, clock, count, counted, duration
from serving.report.traffic_queries import Snapshot

_GAP_FACTOR = 3
_SHORTEST_GAP_S = 300.0
_MOST_GAPS = 10
_SLOT_MINUTES = 10


@dataclass(frozen=True)
class Gap:
    """Span of time without a response.

    Attributes:
        missed: number of polls within it that brought no response; None without a ledger.
        reason: outcomes and first reason by the ledger (text from outside: not to be trusted).
    """

    began_at: datetime
    ended_at: datetime
    missed: int | None = None
    reason: str | None = None

    @property
    def length(self) -> timedelta:
        """Length of the span."""
        return self.ended_at - self.began_at


@dataclass(frozen=True)
class PollingFacts:
    """Rhythm of the responses, and the gaps in it.

    Attributes:
        interval_s: median from one response to the next; None with fewer than two.
        threshold_s: a longer span counts as a gap.
        gaps: between responses, the longest first.
        outcomes: number of polls of the selected days by outcome; None where no ledger is published for them.
        ledger_gaps: gaps between responses by the ledger, with their reasons.
        has_unpublished_records: polls left records, but none of the selected days is published.
    """

    interval_s: float | None
    threshold_s: float
    gaps: list[Gap]
    outcomes: dict[str, int] | None
    ledger_gaps: list[Gap]
    credits_spent: int = 0
    has_unpublished_records: bool = False


def polling_facts(lake: Lake, engine: Engine, days: Iterable[date], snapshots: Sequence[Snapshot]) -> PollingFacts:
    """Return the polling of the selected days.

    Args:
        lake: the lake, for records of polls that no conversion has published.
        engine: the lake's tables.
        days: the selected days, for the ledger.
        snapshots: every response of the series over time.
    """
    interval_s, threshold_s, gaps = response_gaps([snapshot.at for snapshot in snapshots])
    with_ledger = sorted(set(days) & set(engine.partitions(POLLS)))
    if not with_ledger:
        has_records = any(True for _ in lake.store.list(RAW_POLLS_PREFIX))
        return PollingFacts(interval_s, threshold_s, gaps, None, [], has_unpublished_records=has_records)
    outcomes: Counter[str] = Counter()
    spent, ledger_gaps = 0, []
    for day in with_ledger:
        parameters = {"flight_date": day.isoformat()}
        for row in _dicts(engine, "poll_outcomes", parameters):
            outcomes[str(row["outcome"])] += int(row["poll_count"])
            spent += int(row["credits_spent"])
        ledger_gaps += [_ledger_gap(row) for row in _dicts(engine, "coverage_gaps", parameters)]
    ledger_gaps.sort(key=lambda gap: gap.length, reverse=True)
    return PollingFacts(interval_s, threshold_s, gaps, dict(outcomes.most_common()), ledger_gaps, spent)


def response_gaps(instants: Sequence[datetime]) -> tuple[float | None, float, list[Gap]]:
    """Return the median interval, the shortest span that counts as a gap (seconds both), and the gaps.

    A gap is longer than three times the median interval and longer than five minutes.
    """
    spans = list(pairwise(instants))
    if not spans:
        return None, _SHORTEST_GAP_S, []
    interval_s = median((later - earlier).total_seconds() for earlier, later in spans)
    threshold_s = max(_GAP_FACTOR * interval_s, _SHORTEST_GAP_S)
    gaps = [Gap(*span) for span in spans if (span[1] - span[0]).total_seconds() > threshold_s]
    return interval_s, threshold_s, sorted(gaps, key=lambda gap: gap.length, reverse=True)


def polling_section(known: PollingFacts, snapshots: Sequence[Snapshot]) -> Section:
    """Return the section about the rhythm of responses and its gaps, by the responses and by the ledger."""
    instants = [snapshot.at for snapshot in snapshots]
    tables = [_gap_table("Gaps between responses", known.gaps)] if known.gaps else []
    if known.outcomes is not None:
        outcomes = [(outcome, count(number)) for outcome, number in known.outcomes.items()]
        tables.append(Table("Polls of the ledger, by outcome", ("Outcome", "Polls"), outcomes, frozenset({1})))
    if known.ledger_gaps:
        tables.append(_gap_table("Gaps by the ledger", known.ledger_gaps))
    return Section(
        "polling",
        "Gaps in polling",
        _rhythm(known),
        [_gap_rule(known), _ledger_words(known)],
        figure=_calendar(instants) if instants else None,
        tables=tables,
    )


def _calendar(instants: Sequence[datetime]) -> Figure:
    days = len({at.date() for at in instants})
    alternative = (
        f"Ten-minute spans with a response, one line a day: {counted(len(instants), 'response')} on "
        f"{counted(days, 'day')}, from {clock(instants[0])} to {clock(instants[-1])} UTC."
    )
    return Figure(polling_calendar(instants), alternative, "Each mark is ten minutes with at least one response.")


def _rhythm(known: PollingFacts) -> str:
    if known.interval_s is None:
        return "A single response shows no rhythm"
    rhythm = f"A response every {duration(known.interval_s)}"
    if not known.gaps:
        return f"{rhythm}, without a gap"
    return f"{rhythm}; {counted(len(known.gaps), 'gap')}, the longest {duration(known.gaps[0].length)}"


def _gap_rule(known: PollingFacts) -> str:
    return (
        "The interval is the median between two responses. "
        f"Longer than {duration(known.threshold_s)} counts as a gap: three times the median, at least five minutes."
    )


def _ledger_words(known: PollingFacts) -> str:
    if known.outcomes is not None:
        polls = sum(known.outcomes.values())
        return f"The ledger holds {counted(polls, 'poll')} of these days, for {counted(known.credits_spent, 'credit')}."
    if known.has_unpublished_records:
        return "The ledger of polls has records of other days, or such as the next `flightlake convert` will publish."
    return "There is no ledger of polls in this lake: its responses were landed from files."


def _gap_table(caption: str, gaps: Sequence[Gap]) -> Table:
    cut = f" (the longest {_MOST_GAPS} of {count(len(gaps))})" if len(gaps) > _MOST_GAPS else ""
    has_ledger = any(gap.missed is not None for gap in gaps)
    headings = ("From (UTC)", "To (UTC)", "Length", *(("Polls missed", "Why") if has_ledger else ()))
    rows: list[tuple[Cell, ...]] = [
        (
            clock(gap.began_at),
            clock(gap.ended_at),
            duration(gap.length),
            *((count(gap.missed), gap.reason or ABSENT) if has_ledger else ()),
        )
        for gap in gaps[:_MOST_GAPS]
    ]
    return Table(caption + cut, headings, rows, frozenset({2, 3}))


def polling_calendar(instants: Sequence[datetime]) -> Picture:
    """Return a chart with one line for each day and a mark for each ten minutes with a response."""
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


def _ledger_gap(row: dict[str, Any]) -> Gap:
    parts = [str(row[name]) for name in ("missed_outcomes", "first_reason") if row[name]]
    return Gap(row["gap_began_at"], row["gap_ended_at"], int(row["missed_count"]), ": ".join(parts) or None)


def _dicts(engine: Engine, query: str, parameters: dict[str, str]) -> list[dict[str, Any]]:
    result = engine.query(query, parameters)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def _day_label(day: date) -> str:
    return f"{day.day} {day:%b}"
