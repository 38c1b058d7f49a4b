"""Judge one response in plain Python, by the rules that the Spark job judges by."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flightlake.opensky.decoder import Response, decode_row
from flightlake.quality.rule_compiler import BROKEN, verdict_function
from flightlake.quality.rules import RULES, Rule
from flightlake.quality.scores import RuleCount, overall_score, scores


@dataclass(frozen=True)
class Rejection:
    """A row that must not be published: its position in the response and the rejecting rules that it breaks."""

    row_number: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """What the rules say of one response.

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
        """The score of this response in percent; None for an empty sky."""
        return overall_score(scores(self.counts))


def evaluate(response: Response) -> Evaluation:
    """Return every row of a response decoded and judged."""
    rows = [decode_row(row) for row in response.rows]
    verdicts = verdict_function()(rows, response.time_s)
    # Rows differ in few ways: everything else is done once for each distinct verdict.
    distinct = Counter(verdicts)
    reasons = {verdict: found for verdict in distinct if (found := _reasons(verdict))}
    rejections = {
        number: Rejection(number, reasons[verdict]) for number, verdict in enumerate(verdicts) if verdict in reasons
    }
    return Evaluation(rows, rejections, _counts(distinct))


def broken_rules(row: Any, time_s: int) -> tuple[Rule, ...]:
    """Return every rule that a row as received breaks, warnings too, in the rules' order; time in Unix seconds."""
    (verdict,) = verdict_function()([decode_row(row)], time_s)
    return tuple(rule for number, rule in enumerate(RULES) if verdict >> 2 * number & BROKEN == BROKEN)


def _reasons(verdict: int) -> tuple[str, ...]:
    return tuple(
        rule.name
        for number, rule in enumerate(RULES)
        if rule.severity == "reject" and verdict >> 2 * number & BROKEN == BROKEN
    )


def _counts(distinct: Counter[int]) -> dict[str, RuleCount]:
    checked: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for verdict, row_count in distinct.items():
        for number in range(len(RULES)):
            bits = verdict >> 2 * number & BROKEN
            checked[number] += row_count * (bits != 0)
            failed[number] += row_count * (bits == BROKEN)
    return {rule.name: RuleCount(checked[number], failed[number]) for number, rule in enumerate(RULES)}
