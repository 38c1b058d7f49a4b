"""Judge decoded rows by the rules: a few words of bits per row, from which rejects, reasons and counts follow."""

from collections.abc import Callable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.rules import RULES, Rule
from lake.scoring import RuleCount

_Rules = tuple[Rule, ...]

_BITS_A_WORD = 63
"""Of a signed 64-bit integer."""

_HALF = 32
"""Two counts are one sum: of a bit, and of the bit so many places above it. A day has less than 2 billion rows."""


def with_verdicts(rows: DataFrame, rules: _Rules = RULES) -> DataFrame:
    """Return the rows with their verdicts in `verdicts_0`, ... (bigint), for the functions below.

    The first bits, one per rule, tell that the row broke it; then comes one per condition on which rules apply, many of
    which share one.
    """
    conditions = [*(f"({rule.applies}) and ({rule.broken})" for rule in rules), *_conditions(rules)]
    words = [conditions[start : start + _BITS_A_WORD] for start in range(0, len(conditions), _BITS_A_WORD)]
    return rows.withColumns({f"verdicts_{number}": _word(word) for number, word in enumerate(words)})


def is_rejected(rules: _Rules = RULES) -> Column:
    """Return whether a row with verdicts breaks a rejecting rule."""
    masks: dict[int, int] = {}
    for position, rule in enumerate(rules):
        if rule.severity == "reject":
            word, place = divmod(position, _BITS_A_WORD)
            masks[word] = masks.get(word, 0) | 1 << place
    broken = [F.col(f"verdicts_{word}").bitwiseAND(F.lit(mask)) != 0 for word, mask in masks.items()]
    return reduce(Column.__or__, broken)


def reasons(rules: _Rules = RULES) -> Column:
    """Return the names of the rejecting rules that a row with verdicts breaks, in the rules' order."""
    names = [
        F.when(_bit(position) == 1, F.lit(rule.name))
        for position, rule in enumerate(rules)
        if rule.severity == "reject"
    ]
    return F.array_compact(F.array(*names))


def count_columns(rules: _Rules = RULES) -> list[Column]:
    """Return aggregates of rows with verdicts, for `rule_counts`: how many broke a rule or fulfilled a condition."""
    sums = {name: text for name, text, _ in map(_pair, range(len(rules) + len(_conditions(rules))))}
    return [F.expr(f"{text} as {name}") for name, text in sums.items()]


def rule_counts(counted: Callable[[str], int | None], rules: _Rules = RULES) -> dict[str, RuleCount]:
    """Return the counts by rule name from the values of `count_columns`, which `counted` looks up by column name."""

    def count(position: int) -> int:
        name, _, shift = _pair(position)
        return (counted(name) or 0) >> shift & (1 << _HALF) - 1

    places = {condition: position for position, condition in enumerate(_conditions(rules), start=len(rules))}
    return {rule.name: RuleCount(count(places[rule.applies]), count(position)) for position, rule in enumerate(rules)}


def _pair(position: int) -> tuple[str, str, int]:
    """Return the sum in which a bit is counted, its name and its text, and how far the bit's count is shifted there."""
    word, place = divmod(position, _BITS_A_WORD)
    low = place % _HALF
    return f"sum_{word}_{low}", f"sum(shiftrightunsigned(verdicts_{word}, {low}) & {1 | 1 << _HALF}L)", place - low


def _conditions(rules: _Rules) -> list[str]:
    return list(dict.fromkeys(rule.applies for rule in rules))


def _word(conditions: list[str]) -> Column:
    # A rule's predicate may be null where the rule does not apply: false and null is false. One text for all bits: each
    # part of a column is a call to the JVM.
    return F.expr(" | ".join(f"if({text}, {1 << place}L, 0L)" for place, text in enumerate(conditions)))


def _bit(position: int) -> Column:
    word, place = divmod(position, _BITS_A_WORD)
    return F.expr(f"shiftrightunsigned(verdicts_{word}, {place}) & 1L")
