"""Judge decoded rows by the rules: per row two bits a rule, from which rejects, reasons and counts follow."""

from collections.abc import Callable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.rules import RULES, Rule
from lake.scoring import RuleCount

_Rules = tuple[Rule, ...]

_RULES_A_WORD = 31
"""Two bits a rule in a signed 64-bit integer."""

_KEPT, _BROKEN = 1, 3
"""The low bit tells that the rule applied, the high one that the row broke it; both are 0 where it does not apply."""


def with_verdicts(rows: DataFrame, rules: _Rules = RULES) -> DataFrame:
    """Return the rows with two bits a rule in `verdicts_0`, `verdicts_1`, ... (bigint), for the functions below."""
    words = [rules[start : start + _RULES_A_WORD] for start in range(0, len(rules), _RULES_A_WORD)]
    return rows.withColumns({f"verdicts_{number}": _word(word) for number, word in enumerate(words)})


def is_rejected(rules: _Rules = RULES) -> Column:
    """Return whether a row with verdicts breaks a rejecting rule."""
    masks = [0] * (1 + (len(rules) - 1) // _RULES_A_WORD)
    for position, rule in enumerate(rules):
        if rule.severity == "reject":
            masks[position // _RULES_A_WORD] |= 2 << 2 * (position % _RULES_A_WORD)
    broken = [F.col(f"verdicts_{number}").bitwiseAND(F.lit(mask)) != 0 for number, mask in enumerate(masks)]
    return reduce(Column.__or__, broken)


def reasons(rules: _Rules = RULES) -> Column:
    """Return the names of the rejecting rules that a row with verdicts breaks, in the rules' order."""
    names = [
        F.when(_bit(position, 1) == 1, F.lit(rule.name))
        for position, rule in enumerate(rules)
        if rule.severity == "reject"
    ]
    return F.array_compact(F.array(*names))


def count_columns(rules: _Rules = RULES) -> list[Column]:
    """Return aggregates that count checked and failed rows of each rule, for `rule_counts`."""
    return [
        F.sum(_bit(position, bit)).alias(f"{kind}_{rule.name}")
        for position, rule in enumerate(rules)
        for bit, kind in enumerate(("checked", "failed"))
    ]


def rule_counts(counted: Callable[[str], int | None], rules: _Rules = RULES) -> dict[str, RuleCount]:
    """Return the counts by rule name from the values of `count_columns`, which `counted` looks up by column name."""
    return {
        rule.name: RuleCount(counted(f"checked_{rule.name}") or 0, counted(f"failed_{rule.name}") or 0)
        for rule in rules
    }


def _word(rules: _Rules) -> Column:
    return reduce(Column.bitwiseOR, [_verdict(rule, 2 * position) for position, rule in enumerate(rules)])


def _verdict(rule: Rule, shift: int) -> Column:
    # Broken is looked at only where the rule applies; elsewhere it may be null.
    broken = F.when(F.expr(rule.broken), F.lit(_BROKEN << shift)).otherwise(F.lit(_KEPT << shift))
    return F.when(F.expr(rule.applies), broken).otherwise(F.lit(0)).cast("bigint")


def _bit(position: int, bit: int) -> Column:
    word, place = divmod(position, _RULES_A_WORD)
    return F.shiftrightunsigned(f"verdicts_{word}", 2 * place + bit).bitwiseAND(F.lit(1))
