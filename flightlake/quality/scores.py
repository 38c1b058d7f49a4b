"""Quality scores: 100 x passed / checked of a rule, mean of its rules for a dimension, mean of dimensions overall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from flightlake.quality.rules import DIMENSIONS, RULES, Rule


@dataclass(frozen=True)
class RuleCount:
    """Numbers of rows that a rule was applied to, and of those that broke it."""

    checked_count: int
    failed_count: int


@dataclass(frozen=True)
class Score:
    """One row of `quality_scores`: of a rule, a dimension (`rule` null) or overall (both null).

    Attributes:
        score: percent; None where nothing was checked, so that an empty sky is neither good nor bad.
    """

    dimension: str | None
    rule: str | None
    severity: str | None
    checked_count: int
    failed_count: int
    score: float | None


def scores(counts: Mapping[str, RuleCount], rules: tuple[Rule, ...] = RULES) -> list[Score]:
    """Return the scores of every rule, then of every dimension, then the overall one.

    Args:
        counts: by rule name; a rule without an entry was not checked.
        rules: the rules that were applied.
    """
    by_rule = [_rule_score(rule, counts.get(rule.name, RuleCount(0, 0))) for rule in rules]
    by_dimension = [_combined(dimension, [s for s in by_rule if s.dimension == dimension]) for dimension in DIMENSIONS]
    return [*by_rule, *by_dimension, _combined(None, by_dimension)]


def overall_score(all_scores: Iterable[Score]) -> float | None:
    """Return the overall score; None where nothing was checked."""
    return next(score.score for score in all_scores if score.dimension is None)


def _rule_score(rule: Rule, count: RuleCount) -> Score:
    passed = count.checked_count - count.failed_count
    score = 100 * passed / count.checked_count if count.checked_count else None
    return Score(rule.dimension, rule.name, rule.severity, count.checked_count, count.failed_count, score)


def _combined(dimension: str | None, parts: list[Score]) -> Score:
    known = [part.score for part in parts if part.score is not None]
    return Score(
        dimension,
        None,
        None,
        sum(part.checked_count for part in parts),
        sum(part.failed_count for part in parts),
        fmean(known) if known else None,
    )
