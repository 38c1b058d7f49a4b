import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from infra.config.settings import STACKS
from infra.plan.recorder import Recording
from ingestion.redrive.dead_letters import PLACEHOLDER, DeadLetter

SCHEDULE = "aws:scheduler/schedule:Schedule"


def schedules(recording: Recording) -> dict[str, dict[str, object]]:
    return {found.name: found.inputs for found in recording.of_type(SCHEDULE)}


def test_thirty_seconds_are_a_schedule_and_a_delayed_message(recordings: Mapping[str, Recording]) -> None:
    found = schedules(recordings["dev"])
    assert found.keys() == {"poll", "poll-30s-later"}
    assert {inputs["scheduleExpression"] for inputs in found.values()} == {"cron(0/1 * * * ? *)"}
    direct, delayed = found["poll"]["target"], found["poll-30s-later"]["target"]
    assert direct["arn"] == "arn:aws:lambda:us-east-1:111122223333:function:flightlake-dev-poller"
    assert json.loads(direct["input"]) == {"scheduled_at": "<aws.scheduler.scheduled-time>"}
    assert delayed["arn"] == "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    message = json.loads(delayed["input"])
    assert message["DelaySeconds"] == 30
    assert message["QueueUrl"].endswith("/flightlake-dev-ticks")
    assert json.loads(message["MessageBody"]) == {"scheduled_at": "<aws.scheduler.scheduled-time>", "delay_s": 30}


@pytest.mark.parametrize(("schedule", "due_at"), [("poll", "12:00:00"), ("poll-30s-later", "12:00:30")])
def test_what_a_schedule_could_not_send_names_its_poll(
    recordings: Mapping[str, Recording], schedule: str, due_at: str
) -> None:
    target: Any = schedules(recordings["dev"])[schedule]["target"]
    attributes = {"SCHEDULED_TIME": {"StringValue": "2026-05-08T12:00:00Z"}, "ERROR_CODE": {"StringValue": "Throttled"}}
    message = {"MessageId": "m", "ReceiptHandle": "r", "MessageAttributes": attributes}
    for body in (target["input"], target["input"].replace(PLACEHOLDER, "2026-05-08T12:00:00Z")):
        letter = DeadLetter.of_message({**message, "Body": body})
        assert f"{letter.due_at:%H:%M:%S}" == due_at


def test_the_globe_is_triggered_by_the_minute(recordings: Mapping[str, Recording]) -> None:
    assert schedules(recordings["prod"]).keys() == {"poll"}
    assert recordings["prod"].exports["environment"]["FLIGHTLAKE_INTERVAL_S"] == "86.4"


def test_ten_seconds_are_six_triggers_a_minute(record_stack: Callable[..., Recording]) -> None:
    found = schedules(record_stack("prod", tier="licensed", pollIntervalSeconds="10"))
    assert found.keys() == {"poll", *(f"poll-{delay}s-later" for delay in (10, 20, 30, 40, 50))}


@pytest.mark.parametrize("stack", STACKS)
def test_a_tick_that_failed_is_never_tried_again_and_never_lost(
    recordings: Mapping[str, Recording], stack: str
) -> None:
    dead_letters = f"arn:aws:sqs:us-east-1:111122223333:flightlake-{stack}-dead-letters"
    for inputs in schedules(recordings[stack]).values():
        target = inputs["target"]
        assert target["retryPolicy"]["maximumRetryAttempts"] == 0
        assert target["deadLetterConfig"] == {"arn": dead_letters}
    (invoke,) = recordings[stack].of_type("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
    assert invoke.inputs["maximumRetryAttempts"] == 0
    assert invoke.inputs["destinationConfig"] == {"onFailure": {"destination": dead_letters}}
    triggers = recordings[stack].named("aws:sqs/queue:Queue", "ticks").inputs
    assert json.loads(triggers["redrivePolicy"])["deadLetterTargetArn"] == dead_letters


def test_each_delayed_tick_is_an_invocation_of_its_own(recordings: Mapping[str, Recording]) -> None:
    mapping = recordings["dev"].named("aws:lambda/eventSourceMapping:EventSourceMapping", "ticks").inputs
    assert mapping["batchSize"] == 1
    assert mapping["scalingConfig"] == {"maximumConcurrency": 2}


def test_the_function_is_what_was_measured(recordings: Mapping[str, Recording]) -> None:
    function = recordings["prod"].named("aws:lambda/function:Function", "poller").inputs
    assert (function["architectures"], function["runtime"]) == (["arm64"], "python3.13")
    assert function["handler"] == "ingestion.aws_lambda.handler.lambda_handler"
    assert (function["timeout"], function["memorySize"], function["reservedConcurrentExecutions"]) == (75, 512, 1)
    assert function["tracingConfig"] == {"mode": "Active"}
    assert function["loggingConfig"] == {"logFormat": "JSON", "logGroup": "/flightlake/prod/poller"}
    triggers = recordings["prod"].named("aws:sqs/queue:Queue", "ticks").inputs
    assert triggers["visibilityTimeoutSeconds"] >= 6 * function["timeout"]


def test_the_environment_is_what_the_command_line_reads(recordings: Mapping[str, Recording]) -> None:
    function = recordings["dev"].named("aws:lambda/function:Function", "poller").inputs
    variables = dict(function["environment"]["variables"])
    assert variables.pop("POWERTOOLS_SERVICE_NAME") == "flightlake-dev"
    assert variables == recordings["dev"].exports["environment"]
    assert variables["FLIGHTLAKE_BOX"] == "45.8,5.9,47.9,10.6"
    assert variables["FLIGHTLAKE_SECRET_ID"] == "flightlake-dev-opensky"


def test_the_account_is_a_secret_in_the_form_that_the_poller_reads(recordings: Mapping[str, Recording]) -> None:
    version = recordings["dev"].named("aws:secretsmanager/secretVersion:SecretVersion", "opensky")
    assert version.secrets == ("secretString",)
    assert json.loads(version.inputs["secretString"]).keys() == {"client_id", "client_secret"}


def test_an_anonymous_stack_has_no_account_and_no_right_to_one(record_stack: Callable[..., Recording]) -> None:
    recording = record_stack(
        "dev", tier="anonymous", pollIntervalSeconds="fastest", openskyClientId="", openskyClientSecret=""
    )
    assert recording.of_type("aws:secretsmanager/secret:Secret") == []
    assert "FLIGHTLAKE_SECRET_ID" not in recording.exports["environment"]
    assert recording.exports["environment"]["FLIGHTLAKE_INTERVAL_S"] == "216"
    policy = next(
        found.inputs["policy"]
        for found in recording.of_type("aws:iam/rolePolicy:RolePolicy")
        if found.inputs["role"] == "flightlake-dev-poller"
    )
    assert "secretsmanager" not in policy


def test_in_a_private_network_the_function_has_a_place(record_stack: Callable[..., Recording]) -> None:
    function = record_stack("dev", networkCidr="10.20.0.0/20").named("aws:lambda/function:Function", "poller")
    assert len(function.inputs["vpcConfig"]["subnetIds"]) == 3


def test_the_state_is_restorable_and_forgets_in_time(recordings: Mapping[str, Recording]) -> None:
    table = recordings["prod"].named("aws:dynamodb/table:Table", "poll-state")
    assert table.inputs["pointInTimeRecovery"] == {"enabled": True}
    assert table.inputs["ttl"] == {"attributeName": "expires_at", "enabled": True}
    assert (table.inputs["billingMode"], table.inputs["deletionProtectionEnabled"]) == ("PAY_PER_REQUEST", True)
    assert table.protect
