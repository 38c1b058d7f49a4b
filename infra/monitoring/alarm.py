"""CloudWatch alarms as values: one metric, one threshold, and the runbook that says what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flightlake.metrics import NAMESPACE
from infra.config.names import Names
from infra.monitoring.thresholds import Thresholds

Missing = Literal["breaching", "notBreaching", "ignore"]
Comparison = Literal[
    "GreaterThanThreshold",
    "GreaterThanOrEqualToThreshold",
    "LessThanThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
]
Statistic = Literal["Average", "Maximum", "Minimum", "Sum"]

RUNBOOKS = "docs/runbooks"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm of a stack on one metric.

    Attributes:
        name: also the file name of its runbook.
        meaning: what has happened, in one sentence.
        threshold: None for an anomaly, whose bounds CloudWatch learns.
        period_s: seconds over which the metric is aggregated.
        periods: consecutive periods that must breach the threshold.
        missing: how a period without data counts.
    """

    name: str
    meaning: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str] = field(hash=False)
    statistic: Statistic
    comparison: Comparison
    threshold: float | None
    period_s: int
    periods: int
    missing: Missing

    @property
    def runbook(self) -> str:
        """Path of the page that says what to do."""
        return f"{RUNBOOKS}/{self.name}.md"

    @property
    def description(self) -> str:
        """Text that CloudWatch sends with the alarm."""
        return f"{self.meaning} Runbook: {self.runbook}"


@dataclass(frozen=True)
class Metric:
    """A CloudWatch metric, with its dimensions in a given stack."""

    namespace: str
    name: str
    dimensions: Callable[[Names], Mapping[str, str]]


def own_metric(name: str) -> Metric:
    """Return a metric that the poller or the jobs send."""
    return Metric(NAMESPACE, name, lambda names: {"service": names.service})


def aws_metric(namespace: str, name: str, **dimensions: str) -> Metric:
    """Return a metric of an AWS service about one of the stack's resources.

    Args:
        namespace: of the service, such as `AWS/Lambda`.
        name: of the metric.
        dimensions: each with the resource's short name, such as `poller` for `flightlake-dev-poller`.
    """
    return Metric(namespace, name, lambda names: {key: names.named(what) for key, what in dimensions.items()})


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """One alarm of every stack, before a stack's settings are known.

    Attributes:
        meaning: what has happened, in one sentence; `{...}` names a field of `Thresholds`.
        threshold, period_s: a value, or a function of the stack's thresholds.
    """

    name: str
    meaning: str
    metric: Metric
    statistic: Statistic
    comparison: Comparison
    threshold: float | Callable[[Thresholds], float] | None
    period_s: int | Callable[[Thresholds], int] = 300
    periods: int = 1
    missing: Missing = "notBreaching"

    def alarm(self, thresholds: Thresholds, names: Names) -> Alarm:
        """Return the alarm of one stack."""
        return Alarm(
            name=self.name,
            meaning=self.meaning.format_map(vars(thresholds)),
            namespace=self.metric.namespace,
            metric=self.metric.name,
            dimensions=self.metric.dimensions(names),
            statistic=self.statistic,
            comparison=self.comparison,
            threshold=self.threshold(thresholds) if callable(self.threshold) else self.threshold,
            period_s=self.period_s(thresholds) if callable(self.period_s) else self.period_s,
            periods=self.periods,
            missing=self.missing,
        )
