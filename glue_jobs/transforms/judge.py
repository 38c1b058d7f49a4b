"""Judge decoded rows by the rules: per row one bit a rule, from which rejects, reasons and counts follow."""

from collections.abc import Callable, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.rules import RULES, Rule
from lake.scoring import RuleCount

_Rules = tuple[Rule, ...]


def with_verdicts(rows: DataFrame, rules: _Rules = RULES) -> DataFrame:
    """Return the rows with `checked_bits` and `failed_bits` (bigint): bit k tells of rule k."""
    checked = _bits([F.expr(rule.applies) for rule in rules])
    # Broken is looked at only where the rule applies; elsewhere it may be null.
    failed = _bits([F.when(F.expr(rule.applies), F.expr(rule.broken)).otherwise(F.lit(False)) for rule in rules])
    return rows.withColumns({"checked_bits": checked, "failed_bits": failed})


def is_rejected(rules: _Rules = RULES) -> Column:
    """Return whether a row with verdicts breaks a rejecting rule."""
    mask = sum(1 << bit for bit, rule in enumerate(rules) if rule.severity == "reject")
    return F.col("failed_bits").bitwiseAND(F.lit(mask)) != 0


def reasons(rules: _Rules = RULES) -> Column:
    """Return the names of the rejecting rules that a row with verdicts breaks, in the rules' order."""
    names = [
        F.when(_bit("failed_bits", bit) == 1, F.lit(rule.name))
        for bit, rule in enumerate(rules)
        if rule.severity == "reject"
    ]
    return F.array_compact(F.array(*names))


def count_columns(rules: _Rules = RULES) -> list[Column]:
    """Return aggregates that count checked and failed rows of each rule, for `rule_counts`."""
    return [
        F.sum(_bit(f"{kind}_bits", bit)).alias(f"{kind}_{rule.name}")
        for bit, rule in enumerate(rules)
        for kind in ("checked", "failed")
    ]


def rule_counts(counted: Callable[[str], int | None], rules: _Rules = RULES) -> dict[str, RuleCount]:
    """Return the counts by rule name from the values of `count_columns`, which `counted` looks up by column name."""
    return {
        rule.name: RuleCount(counted(f"checked_{rule.name}") or 0, counted(f"failed_{rule.name}") or 0)
        for rule in rules
    }


def _bits(flags: Sequence[Column]) -> Column:
    shifted = [F.shiftleft(flag.cast("bigint"), bit) for bit, flag in enumerate(flags)]
    return reduce(Column.bitwiseOR, shifted)


def _bit(column: str, position: int) -> Column:
    return F.shiftrightunsigned(column, position).bitwiseAND(F.lit(1))
