"""Table of every alarm of a stack."""

from infra.config.names import Names
from infra.config.settings import Settings
from infra.monitoring.alarm import Alarm, AlarmRule, Metric, aws_metric, own_metric
from infra.monitoring.thresholds import Thresholds

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S

_BACKFILL_FAILED = Metric(
    "AWS/States",
    "ExecutionsFailed",
    lambda names: {"StateMachineArn": names.arn("states", f"stateMachine:{names.named('backfill')}")},
)
_BYTES_SCANNED = Metric(
    "AWS/Athena",
    "ProcessedBytes",
    lambda names: {"WorkGroup": names.named("analysis"), "QueryType": "DML", "QueryState": "SUCCEEDED"},
)

ALARM_RULES = (
    AlarmRule(
        name="poll-failures",
        meaning="Polls fail: three or more in a quarter of an hour.",
        metric=own_metric("PollsFailed"),
        statistic="Sum",
        comparison="GreaterThanOrEqualToThreshold",
        threshold=3,
        period_s=900,
    ),
    AlarmRule(
        name="no-fresh-snapshot",
        meaning="Nothing new has landed for several intervals.",
        metric=own_metric("PollsLanded"),
        statistic="Sum",
        comparison="LessThanThreshold",
        threshold=1,
        period_s=lambda stack: stack.landing_window_s,
        missing="breaching",  # no data means that no poll has run
    ),
    AlarmRule(
        name="credits-nearly-gone",
        meaning="Fewer than {credits_left} OpenSky credits are left in this {credit_window}.",
        metric=own_metric("CreditsLeft"),
        statistic="Minimum",
        comparison="LessThanThreshold",
        threshold=lambda stack: stack.credits_left,
        missing="ignore",  # the last known state holds until a poll counts again
    ),
    AlarmRule(
        name="breaker-open",
        meaning="The circuit breaker holds polls back: the source has failed repeatedly.",
        metric=own_metric("BreakerOpen"),
        statistic="Maximum",
        comparison="GreaterThanOrEqualToThreshold",
        threshold=1,
        periods=2,
    ),
    AlarmRule(
        name="events-not-sent",
        meaning="Responses have landed whose event the bus did not take.",
        metric=own_metric("EventsNotSent"),
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=0,
    ),
    AlarmRule(
        name="row-count-anomaly",
        meaning="Responses hold unusually many or few aircraft.",
        metric=own_metric("RecordsProcessed"),
        statistic="Average",
        comparison="LessThanLowerOrGreaterThanUpperThreshold",
        threshold=None,
        period_s=_HOUR_S,
        periods=2,
        missing="ignore",
    ),
    AlarmRule(
        name="poller-errors",
        meaning="Invocations of the poller fail: it cannot start, or has a fault of its own.",
        metric=aws_metric("AWS/Lambda", "Errors", FunctionName="poller"),
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=0,
    ),
    AlarmRule(
        name="poller-slow",
        meaning="Polls take nearly as long as they may ({poller_timeout_s} s).",
        metric=aws_metric("AWS/Lambda", "Duration", FunctionName="poller"),
        statistic="Maximum",
        comparison="GreaterThanThreshold",
        threshold=lambda stack: stack.poller_slow_ms,
    ),
    AlarmRule(
        name="dead-letters",
        meaning="Triggers or invocations have ended in the dead-letter queue.",
        metric=aws_metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName="dead-letters"),
        statistic="Maximum",
        comparison="GreaterThanThreshold",
        threshold=0,
    ),
    AlarmRule(
        name="job-failed",
        meaning="A run of a Glue job failed, or was stopped at its timeout.",
        metric=aws_metric("AWS/Events", "MatchedEvents", RuleName="job-failed"),
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=0,
    ),
    AlarmRule(
        name="job-slow",
        meaning="A run of a Glue job takes more than half of its timeout.",
        metric=aws_metric("AWS/Events", "MatchedEvents", RuleName="job-slow"),
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=0,
    ),
    AlarmRule(
        name="backfill-failed",
        meaning="A backfill ended with weeks that failed.",
        metric=_BACKFILL_FAILED,
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=0,
    ),
    AlarmRule(
        name="quality-low",
        meaning="A day scores below {quality_percent:g} % and is not published.",
        metric=own_metric("QualityScore"),
        statistic="Minimum",
        comparison="LessThanThreshold",
        threshold=lambda stack: stack.quality_percent,
        missing="ignore",  # the last known state holds until a conversion runs again
    ),
    AlarmRule(
        name="conservation-broken",
        meaning="Rows would be lost: a day's counts do not add up, or raw responses are gone.",
        metric=own_metric("ConservationBroken"),
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=0,
        missing="ignore",  # the last known state holds until a conversion runs again
    ),
    AlarmRule(
        name="verification-differs",
        meaning="What readers see of a day differs from a recount of its raw responses.",
        metric=own_metric("DaysDiffering"),
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=0,
        missing="ignore",  # the last known state holds until a verification runs again
    ),
    AlarmRule(
        name="publish-late",
        meaning="The newest published response is older than a conversion and a margin ago.",
        metric=own_metric("NewestSnapshotAge"),
        statistic="Minimum",
        comparison="GreaterThanThreshold",
        threshold=lambda stack: stack.publish_age_s,
        period_s=lambda stack: stack.convert_period_s,
        periods=2,
        missing="breaching",  # no data means that no conversion has run
    ),
    AlarmRule(
        name="scan-cost",
        meaning="The day's queries have read more than {scan_gb:g} GB.",
        metric=_BYTES_SCANNED,
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=lambda stack: stack.scan_bytes,
        period_s=_DAY_S,
    ),
)
"""One entry for each alarm, in the order in which the operations dashboard shows them."""


def alarms(settings: Settings, names: Names, *, poller_timeout_s: int) -> list[Alarm]:
    """Return every alarm of a stack, with the thresholds that its settings give."""
    thresholds = Thresholds.of(settings, poller_timeout_s=poller_timeout_s)
    return [rule.alarm(thresholds, names) for rule in ALARM_RULES]
