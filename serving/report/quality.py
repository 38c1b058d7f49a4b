"""Quality: scores by dimension and rule, their trend, and the rejected rows, with examples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import altair as alt

from flightlake.commits.record import DayCounts
from flightlake.quality.rules import DIMENSIONS, RULES, Rule
from flightlake.quality.scores import RuleCount, Score, overall_score, scores
from serving.report.blocks import Figure, Finding, Name, Quote, Section, Table
from serving.report.drawing import Picture, above, drawn_twice, time_axis
from serving.report.formatting import clock, count, counted, percent, score
from serving.report.selected_days import SelectedDays

_DAYS_OF_A_TREND = 3
_LONGEST_QUOTE = 600
_SEVERITIES = {"reject": "rejects", "warn": "warns"}


@dataclass(frozen=True)
class RuleFacts:
    """A rule with its counts over the selected days."""

    rule: Rule
    score: Score


@dataclass(frozen=True)
class Example:
    """A rejected row: time, raw object, position in it, and its text as received (not to be trusted)."""

    at: datetime | None
    raw_key: str
    row_number: int
    raw_row: str


@dataclass(frozen=True)
class Reason:
    """Rejected rows of one rule.

    Attributes:
        meaning: of the rule; None for a rule of an older version.
        rows: their number.
        examples: the first of them.
    """

    name: str
    meaning: str | None
    rows: int
    examples: list[Example]


@dataclass(frozen=True)
class QualityFacts:
    """Quality of the selected days, by the formula of `flightlake.quality.scores` over their summed counts.

    Attributes:
        rules: the worst first; those that found nothing and those that had nothing to check come last.
        trend: the score of each published day.
    """

    overall: float | None
    dimensions: list[Score]
    rules: list[RuleFacts]
    reasons: list[Reason]
    trend: list[tuple[date, float]]


def quality_facts(selected: SelectedDays, published: SelectedDays, *, examples: int = 3) -> QualityFacts:
    """Return the quality of the selected days.

    Args:
        selected: the days that the report is about.
        published: every published day, for the trend.
        examples: number of rows that each reason shows.
    """
    found = scores({rule: RuleCount(checked, failed) for rule, checked, failed in selected.rows("rule_counts")})
    by_rule = {score.rule: score for score in found if score.rule is not None}
    trend = [row[:3] for row in published.rows("quality_trend")]
    return QualityFacts(
        overall=overall_score(found),
        dimensions=[score for name in DIMENSIONS for score in found if score.rule is None and score.dimension == name],
        rules=sorted((RuleFacts(rule, by_rule[rule.name]) for rule in RULES), key=_worst_first),
        reasons=_reasons(selected.rows("quarantine_examples", row_limit=str(examples))),
        trend=[(day, value) for day, dimension, value in trend if dimension == "overall" and value is not None],
    )


def quality_section(known: QualityFacts) -> Section:
    """Return the section about the scores by dimension and rule."""
    if known.overall is None:
        return Section("quality", "Quality", "Nothing could be checked")
    failing = [entry for entry in known.rules if entry.score.failed_count]
    clean = [entry for entry in known.rules if not entry.score.failed_count]
    heading = f"Quality score {score(known.overall)}"
    text = "Every rule was met by every row that it applies to."
    if failing:
        heading += f": {failing[0].rule.dimension} costs most"
        worst = failing[0]
        share = percent(worst.score.failed_count, worst.score.checked_count)
        text = f"{share} of the rows that `{worst.rule.name}` applies to break it, more than any other rule."
    text += " A rule's score is 100 x passed / checked, a dimension's the mean of its rules, the overall their mean."
    tables = [_dimension_table(known.dimensions)]
    if failing:
        tables.append(_rule_table("Rules that some rows break, the worst first", failing))
    trend = known.trend if len(known.trend) >= _DAYS_OF_A_TREND else []
    return Section(
        "quality",
        "Quality",
        heading,
        [text],
        figure=_trend_figure(trend) if trend else None,
        tables=tables,
        data=[_rule_table(f"{counted(len(clean), 'rule')} that no row breaks", clean)] if clean else [],
    )


def quarantine_section(reasons: Sequence[Reason], counts: DayCounts) -> Section:
    """Return the section about rejected rows, with examples as they were received.

    Args:
        reasons: rules that rejected rows.
        counts: sums over the selected days.
    """
    if not counts.quarantined:
        return Section("quarantine", "Quarantine", f"None of {count(counts.raw_rows)} rows was rejected")
    was = "was" if counts.quarantined == 1 else "were"
    heading = f"{count(counts.quarantined)} of {count(counts.raw_rows)} rows {was} rejected"
    text = "Rejected rows stay in `states_quarantine` with every reason and their text as received."
    return Section("quarantine", "Quarantine", heading, [text], findings=[_finding(reason) for reason in reasons])


def quality_trend(trend: Sequence[tuple[date, float]]) -> Picture:
    """Return a chart of the overall score from day to day."""
    rows = [{"day": day.isoformat(), "score": score} for day, score in trend]

    def draw(width_px: int) -> alt.TopLevelMixin:
        x = alt.X("day:T", title=None, scale=alt.Scale(type="utc"), axis=time_axis(width_px, is_long=True))
        y = alt.Y("score:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4))
        base = alt.Chart(alt.InlineData(values=rows), width=width_px, height=160).encode(x=x, y=y)
        line = base.mark_line(stroke="var(--accent)", strokeWidth=1.75)
        dots = base.mark_circle(color="var(--accent)", size=26, opacity=1)
        return alt.layer(line, dots, title=above("Overall quality score of each day"))

    return drawn_twice(draw, "trend")


def _dimension_table(dimensions: Sequence[Score]) -> Table:
    rows = [
        (
            (entry.dimension or "").capitalize(),
            score(entry.score),
            count(entry.checked_count),
            count(entry.failed_count),
        )
        for entry in dimensions
    ]
    return Table("Score by dimension", ("Dimension", "Score", "Checks", "Failed"), rows, frozenset({1, 2, 3}))


def _rule_table(caption: str, entries: Sequence[RuleFacts]) -> Table:
    rows = [
        (
            Name(entry.rule.name, entry.rule.meaning),
            score(entry.score.score),
            count(entry.score.failed_count),
            count(entry.score.checked_count),
            entry.rule.dimension,
            _SEVERITIES[entry.rule.severity],
        )
        for entry in entries
    ]
    headings = ("Rule", "Score", "Failed", "Checked", "Dimension", "Severity")
    return Table(caption, headings, rows, frozenset({1, 2, 3}))


def _trend_figure(trend: Sequence[tuple[date, float]]) -> Figure:
    low, high = min(value for _, value in trend), max(value for _, value in trend)
    words = f"Overall score of {counted(len(trend), 'day')}: between {score(low)} and {score(high)}."
    return Figure(quality_trend(trend), words, "The scale does not begin at 0.")


def _finding(reason: Reason) -> Finding:
    meaning = reason.meaning or "A rule of an older version of flightlake."
    return Finding(
        f"{reason.name}: {counted(reason.rows, 'row')}", meaning, [_quote(entry) for entry in reason.examples]
    )


def _quote(example: Example) -> Quote:
    text = example.raw_row
    if len(text) > _LONGEST_QUOTE:
        text = f"{text[:_LONGEST_QUOTE]} … ({count(len(text))} characters)"
    return Quote(text, f"{clock(example.at)} UTC, row {example.row_number} of {example.raw_key.rpartition('/')[2]}")


def _worst_first(entry: RuleFacts) -> tuple[float, str]:
    return (101.0 if entry.score.score is None else entry.score.score, entry.rule.name)


def _reasons(rows: Iterable[tuple[Any, ...]]) -> list[Reason]:
    meanings = {rule.name: rule.meaning for rule in RULES}
    return [
        Reason(name, meanings.get(name), row_count, [Example(*row[2:]) for row in examples])
        for (name, row_count), examples in groupby(rows, key=itemgetter(0, 1))
    ]
