"""What an alarm is: one metric, one threshold, and a page that says what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Missing = Literal["breaching", "notBreaching", "ignore"]
Comparison = Literal[
    "GreaterThanThreshold",
    "GreaterThanOrEqualToThreshold",
    "LessThanThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
]

RUNBOOKS = "docs/runbooks"


@dataclass(frozen=True)
class Alarm:
    """One alarm on one metric.

    Attributes:
        name: also the file name of its runbook.
        meaning: what it says, in words.
        threshold: None for an anomaly, whose bounds CloudWatch learns.
        period_s: over which the metric is summed up.
        periods: how many of them in a row.
        missing: what no data means.
    """

    name: str
    meaning: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str] = field(hash=False)
    statistic: str
    comparison: Comparison
    threshold: float | None
    period_s: int = 300
    periods: int = 1
    missing: Missing = "notBreaching"

    @property
    def runbook(self) -> str:
        """Where it stands what to do."""
        return f"{RUNBOOKS}/{self.name}.md"

    @property
    def description(self) -> str:
        """What a person reads who is woken by it."""
        return f"{self.meaning} Runbook: {self.runbook}"
