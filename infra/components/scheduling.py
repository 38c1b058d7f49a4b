"""Schedules that trigger the poller at every interval, and queues for delayed and undeliverable triggers.

Deployed names say "tick" for a trigger ("ticks", "Ticking", "SendTicks", "TakeTicks"). They stay: another name would
replace the queues, the schedules and the statements of every deployed stack.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import lambda_, scheduler, sqs

from infra.components.keys import Keys
from infra.config.names import Names
from infra.config.schedule import Schedule
from infra.config.settings import Settings
from infra.iam import TLS_ONLY, Grant, make_role, service_trust

_SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""Replaced by EventBridge Scheduler. Source: its user guide, "Context attributes"."""

_TRIGGER = {"scheduled_at": _SCHEDULED_TIME}

_SEND_MESSAGE = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
_KEPT_S = 14 * 24 * 3600
"""Days that dead letters wait for a person: the most that SQS allows."""

_RECEIVES = 5
"""A trigger that met the poller at work comes back; one that comes too late for its interval is recorded as missed."""


@dataclass(frozen=True)
class SchedulingArgs:
    """Inputs of the schedules.

    Attributes:
        function: the poller, which they invoke.
    """

    settings: Settings
    names: Names
    keys: Keys
    function: lambda_.Function


class Queues(pulumi.ComponentResource):
    """The queue of delayed triggers, and the queue of triggers that could not be delivered.

    Attributes:
        triggers, dead_letters: the queues.
        triggers_arn, dead_letters_arn: their ARNs, known before they exist.
    """

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        keys: Keys,
        visibility_timeout_s: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("flightlake:index:Queues", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.triggers_arn = names.arn("sqs", names.named("ticks"))
        self.dead_letters_arn = names.arn("sqs", names.named("dead-letters"))
        self.dead_letters = sqs.Queue(
            "dead-letters",
            name=names.named("dead-letters"),
            kms_master_key_id=keys.operations,
            message_retention_seconds=_KEPT_S,
            opts=child,
        )
        self.triggers = sqs.Queue(
            "ticks",
            name=names.named("ticks"),
            kms_master_key_id=keys.operations,
            visibility_timeout_seconds=visibility_timeout_s,
            message_retention_seconds=3600,
            redrive_policy=json.dumps({"deadLetterTargetArn": self.dead_letters_arn, "maxReceiveCount": _RECEIVES}),
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[self.dead_letters])),
        )
        sqs.RedriveAllowPolicy(
            "dead-letters",
            queue_url=self.dead_letters.url,
            redrive_allow_policy=json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [self.triggers_arn]}),
            opts=child,
        )
        self._refuse_plain_http("ticks", self.triggers, self.triggers_arn)
        self._refuse_plain_http("dead-letters", self.dead_letters, self.dead_letters_arn)
        self.register_outputs({})

    def _refuse_plain_http(self, what: str, queue: sqs.Queue, arn: str) -> None:
        opts = pulumi.ResourceOptions(parent=self)
        sqs.QueuePolicy(what, queue_url=queue.url, policy=json.dumps(_tls_only(arn)), opts=opts)


class Scheduling(pulumi.ComponentResource):
    """One schedule that invokes the poller, and one for each delay that sends it a delayed message."""

    def __init__(
        self, name: str, args: SchedulingArgs, queues: Queues, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flightlake:index:Ticking", name, None, opts)
        self._args, self._names, self._queues = args, args.names, queues
        self._child = pulumi.ResourceOptions(parent=self)
        schedule = Schedule.for_interval(args.settings.polling.plan.interval_s)
        self._group = scheduler.ScheduleGroup("ticks", name=self._names.named("ticks"), opts=self._child)
        self._role = make_role(
            self._names,
            "scheduler",
            trust=service_trust(self._names, "scheduler"),
            grants=scheduler_grants(self._names, args.keys),
            opts=self._child,
        )
        self._invoke_poller(schedule.expression)
        for delay_s in schedule.delays_s:
            self._send_later(schedule.expression, delay_s)
        self._deliver_messages()
        self.register_outputs({})

    def _invoke_poller(self, expression: str) -> None:
        function_arn = self._names.arn("lambda", f"function:{self._names.named('poller')}")
        self._schedule("poll", expression, {"arn": function_arn, "input": json.dumps(_TRIGGER)})

    def _send_later(self, expression: str, delay_s: int) -> None:
        message = {
            "QueueUrl": self._queues.triggers.url,
            "MessageBody": json.dumps({**_TRIGGER, "delay_s": delay_s}),
            "DelaySeconds": delay_s,
        }
        target = {"arn": _SEND_MESSAGE, "input": pulumi.Output.json_dumps(message)}
        self._schedule(f"poll-{delay_s}s-later", expression, target)

    def _deliver_messages(self) -> None:
        waits = pulumi.ResourceOptions(depends_on=[self._queues.triggers])
        lambda_.EventSourceMapping(
            "ticks",
            event_source_arn=self._queues.triggers_arn,
            function_name=self._args.function.name,
            batch_size=1,
            # Two at once is the least that SQS allows; the function's reserved concurrency makes it one.
            scaling_config={"maximum_concurrency": 2},
            opts=pulumi.ResourceOptions.merge(self._child, waits),
        )

    def _schedule(self, what: str, expression: str, target: dict[str, Any]) -> None:
        whole: Any = {
            **target,
            "role_arn": self._role.arn,
            # A trigger that comes late would spend the credits of a later poll.
            "retry_policy": {"maximum_retry_attempts": 0, "maximum_event_age_in_seconds": 60},
            "dead_letter_config": {"arn": self._queues.dead_letters_arn},
        }
        scheduler.Schedule(
            what,
            name=self._names.named(what),
            group_name=self._group.name,
            schedule_expression=expression,
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "OFF"},
            kms_key_arn=self._args.keys.operations,
            target=whole,
            # Known by name, they would not be waited for, and the first triggers would reach no function.
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(depends_on=[self._args.function, self._queues.dead_letters])
            ),
        )


def scheduler_grants(names: Names, keys: Keys) -> list[Grant]:
    """Return the permissions of the schedules: invoke the poller, send delayed triggers, keep those that failed."""
    by_scheduler = "EventBridge Scheduler does it by itself; no code of ours asks"
    function = names.arn("lambda", f"function:{names.named('poller')}")
    queues = [names.arn("sqs", names.named(queue)) for queue in ("ticks", "dead-letters")]
    return [
        Grant("WakePoller", ("lambda:InvokeFunction",), [function], reason=by_scheduler),
        Grant("SendTicks", ("sqs:SendMessage",), queues, reason=by_scheduler),
        Grant("UseKeys", ("kms:Decrypt", "kms:GenerateDataKey"), [keys.operations], reason=by_scheduler),
    ]


def consumer_grants(names: Names) -> list[Grant]:
    """Return the permissions that let Lambda deliver queued triggers to the poller and keep those that failed."""
    by_lambda = "Lambda polls the queue and delivers failures by itself; no code of ours asks"
    receive: Sequence[str] = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    return [
        Grant("TakeTicks", receive, [names.arn("sqs", names.named("ticks"))], reason=by_lambda),
        Grant("KeepFailures", ("sqs:SendMessage",), [names.arn("sqs", names.named("dead-letters"))], reason=by_lambda),
    ]


def _tls_only(arn: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RefusePlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": arn,
                "Condition": TLS_ONLY,
            }
        ],
    }
