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
    return [
        F.expr(f"sum({_bit_text(position)}) as bit_{position}")
        for position in range(len(rules) + len(_conditions(rules)))
    ]


def rule_counts(counted: Callable[[str], int | None], rules: _Rules = RULES) -> dict[str, RuleCount]:
    """Return the counts by rule name from the values of `count_columns`, which `counted` looks up by column name."""
    places = {condition: position for position, condition in enumerate(_conditions(rules), start=len(rules))}
    return {
        rule.name: RuleCount(counted(f"bit_{places[rule.applies]}") or 0, counted(f"bit_{position}") or 0)
        for position, rule in enumerate(rules)
    }


def _conditions(rules: _Rules) -> list[str]:
    return list(dict.fromkeys(rule.applies for rule in rules))


def _word(conditions: list[str]) -> Column:
    # A rule's predicate may be null where the rule does not apply: false and null is false. One text for all bits: each
    # part of a column is a call to the JVM.
    return F.expr(" | ".join(f"if({text}, {1 << place}L, 0L)" for place, text in enumerate(conditions)))


def _bit(position: int) -> Column:
    return F.expr(_bit_text(position))


def _bit_text(position: int) -> str:
    word, place = divmod(position, _BITS_A_WORD)
    return f"(shiftrightunsigned(verdicts_{word}, {place}) & 1L)"
