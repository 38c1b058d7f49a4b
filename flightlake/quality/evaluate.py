"""Evaluation of one response by the quality rules, in plain Python."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flightlake.opensky.decoder import Response, decode_row
from flightlake.quality.rule_compiler import BROKEN, compiled_rules
from flightlake.quality.rules import RULES, Rule
from flightlake.quality.scores import RuleCount, overall_score, scores


@dataclass(frozen=True)
class Rejection:
    """A row that must not be published: its position in the response and the rejecting rules that it breaks."""

    row_number: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """Rows of one response with the results of the quality rules.

    Attributes:
        rows: decoded values per row, in the order of `flightlake.opensky.decoder.DECODED_COLUMNS`.
        rejections: by row number.
        counts: checked and failed rows by rule name.
    """

    rows: list[tuple[Any, ...]]
    rejections: dict[int, Rejection]
    counts: dict[str, RuleCount]

    @property
    def row_count(self) -> int:
        """Rows in the response."""
        return len(self.rows)

    @property
    def valid_count(self) -> int:
        """Rows that break no rejecting rule."""
        return self.row_count - len(self.rejections)

    @property
    def quality_score(self) -> float | None:
        """Quality score of the response in percent; None where it has no rows."""
        return overall_score(scores(self.counts))


def evaluate(response: Response) -> Evaluation:
    """Decode every row of a response and apply the rules to it."""
    rows = [decode_row(row) for row in response.rows]
    results = compiled_rules()(rows, response.time_s)
    # Rows differ in few ways: everything else is done once for each distinct result.
    distinct = Counter(results)
    reasons = {result: found for result in distinct if (found := _reasons(result))}
    rejections = {
        number: Rejection(number, reasons[result]) for number, result in enumerate(results) if result in reasons
    }
    return Evaluation(rows, rejections, _counts(distinct))


def broken_rules(row: Any, time_s: int) -> tuple[Rule, ...]:
    """Return every rule that a row as received breaks, warnings too, in the rules' order; time in Unix seconds."""
    (result,) = compiled_rules()([decode_row(row)], time_s)
    return tuple(rule for number, rule in enumerate(RULES) if result >> 2 * number & BROKEN == BROKEN)


def _reasons(result: int) -> tuple[str, ...]:
    return tuple(
        rule.name
        for number, rule in enumerate(RULES)
        if rule.severity == "reject" and result >> 2 * number & BROKEN == BROKEN
    )


def _counts(distinct: Counter[int]) -> dict[str, RuleCount]:
    checked: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for result, row_count in distinct.items():
        for number in range(len(RULES)):
            bits = result >> 2 * number & BROKEN
            checked[number] += row_count * (bits != 0)
            failed[number] += row_count * (bits == BROKEN)
    return {rule.name: RuleCount(checked[number], failed[number]) for number, rule in enumerate(RULES)}
