"""Quality of the chosen days: scores by dimension and rule, and what was rejected, with examples."""

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from flightlake.quality.rules import DIMENSIONS, RULES, Rule
from flightlake.quality.scores import RuleCount, Score, overall_score, scores

_COUNTS = """
select rule, sum(checked_count)::bigint, sum(failed_count)::bigint
from quality_scores
where rule is not null and snapshot_date in (select day from chosen)
group by rule
"""

_TREND = """
select snapshot_date, score
from quality_scores
where dimension is null and rule is null and score is not null
order by snapshot_date
"""

_REASONS = """
with broken as (
    select unnest(reasons) as reason, snapshot_at, raw_key, row_number, raw_row
    from states_quarantine
    where snapshot_date in (select day from chosen)
)
select reason, count(*), list(struct_pack(at := snapshot_at, key := raw_key, number := row_number, raw := raw_row)
    order by snapshot_at, row_number)[:$examples]
from broken
group by reason
order by count(*) desc, reason
"""


@dataclass(frozen=True)
class RuleFacts:
    """A rule with its counts over the chosen days."""

    rule: Rule
    score: Score


@dataclass(frozen=True)
class Example:
    """A rejected row as it was received (not to be trusted): when, where it lies, its text."""

    at: datetime | None
    raw_key: str
    row_number: int
    raw_row: str


@dataclass(frozen=True)
class Reason:
    """Why rows were rejected: a rule's name, its meaning (None for a rule of an older version), rows, examples."""

    name: str
    meaning: str | None
    rows: int
    examples: list[Example]


@dataclass(frozen=True)
class QualityFacts:
    """Quality of the chosen days, by the formula of `flightlake.quality.scores` over their summed counts.

    Attributes:
        rules: the worst first; those that found nothing and those that had nothing to check come last.
        trend: the score of each published day.
    """

    overall: float | None
    dimensions: list[Score]
    rules: list[RuleFacts]
    reasons: list[Reason]
    trend: list[tuple[date, float]]


def quality_facts(connection: duckdb.DuckDBPyConnection, *, examples: int = 3) -> QualityFacts:
    """Return the quality of the days in the table `chosen`.

    Args:
        connection: the lake's tables.
        examples: how many rows each reason shows.
    """
    counts = {name: RuleCount(checked, failed) for name, checked, failed in connection.execute(_COUNTS).fetchall()}
    found = scores(counts)
    by_rule = {score.rule: score for score in found if score.rule is not None}
    rules = [RuleFacts(rule, by_rule[rule.name]) for rule in RULES]
    return QualityFacts(
        overall=overall_score(found),
        dimensions=[score for name in DIMENSIONS for score in found if score.rule is None and score.dimension == name],
        rules=sorted(rules, key=_worst_first),
        reasons=[_reason(*row) for row in connection.execute(_REASONS, {"examples": examples}).fetchall()],
        trend=list(connection.execute(_TREND).fetchall()),
    )


def _worst_first(entry: RuleFacts) -> tuple[float, str]:
    return (101.0 if entry.score.score is None else entry.score.score, entry.rule.name)


def _reason(name: str, rows: int, examples: list[dict[str, object]]) -> Reason:
    meanings = {rule.name: rule.meaning for rule in RULES}
    shown = [
        Example(
            at=at if isinstance(at := entry["at"], datetime) else None,
            raw_key=str(entry["key"] or ""),
            row_number=int(str(entry["number"] or 0)),
            raw_row=str(entry["raw"] or ""),
        )
        for entry in examples
    ]
    return Reason(name, meanings.get(name), rows, shown)
