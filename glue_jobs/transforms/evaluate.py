"""Evaluation of decoded rows by the quality rules: a few words of bits per row give rejects, reasons and counts."""

from collections.abc import Callable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from flightlake.quality.rules import RULES, Rule
from flightlake.quality.scores import RuleCount

_Rules = tuple[Rule, ...]

_BITS_A_HALF = 8
"""Bits in each of a word's two halves of 32 places: one sum counts two bits, up to 2 billion rows a day, and the code
that Spark generates for a word is small enough for a JVM to compile."""


def with_rule_results(rows: DataFrame, rules: _Rules = RULES) -> DataFrame:
    """Return the rows with rule results in `rule_results_0`, ... (bigint), for the functions below.

    The first bits, one per rule, say that the row broke it; then comes one bit per condition on which rules apply, many
    of which share one.
    """
    conditions = [*(f"({rule.applies}) and ({rule.broken})" for rule in rules), *_conditions(rules)]
    words: dict[int, list[str]] = {}
    for position, condition in enumerate(conditions):
        word, place = _word_and_place(position)
        # A rule's predicate may be null where the rule does not apply: false and null is false.
        words.setdefault(word, []).append(f"if({condition}, {1 << place}L, 0L)")
    # Texts, not columns: each part of a column is a call to the JVM.
    return rows.selectExpr("*", *(f"{' | '.join(bits)} as rule_results_{word}" for word, bits in words.items()))


def is_rejected(rules: _Rules = RULES) -> Column:
    """Return whether a row with rule results breaks a rejecting rule."""
    masks: dict[int, int] = {}
    for position, rule in enumerate(rules):
        if rule.severity == "reject":
            word, place = _word_and_place(position)
            masks[word] = masks.get(word, 0) | 1 << place
    broken = [F.col(f"rule_results_{word}").bitwiseAND(F.lit(mask)) != 0 for word, mask in masks.items()]
    return reduce(Column.__or__, broken)


def reasons(rules: _Rules = RULES) -> Column:
    """Return the names of the rejecting rules that a row with rule results breaks, in the rules' order."""
    names = [
        F.when(_bit(position) == 1, F.lit(rule.name))
        for position, rule in enumerate(rules)
        if rule.severity == "reject"
    ]
    return F.array_compact(F.array(*names))


def count_columns(rules: _Rules = RULES) -> list[Column]:
    """Return aggregates of rows with rule results, for `rule_counts`: rows that broke a rule or met a condition."""
    sums = {name: text for name, text, _ in map(_pair, range(len(rules) + len(_conditions(rules))))}
    return [F.expr(f"{text} as {name}") for name, text in sums.items()]


def rule_counts(counted: Callable[[str], int | None], rules: _Rules = RULES) -> dict[str, RuleCount]:
    """Return the counts by rule name from the values of `count_columns`.

    Args:
        counted: looks a value up by column name.
        rules: the rules that were applied.
    """

    def count(position: int) -> int:
        name, _, shift = _pair(position)
        return (counted(name) or 0) >> shift & 0xFFFF_FFFF

    places = {condition: position for position, condition in enumerate(_conditions(rules), start=len(rules))}
    return {rule.name: RuleCount(count(places[rule.applies]), count(position)) for position, rule in enumerate(rules)}


def _pair(position: int) -> tuple[str, str, int]:
    """Return name and SQL text of the sum in which a bit is counted, and by how many places its count is shifted."""
    word, place = _word_and_place(position)
    low = place % 32
    return f"sum_{word}_{low}", f"sum(shiftrightunsigned(rule_results_{word}, {low}) & {1 | 1 << 32}L)", place - low


def _word_and_place(position: int) -> tuple[int, int]:
    half, place = divmod(position, _BITS_A_HALF)
    return half // 2, place + half % 2 * 32


def _conditions(rules: _Rules) -> list[str]:
    return list(dict.fromkeys(rule.applies for rule in rules))


def _bit(position: int) -> Column:
    word, place = _word_and_place(position)
    return F.expr(f"shiftrightunsigned(rule_results_{word}, {place}) & 1L")
