"""What is watched: every alarm of a stack, with its threshold taken from the stack's choices."""

import math

from flightlake.metrics import NAMESPACE
from infra.config.names import Names
from infra.config.settings import Settings
from infra.monitoring.alarm import Alarm

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
_GB = 1_000_000_000

CREDITS_LOW_SHARE = 0.1
"""Of the tier's budget."""

SLOW_SHARE = 0.8
"""Of the poller's timeout."""

_LATE_MARGIN_S = 3 * _HOUR_S
"""For the conversion itself, and for Flex to find capacity."""


def alarms(settings: Settings, names: Names, *, poller_timeout_s: int) -> list[Alarm]:
    """Return every alarm of a stack."""
    return [
        *_polling(settings, names),
        *_function(names, poller_timeout_s),
        *_jobs(settings, names),
        *_analysis(settings, names),
    ]


def _polling(settings: Settings, names: Names) -> list[Alarm]:
    ours = {"service": names.service}
    plan = settings.polling.plan
    # Four intervals without a response, but no less than a quarter of an hour.
    window_s = max(900, math.ceil(4 * plan.interval_s / 300) * 300)
    spent = plan.tier.window_s / plan.interval_s * plan.cost_credits
    # Half of what the plan itself leaves: a plan that spends its budget to the end is no alarm each evening.
    few = math.floor(min(plan.tier.budget_credits * CREDITS_LOW_SHARE, (plan.tier.budget_credits - spent) / 2))
    return [
        Alarm(
            "poll-failures",
            "Polls fail: three or more in a quarter of an hour.",
            NAMESPACE,
            "PollsFailed",
            ours,
            "Sum",
            "GreaterThanOrEqualToThreshold",
            3,
            period_s=900,
        ),
        Alarm(
            "no-fresh-snapshot",
            "Nothing new has landed for several intervals.",
            NAMESPACE,
            "PollsLanded",
            ours,
            "Sum",
            "LessThanThreshold",
            1,
            period_s=window_s,
            missing="breaching",  # no data means that nobody polls
        ),
        Alarm(
            "credits-nearly-gone",
            f"Fewer than {few} OpenSky credits are left in this {plan.tier.window_name}.",
            NAMESPACE,
            "CreditsLeft",
            ours,
            "Minimum",
            "LessThanThreshold",
            few,
            missing="ignore",  # until somebody counts again
        ),
        Alarm(
            "breaker-open",
            "The circuit breaker holds polls back: the source has failed repeatedly.",
            NAMESPACE,
            "BreakerOpen",
            ours,
            "Maximum",
            "GreaterThanOrEqualToThreshold",
            1,
            periods=2,
        ),
        Alarm(
            "events-not-sent",
            "Responses have landed whose event the bus did not take.",
            NAMESPACE,
            "EventsNotSent",
            ours,
            "Sum",
            "GreaterThanThreshold",
            0,
        ),
        Alarm(
            "row-count-anomaly",
            "Responses hold unusually many or few aircraft.",
            NAMESPACE,
            "RecordsProcessed",
            ours,
            "Average",
            "LessThanLowerOrGreaterThanUpperThreshold",
            None,
            period_s=_HOUR_S,
            periods=2,
            missing="ignore",
        ),
    ]


def _function(names: Names, timeout_s: int) -> list[Alarm]:
    function, queue = {"FunctionName": names.named("poller")}, {"QueueName": names.named("dead-letters")}
    return [
        Alarm(
            "poller-errors",
            "Invocations of the poller fail: it cannot start, or has a fault of its own.",
            "AWS/Lambda",
            "Errors",
            function,
            "Sum",
            "GreaterThanThreshold",
            0,
        ),
        Alarm(
            "poller-slow",
            f"Polls take nearly as long as they may ({timeout_s} s).",
            "AWS/Lambda",
            "Duration",
            function,
            "Maximum",
            "GreaterThanThreshold",
            SLOW_SHARE * timeout_s * 1000,
        ),
        Alarm(
            "dead-letters",
            "Ticks or invocations have ended in the dead-letter queue.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            queue,
            "Maximum",
            "GreaterThanThreshold",
            0,
        ),
    ]


def _jobs(settings: Settings, names: Names) -> list[Alarm]:
    ours = {"service": names.service}
    every_s = settings.jobs.convert_every_hours * _HOUR_S
    machine = {"StateMachineArn": names.arn("states", f"stateMachine:{names.named('backfill')}")}
    return [
        Alarm(
            "job-failed",
            "A run of a Glue job failed, or was stopped at its timeout.",
            "AWS/Events",
            "MatchedEvents",
            {"RuleName": names.named("job-failed")},
            "Sum",
            "GreaterThanThreshold",
            0,
        ),
        Alarm(
            "job-slow",
            "A run of a Glue job takes more than half of its timeout.",
            "AWS/Events",
            "MatchedEvents",
            {"RuleName": names.named("job-slow")},
            "Sum",
            "GreaterThanThreshold",
            0,
        ),
        Alarm(
            "backfill-failed",
            "A backfill ended with weeks that failed.",
            "AWS/States",
            "ExecutionsFailed",
            machine,
            "Sum",
            "GreaterThanThreshold",
            0,
        ),
        Alarm(
            "quality-low",
            f"A day scores below {settings.jobs.min_quality_percent:g} % and is not published.",
            NAMESPACE,
            "QualityScore",
            ours,
            "Minimum",
            "LessThanThreshold",
            settings.jobs.min_quality_percent,
            missing="ignore",  # until somebody counts again
        ),
        Alarm(
            "conservation-broken",
            "Rows would be lost: a day's counts do not add up, or raw responses are gone.",
            NAMESPACE,
            "ConservationBroken",
            ours,
            "Sum",
            "GreaterThanThreshold",
            0,
            missing="ignore",  # until somebody counts again
        ),
        Alarm(
            "verification-differs",
            "What readers see of a day differs from a recount of its raw responses.",
            NAMESPACE,
            "DaysDiffering",
            ours,
            "Sum",
            "GreaterThanThreshold",
            0,
            missing="ignore",  # until somebody counts again
        ),
        Alarm(
            "publish-late",
            "The newest published response is older than a conversion and a margin ago.",
            NAMESPACE,
            "NewestSnapshotAge",
            ours,
            "Minimum",
            "GreaterThanThreshold",
            every_s + _LATE_MARGIN_S,
            period_s=every_s,
            periods=2,
            missing="breaching",  # no data means that no conversion has run
        ),
    ]


def _analysis(settings: Settings, names: Names) -> list[Alarm]:
    asked = {"WorkGroup": names.named("analysis"), "QueryType": "DML", "QueryState": "SUCCEEDED"}
    limit_gb = settings.analytics.daily_scan_limit_gb
    return [
        Alarm(
            "scan-cost",
            f"The day's queries have read more than {limit_gb:g} GB.",
            "AWS/Athena",
            "ProcessedBytes",
            asked,
            "Sum",
            "GreaterThanThreshold",
            limit_gb * _GB,
            period_s=_DAY_S,
        ),
    ]
