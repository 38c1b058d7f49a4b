"""Backfill: a state machine that converts a range of days, a week at a time."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, sfn

from infra.components.jobs import Jobs
from infra.components.keys import Keys
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant, make_role, service_trust

DAYS_PER_RUN = 7
"""Days in one run of the job: starting Glue for each would cost more than converting it."""

MOST_DAYS = 366
_DAY_MS = 24 * 3600 * 1000

_BUSY = ["Glue.ConcurrentRunsExceededException", "Glue.ThrottlingException", "Glue.OperationTimeoutException"]


@dataclass(frozen=True)
class BackfillArgs:
    """What the machine starts and whom it tells."""

    settings: Settings
    names: Names
    keys: Keys
    jobs: Jobs
    report_topic_arn: str


class Backfill(pulumi.ComponentResource):
    """The state machine and its role.

    Attributes:
        arn: of the machine, known beforehand.
    """

    def __init__(self, name: str, args: BackfillArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Backfill", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = args.names
        self.arn = names.arn("states", f"stateMachine:{names.named('backfill')}")
        log_group = cloudwatch.LogGroup(
            "backfill",
            # Groups of this prefix need no policy of their own for deliveries. Source: AWS Step Functions developer
            # guide, "Using CloudWatch Logs".
            name=f"/aws/vendedlogs/states/{names.named('backfill')}",
            retention_in_days=args.settings.retention.log_days,
            kms_key_id=args.keys.operations,
            opts=child,
        )
        role = make_role(
            names,
            "backfill",
            trust=service_trust(names, "states"),
            grants=backfill_grants(args),
            opts=child,
        )
        sfn.StateMachine(
            "backfill",
            name=names.named("backfill"),
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
            opts=child,
        )
        self.register_outputs({})


def backfill_definition(job: str, topic_arn: str) -> dict[str, Any]:
    """Return the machine in Amazon States Language.

    Its input is `{"from": "YYYY-MM-DD", "to": "YYYY-MM-DD", "rebuild": true or false}`; both days are converted too,
    without `rebuild` only where something new was landed. The job runs once at a time, so the weeks follow each other.
    A week that fails does not stop the others; the report names it, and the execution fails.
    """
    return {
        "Comment": "converts a range of UTC days",
        "QueryLanguage": "JSONata",
        "StartAt": "Check",
        "States": {
            "Check": {
                "Type": "Choice",
                "Choices": [{"Condition": f"{{% {_IS_RANGE} %}}", "Next": "Weeks"}],
                "Default": "Refuse",
            },
            "Refuse": {
                "Type": "Fail",
                "Error": "WrongRange",
                "Cause": f'give {{"from": "YYYY-MM-DD", "to": "YYYY-MM-DD"}}: two days in order, {MOST_DAYS} at most',
            },
            "Weeks": {
                "Type": "Pass",
                "Assign": {"weeks": f"{{% {_WEEKS} %}}", "rebuild": "{% $string($states.input.rebuild = true) %}"},
                "Next": "Convert",
            },
            "Convert": {
                "Type": "Map",
                "Items": "{% $weeks %}",
                "MaxConcurrency": 1,
                "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **_one_week(job)},
                "Assign": {"results": "{% $states.result %}"},
                "Next": "Report",
            },
            "Report": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sns:publish",
                "Arguments": {
                    "TopicArn": topic_arn,
                    "Subject": "flightlake backfill",
                    "Message": "{% $string({'execution': $states.context.Execution.Name, 'weeks': $results}) %}",
                },
                "Next": "Judge",
            },
            "Judge": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $count($results[failed]) = 0 %}", "Next": "Done"}],
                "Default": "SomeFailed",
            },
            "Done": {"Type": "Succeed", "Output": "{% $results %}"},
            "SomeFailed": {
                "Type": "Fail",
                "Error": "DaysFailed",
                "Cause": "{% $string($results[failed]) %}",
            },
        },
    }


_DAY = "/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/"
_IS_RANGE = (
    f"$contains($string($states.input.from), {_DAY}) and $contains($string($states.input.to), {_DAY}) and "
    "$toMillis($states.input.from) <= $toMillis($states.input.to) and "
    f"$toMillis($states.input.to) - $toMillis($states.input.from) < {MOST_DAYS} * {_DAY_MS}"
)
_WEEKS = (
    f"($first := $toMillis($states.input.from); "
    f"$last := $floor(($toMillis($states.input.to) - $first) / {_DAY_MS}); "
    f"[[0..$floor($last / {DAYS_PER_RUN})].($week := $; "
    f"$join([[($week * {DAYS_PER_RUN})..$min([$last, $week * {DAYS_PER_RUN} + {DAYS_PER_RUN - 1}])]"
    f".$fromMillis($first + $ * {_DAY_MS}, '[Y0001]-[M01]-[D01]')], ','))])"
)


def _one_week(job: str) -> dict[str, Any]:
    return {
        "StartAt": "ConvertWeek",
        "States": {
            "ConvertWeek": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Arguments": {
                    "JobName": job,
                    "Arguments": {"--date": "{% $states.input %}", "--rebuild": "{% $rebuild %}"},
                },
                "Retry": [
                    {
                        "ErrorEquals": _BUSY,
                        "IntervalSeconds": 120,
                        "BackoffRate": 1.5,
                        "MaxDelaySeconds": 1800,
                        "MaxAttempts": 20,
                        "JitterStrategy": "FULL",
                    }
                ],
                "Catch": [
                    {
                        "ErrorEquals": ["States.ALL"],
                        "Output": {
                            "days": "{% $states.input %}",
                            "failed": True,
                            "error": "{% $states.errorOutput.Error %}",
                        },
                        "Next": "WeekFailed",
                    }
                ],
                "Output": {"days": "{% $states.input %}", "run": "{% $states.result.Id %}"},
                "End": True,
            },
            "WeekFailed": {"Type": "Succeed"},
        },
    }


def backfill_grants(args: BackfillArgs) -> list[Grant]:
    """Return what the machine does: run the conversion, watch it, report, log."""
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
