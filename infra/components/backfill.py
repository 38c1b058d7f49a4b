"""State machine that converts a range of days, a week at a time."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, iam, sfn

from infra.components.backfill_definition import backfill_definition
from infra.components.jobs import Jobs
from infra.components.keys import Keys
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant, make_role, service_trust


@dataclass(frozen=True)
class BackfillArgs:
    """Inputs of the backfill: the jobs that it starts and the topic for its report."""

    settings: Settings
    names: Names
    keys: Keys
    jobs: Jobs
    report_topic_arn: str


class Backfill(pulumi.ComponentResource):
    """The state machine and its role.

    Attributes:
        arn: of the state machine, known before it exists.
    """

    def __init__(self, name: str, args: BackfillArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Backfill", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        names = args.names
        self.arn = names.arn("states", f"stateMachine:{names.named('backfill')}")
        log_group = self._log_group()
        role = make_role(
            names, "backfill", trust=service_trust(names, "states"), grants=backfill_grants(args), opts=self._child
        )
        self._state_machine(role, log_group)
        self.register_outputs({})

    def _log_group(self) -> cloudwatch.LogGroup:
        args = self._args
        return cloudwatch.LogGroup(
            "backfill",
            # Groups of this prefix need no policy of their own for deliveries. Source: AWS Step Functions developer
            # guide, "Using CloudWatch Logs".
            name=f"/aws/vendedlogs/states/{args.names.named('backfill')}",
            retention_in_days=args.settings.retention.log_days,
            kms_key_id=args.keys.operations,
            opts=self._child,
        )

    def _state_machine(self, role: iam.Role, log_group: cloudwatch.LogGroup) -> None:
        args = self._args
        sfn.StateMachine(
            "backfill",
            name=args.names.named("backfill"),
            type="STANDARD",
            role_arn=role.arn,
            definition=json.dumps(backfill_definition(args.jobs.convert, args.report_topic_arn)),
            encryption_configuration={
                "type": "CUSTOMER_MANAGED_KMS_KEY",
                "kms_key_id": args.keys.operations,
                "kms_data_key_reuse_period_seconds": 300,
            },
            logging_configuration={
                "level": "ERROR",
                "include_execution_data": True,
                "log_destination": log_group.arn.apply(lambda arn: f"{arn}:*"),
            },
            tracing_configuration={"enabled": True},
            opts=self._child,
        )


def backfill_grants(args: BackfillArgs) -> list[Grant]:
    """Return the permissions of the state machine: run and observe the conversion, report, log."""
    by_states = "Step Functions does it by itself; no code of ours asks"
    runs = ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun")
    deliveries = (
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    )
    traces = ("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets")
    job = args.names.arn("glue", f"job/{args.jobs.convert}")
    return [
        Grant("RunConversion", runs, [job], reason=by_states),
        Grant("Report", ("sns:Publish",), [args.report_topic_arn], reason=by_states),
        Grant("UseKey", ("kms:Decrypt", "kms:GenerateDataKey"), [args.keys.operations], reason=by_states),
        Grant("DeliverLogs", deliveries, ["*"], reason=f"{by_states}; deliveries have no resources to name"),
        Grant("SendTraces", traces, ["*"], reason=f"{by_states}; X-Ray has no resources to name"),
    ]
