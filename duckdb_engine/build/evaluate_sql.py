"""SQL that applies the quality rules to decoded rows, and the counts by rule that follow."""

from collections.abc import Mapping, Sequence

from flightlake.quality.rules import RULES, Rule
from flightlake.quality.scores import RuleCount

MACRO = "create or replace macro regexp_like(text, pattern) as regexp_matches(text, pattern)"
"""The rules' one function that DuckDB names differently."""


def rejected_sql(rules: Sequence[Rule] = RULES) -> str:
    """Return SQL that is true where a row breaks a rejecting rule."""
    return " or ".join(_broken(rule) for rule in rules if rule.severity == "reject")


def reasons_sql(rules: Sequence[Rule] = RULES) -> str:
    """Return SQL for the names of the rejecting rules that a row breaks, in the rules' order."""
    names = ", ".join(
        f"case when {_broken(rule)} then '{rule.name}' end" for rule in rules if rule.severity == "reject"
    )
    return f"list_filter([{names}], lambda reason: reason is not null)"


def count_columns(rules: Sequence[Rule] = RULES) -> tuple[str, str]:
    """Return two lists of aggregates: over all rows, and over the rejected ones, as `rule_counts` reads them.

    Only rejected rows break rejecting rules, so these are counted among the few.
    """
    every = [_count(condition) for condition in _conditions(rules)]
    every += [_count(_broken(rule)) for rule in rules if rule.severity == "warn"]
    rejected = [_count(_broken(rule)) for rule in rules if rule.severity == "reject"]
    return ", ".join(every), ", ".join(rejected)


def rule_counts(every: Sequence[int], rejected: Sequence[int], rules: Sequence[Rule] = RULES) -> dict[str, RuleCount]:
    """Return the counts by rule name from the sums of `count_columns`."""
    conditions = _conditions(rules)
    checked = dict(zip(conditions, every, strict=False))
    warned, failed = iter(every[len(conditions) :]), iter(rejected)
    return {
        rule.name: RuleCount(checked[rule.applies], next(warned if rule.severity == "warn" else failed))
        for rule in rules
    }


def added(counts: Mapping[str, RuleCount], more: Mapping[str, RuleCount]) -> dict[str, RuleCount]:
    """Return the sums of two counts by rule."""
    return {
        name: RuleCount(
            count.checked_count + counts[name].checked_count, count.failed_count + counts[name].failed_count
        )
        if name in counts
        else count
        for name, count in more.items()
    }


def _count(condition: str) -> str:
    return f"count(*) filter ({condition})"


def _broken(rule: Rule) -> str:
    return f"(({rule.applies}) and ({rule.broken}))"


def _conditions(rules: Sequence[Rule]) -> list[str]:
    return list(dict.fromkeys(rule.applies for rule in rules))
