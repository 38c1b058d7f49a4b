"""Quality rule: name, dimension, severity and SQL predicates."""

from dataclasses import dataclass
from typing import Literal

Dimension = Literal["completeness", "accuracy", "consistency", "timeliness", "validity"]
Severity = Literal["reject", "warn"]

DIMENSIONS: tuple[Dimension, ...] = ("completeness", "accuracy", "consistency", "timeliness", "validity")

FIELDS_UNKNOWN = "fields_unknown"
"""Name of the rule that signals drift: broken where the source sends more fields than the contract knows."""


@dataclass(frozen=True)
class Rule:
    """One quality rule.

    Attributes:
        severity: `reject` sends the row to quarantine, `warn` only counts it.
        broken: SQL that is true where the row breaks the rule; evaluated only where `applies` is true.
        applies: SQL that is true where the rule can be evaluated.
        meaning: what a broken row looks like, with the source of every limit.
    """

    name: str
    dimension: Dimension
    severity: Severity
    broken: str
    meaning: str
    applies: str = "is_readable"
