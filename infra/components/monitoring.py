"""Topics, alarms, three dashboards and the budget of a stack."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import budgets, cloudwatch, sns

from infra.components.keys import Keys
from infra.components.poller import TIMEOUT_S
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import TLS_ONLY
from infra.monitoring.alarm import Alarm
from infra.monitoring.alarms import alarms
from infra.monitoring.dashboards import dashboards

_PUBLISHERS = ("cloudwatch.amazonaws.com", "budgets.amazonaws.com")
_SPENT_PERCENT = (50, 80, 100)
_BAND_WIDTH = 3
"""Standard deviations beyond which a count is an anomaly."""


@dataclass(frozen=True)
class MonitoringArgs:
    """Inputs of the monitoring."""

    settings: Settings
    names: Names
    keys: Keys


class Monitoring(pulumi.ComponentResource):
    """Topics, alarms, dashboards and the budget of a stack.

    Attributes:
        alarms_topic_arn: of the topic for alarms, known before it exists.
    """

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # The type token keeps its first name: it is part of the URNs of deployed resources.
        super().__init__("flightlake:index:Watch", name, None, opts)
        self._settings, self._names, self._keys = args.settings, args.names, args.keys
        self._child = pulumi.ResourceOptions(parent=self)
        self.alarms_topic_arn = self._topic("alarms")
        self._reports_topic_arn = self._topic("reports")
        stack_alarms = alarms(args.settings, args.names, poller_timeout_s=TIMEOUT_S)
        for alarm in stack_alarms:
            self._alarm(alarm)
        self._job_events()
        arns = [self._names.arn("cloudwatch", f"alarm:{self._names.named(alarm.name)}") for alarm in stack_alarms]
        for page, body in dashboards(args.settings, args.names, arns).items():
            cloudwatch.Dashboard(
                page, dashboard_name=self._names.named(page), dashboard_body=json.dumps(body), opts=self._child
            )
        self._budget()
        self.register_outputs({})

    def _topic(self, what: str) -> str:
        arn = self._names.arn("sns", self._names.named(what))
        topic = sns.Topic(what, name=self._names.named(what), kms_master_key_id=self._keys.operations, opts=self._child)
        sns.TopicPolicy(what, arn=topic.arn, policy=json.dumps(topic_policy(self._names, arn)), opts=self._child)
        if self._settings.alarm_email is not None:
            sns.TopicSubscription(
                what, topic=topic.arn, protocol="email", endpoint=self._settings.alarm_email, opts=self._child
            )
        return arn

    def _alarm(self, alarm: Alarm) -> None:
        common: dict[str, Any] = {
            "name": self._names.named(alarm.name),
            "alarm_description": alarm.description,
            "alarm_actions": [self.alarms_topic_arn],
            "ok_actions": [self.alarms_topic_arn],
            "comparison_operator": alarm.comparison,
            "evaluation_periods": alarm.periods,
            "treat_missing_data": alarm.missing,
            "opts": self._child,
        }
        metric: dict[str, Any] = {
            "namespace": alarm.namespace,
            "metric_name": alarm.metric,
            "dimensions": dict(alarm.dimensions),
            "period": alarm.period_s,
        }
        if alarm.threshold is not None:
            cloudwatch.MetricAlarm(alarm.name, threshold=alarm.threshold, statistic=alarm.statistic, **metric, **common)
            return
        band: Any = {"id": "band", "expression": f"ANOMALY_DETECTION_BAND(count, {_BAND_WIDTH})", "return_data": True}
        count: Any = {"id": "count", "return_data": True, "metric": {**metric, "stat": alarm.statistic}}
        cloudwatch.MetricAlarm(alarm.name, threshold_metric_id="band", metric_queries=[count, band], **common)

    def _job_events(self) -> None:
        jobs = [self._names.named(job) for job in ("convert", "verify", "vacuum")]
        failed = {"jobName": jobs, "state": ["FAILED", "TIMEOUT", "ERROR"]}
        for what, event, detail in (
            ("job-failed", "Glue Job State Change", failed),
            ("job-slow", "Glue Job Run Status", {"jobName": jobs}),
        ):
            pattern = {"source": ["aws.glue"], "detail-type": [event], "detail": detail}
            rule = cloudwatch.EventRule(
                what, name=self._names.named(what), event_pattern=json.dumps(pattern), opts=self._child
            )
            # The alarm says that there was one; the event itself says which run, and why.
            cloudwatch.EventTarget(what, rule=rule.name, arn=self._reports_topic_arn, opts=self._child)

    def _budget(self) -> None:
        notification: Any = {
            "comparison_operator": "GREATER_THAN",
            "threshold_type": "PERCENTAGE",
            "subscriber_sns_topic_arns": [self.alarms_topic_arn],
        }
        notifications: list[Any] = [
            *({**notification, "notification_type": "ACTUAL", "threshold": share} for share in _SPENT_PERCENT),
            {**notification, "notification_type": "FORECASTED", "threshold": 100},
        ]
        budgets.Budget(
            "monthly",
            name=self._names.named("monthly"),
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{self._settings.monthly_budget_usd:g}",
            limit_unit="USD",
            cost_filters=[{"name": "TagKeyValue", "values": [f"user:Stack${self._names.stack}"]}],
            notifications=notifications,
            opts=self._child,
        )


def topic_policy(names: Names, arn: str) -> dict[str, Any]:
    """Return the policy of a topic: alarms, budgets and events of this account may publish, by TLS alone."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Watchers",
                "Effect": "Allow",
                "Principal": {"Service": list(_PUBLISHERS)},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": names.account}},
            },
            {
                # EventBridge takes no condition in a topic's policy. Source: its user guide, "Amazon SNS permissions".
                "Sid": "Events",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
            },
            {
                "Sid": "RefusePlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": TLS_ONLY,
            },
        ],
    }
