"""The sections about quality: scores by dimension and rule, and the rows that were rejected."""

from collections.abc import Sequence

from flightlake.quality.scores import Score
from serving.report.blocks import Figure, Finding, Name, Quote, Section, Table
from serving.report.formatting import clock, count, counted, percent, score
from serving.report.lake_queries import total_counts
from serving.report.quality_queries import Example, Reason, RuleFacts
from serving.report.queries import Facts
from serving.report.time_charts import quality_trend

_DAYS_OF_A_TREND = 3
_LONGEST_QUOTE = 600
_SEVERITIES = {"reject": "rejects", "warn": "warns"}


def quality(facts: Facts) -> Section:
    """Return the scores by dimension and rule."""
    known = facts.quality
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
        figure=_trend_figure(facts) if trend else None,
        tables=tables,
        data=[_rule_table(f"{counted(len(clean), 'rule')} that no row breaks", clean)] if clean else [],
    )


def quarantine(facts: Facts) -> Section:
    """Return why rows were rejected, with examples as they were received."""
    counts, reasons = total_counts(facts.chosen_days), facts.quality.reasons
    if not counts.quarantined:
        return Section("quarantine", "Quarantine", f"None of {count(counts.raw_rows)} rows was rejected")
    was = "was" if counts.quarantined == 1 else "were"
    heading = f"{count(counts.quarantined)} of {count(counts.raw_rows)} rows {was} rejected"
    text = "Rejected rows stay in `states_quarantine` with every reason and their text as received."
    return Section("quarantine", "Quarantine", heading, [text], findings=[_finding(reason) for reason in reasons])


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


def _trend_figure(facts: Facts) -> Figure:
    trend = facts.quality.trend
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
