"""The quality score: 100 x passed / checked for a rule, the mean of rules for a dimension, the mean of those in all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from flightlake.quality.rules import DIMENSIONS, RULES, Rule


@dataclass(frozen=True)
class RuleCount:
    """How many rows a rule was applied to, and how many of them broke it."""

    checked_count: int
    failed_count: int


@dataclass(frozen=True)
class Score:
    """One row of `quality_scores`: a rule, a dimension (`rule` null) or the whole (both null).

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
    """Return the scores of every rule, then of every dimension, then of the whole.

    Args:
        counts: by rule name; a rule without an entry was not checked.
        rules: the rules that were judged.
    """
    by_rule = [_rule_score(rule, counts.get(rule.name, RuleCount(0, 0))) for rule in rules]
    by_dimension = [_combined(dimension, [s for s in by_rule if s.dimension == dimension]) for dimension in DIMENSIONS]
    return [*by_rule, *by_dimension, _combined(None, by_dimension)]


def overall_score(all_scores: Iterable[Score]) -> float | None:
    """Return the score of the whole; None where nothing was checked."""
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
