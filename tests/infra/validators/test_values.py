"""Validators over every resource of the stacks, and a wrong value of each kind that they find.

The docstring of each module in `support/validators/` names what it does not cover.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.stacks import SECRET_KEYS, shipped_config
from support.validators.arns import arn_violations
from support.validators.names import has_name_rule, name_violations
from support.validators.permissions import permission_violations
from support.validators.schedules import schedule_violations
from support.validators.schemas import schema_violations
from support.validators.shapes import MAPPED
from support.validators.states import state_violations
from support.validators.template import MERGED, NOT_COVERED

from infra.config.settings import STACKS
from infra.plan.recorder import Recorded, Recording, record

QUICKSIGHT = {
    "quicksight": "true",
    "quicksightPrincipalArn": "arn:aws:quicksight:us-east-1:111122223333:group/default/all",
}
EVERYTHING = {
    "networkCidr": "10.20.0.0/20",
    "githubRepository": "owner/lake",
    "accountSettings": "true",
    **QUICKSIGHT,
}
VARIATIONS: dict[str, tuple[str, dict[str, str]]] = {
    **{stack: (stack, {}) for stack in STACKS},
    "anonymous": ("dev", {"tier": "anonymous", "pollIntervalSeconds": "fastest"}),
    "with everything": ("prod", EVERYTHING),
}
VALIDATORS = {
    "schemas": schema_violations,
    "names": name_violations,
    "ARNs": arn_violations,
    "permissions": permission_violations,
    "schedules": schedule_violations,
    "states": state_violations,
}


@pytest.fixture(scope="module")
def resources_of(
    recordings: Mapping[str, Recording], record_stack: Callable[..., Recording]
) -> Mapping[str, list[Recorded]]:
    """The resources of each variation, recorded once."""
    shipped = {stack: recording.resources for stack, recording in recordings.items()}
    varied = {
        name: record_stack(stack, **changes).resources for name, (stack, changes) in VARIATIONS.items() if changes
    }
    return shipped | varied


@pytest.mark.parametrize("validator", VALIDATORS)
@pytest.mark.parametrize("variation", VARIATIONS)
def test_every_value_is_valid_for_aws(
    resources_of: Mapping[str, list[Recorded]], variation: str, validator: str
) -> None:
    assert VALIDATORS[validator](resources_of[variation]) == []


def test_every_type_is_validated_or_named_as_not_covered(resources_of: Mapping[str, list[Recorded]]) -> None:
    tokens = {found.type for resources in resources_of.values() for found in resources if not found.is_component}
    assert tokens - MAPPED.keys() - MERGED - NOT_COVERED.keys() == set()
    assert {token for token in tokens if not has_name_rule(token)} == set()


def test_no_validator_covers_a_type_that_is_not_made(resources_of: Mapping[str, list[Recorded]]) -> None:
    tokens = {found.type for resources in resources_of.values() for found in resources}
    assert (MAPPED.keys() | MERGED | NOT_COVERED.keys()) - tokens == set()


def test_names_fit_in_the_regions_with_the_longest_names(built_checkout: Path) -> None:
    config = {**shipped_config("staging"), "aws:region": "ap-southeast-2", "flightlake:replicaRegion": "ap-northeast-1"}
    recording = record("staging", config, secrets=SECRET_KEYS)
    assert name_violations(recording.resources) == []


def changed(resources: list[Recorded], token: str, **inputs: Any) -> list[Recorded]:
    """Return the resources of a type's service with the first of the type changed."""
    target = next(found for found in resources if found.type == token)
    wrong = replace(target, inputs={**target.inputs, **inputs})
    service = token.partition("/")[0]
    return [wrong if found is target else found for found in resources if found.type.startswith(service)]


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("aws:glue/job:Job", {"workerType": "G.9X"}, "JobConvert/Properties/WorkerType"),
    ("aws:glue/job:Job", {"executionClass": "SLOW"}, "JobConvert/Properties/ExecutionClass"),
    ("aws:glue/job:Job", {"timeLimit": 60}, "JobConvert/Properties/TimeLimit"),
    ("aws:lambda/function:Function", {"runtime": "python3.99"}, "FunctionPoller/Properties/Runtime"),
    ("aws:lambda/function:Function", {"architectures": ["arm"]}, "FunctionPoller/Properties/Architectures"),
    ("aws:lambda/function:Function", {"memorySize": 64.0}, "FunctionPoller/Properties/MemorySize"),
    ("aws:lambda/function:Function", {"timeout": 901.0}, "FunctionPoller/Properties/Timeout"),
    ("aws:scheduler/schedule:Schedule", {"flexibleTimeWindow": {"mode": "NONE"}}, "SchedulePoll/Properties/Flexible"),
    ("aws:sqs/queue:Queue", {"messageRetentionSeconds": 1_209_601.0}, "QueueDeadLetters/Properties/MessageRetention"),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 15.0}, "/Properties/RetentionInDays"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"comparisonOperator": "More"}, "/Properties/ComparisonOperator"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"treatMissingData": "fine"}, "/Properties/TreatMissingData"),
    ("aws:dynamodb/table:Table", {"ttl": {"enabled": "always"}}, "TablePollState/Properties/TimeToLive"),
    ("aws:kms/key:Key", {"rotationPeriodInDays": 30.0}, "/Properties/RotationPeriodInDays"),
    ("aws:kms/key:Key", {"deletionWindowInDays": 3.0}, "/Properties/PendingWindowInDays"),
    ("aws:s3/bucketOwnershipControls:BucketOwnershipControls", {"rule": {"objectOwnership": "Mine"}}, "Ownership"),
    ("aws:s3/bucketVersioning:BucketVersioning", {"versioningConfiguration": {"status": "On"}}, "Versioning"),
    ("aws:glue/trigger:Trigger", {"type": "DAILY"}, "/Properties/Type"),
    ("aws:glue/crawler:Crawler", {"recrawlPolicy": {"recrawlBehavior": "NEW"}}, "RecrawlPolicy"),
    ("aws:budgets/budget:Budget", {"limitUnits": "USD"}, "BudgetMonthly/Properties/LimitUnits"),
    ("aws:athena/workgroup:Workgroup", {"configuration": {"bytesScannedCutoffPerQuery": 1.0}}, "BytesScannedCutoff"),
    ("aws:sfn/stateMachine:StateMachine", {"definition": '{"StartAt": "A", "States": {}}'}, "/Properties/Definition"),
    ("aws:quicksight/dataSet:DataSet", {"importMode": "LATER"}, "/Properties/ImportMode"),
]


@pytest.mark.parametrize(("token", "inputs", "place"), FAULTS)
def test_a_value_that_the_schema_refuses_is_found(
    resources_of: Mapping[str, list[Recorded]], token: str, inputs: dict[str, Any], place: str
) -> None:
    found = schema_violations(changed(resources_of["with everything"], token, **inputs))
    assert found
    assert all(place in line for line in found), found


def nested(text: str, old: str, new: str) -> str:
    assert old in text, f"{old} is not in the text: change what is planted"
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('"Next": "Weeks"', '"Next": "Months"', "no state is called Months"),
        ('"Default": "Refuse"', '"Default": "Weeks"', "nothing leads to Refuse"),
    ],
)
def test_a_state_that_leads_nowhere_is_found(
    resources_of: Mapping[str, list[Recorded]], old: str, new: str, wrong: str
) -> None:
    (machine,) = (found for found in resources_of["dev"] if found.type == "aws:sfn/stateMachine:StateMachine")
    definition = nested(machine.inputs["definition"], old, new)
    found = state_violations(changed(resources_of["dev"], machine.type, definition=definition))
    assert f"backfill: {wrong}" in found


def test_a_state_of_an_unknown_kind_is_found(resources_of: Mapping[str, list[Recorded]]) -> None:
    (machine,) = (found for found in resources_of["dev"] if found.type == "aws:sfn/stateMachine:StateMachine")
    definition = nested(machine.inputs["definition"], '"Type": "Map"', '"Type": "Each"')
    found = schema_violations(changed(resources_of["dev"], machine.type, definition=definition))
    assert found
    assert all("/Properties/Definition/States/Convert" in line for line in found)


def test_a_wrong_word_within_a_visual_is_found(resources_of: Mapping[str, list[Recorded]]) -> None:
    everything = resources_of["with everything"]
    (stack,) = (found for found in everything if found.type == "aws:cloudformation/stack:Stack")
    body = nested(stack.inputs["templateBody"], '"Visibility": "VISIBLE"', '"Visibility": "SEEN"')
    found = schema_violations(changed(everything, stack.type, templateBody=body))
    assert found
    assert all("Visuals" in line for line in found)


BAD_NAMES = [
    ("aws:s3/bucket:Bucket", "bucket", "x" * 64),
    ("aws:s3/bucket:Bucket", "bucket", "lake_raw"),
    ("aws:s3/bucket:Bucket", "bucket", "xn--lake"),
    ("aws:s3/bucket:Bucket", "bucket", "10.20.30.40"),
    ("aws:iam/role:Role", "name", "r" * 65),
    ("aws:lambda/function:Function", "name", "poll.er"),
    ("aws:sqs/queue:Queue", "name", "q" * 81),
    ("aws:scheduler/schedule:Schedule", "name", "s" * 65),
    ("aws:glue/catalogTable:CatalogTable", "name", "States"),
    ("aws:kms/alias:Alias", "name", "alias/aws/s3"),
    ("aws:cloudwatch/logGroup:LogGroup", "name", "aws/poller"),
    ("aws:sfn/stateMachine:StateMachine", "name", "back fill"),
    ("aws:secretsmanager/secret:Secret", "name", "flightlake-secret"),
    ("aws:dynamodb/table:Table", "name", "ab"),
    ("aws:athena/preparedStatement:PreparedStatement", "name", "daily-traffic"),
]


@pytest.mark.parametrize(("token", "name", "value"), BAD_NAMES)
def test_a_name_that_aws_refuses_is_found(
    resources_of: Mapping[str, list[Recorded]], token: str, name: str, value: str
) -> None:
    assert name_violations(changed(resources_of["prod"], token, **{name: value}))


def document(**statement: Any) -> str:
    whole = {"Sid": "Bad", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lake/*"} | statement
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


BAD_DOCUMENTS = [
    (document(Action="s3:GetObjects"), "s3:GetObjects is no action"),
    (document(Action="s4:GetObject"), "s4:GetObject is no action"),
    (document(Resource="arn:aws:s3:::lake"), "s3:GetObject is done on none of ['arn:aws:s3:::lake']"),
    (document(Action=["s3:ListBucket"]), "s3:ListBucket is done on none of ['arn:aws:s3:::lake/*']"),
    (document(Resource=["arn:aws:s3:::lake/*", "arn:aws:s3:::lake"]), "is done on arn:aws:s3:::lake"),
    (document(Condition={"StringEquals": {"s3:bucket": "x"}}), "s3:bucket is no key of its actions"),
    (document(Condition={"StringEquals": {"kms:ViaService": "x"}}), "kms:ViaService is no key of its actions"),
    (document(Condition={"StringIs": {"aws:SourceAccount": "x"}}), "StringIs is no operator"),
    (document(Resource=["arn:aws:s3:::lake/*", f"arn:aws:s3:::lake/{'x' * 10_240}"]), "bytes, at most 10240"),
    (document().replace("2012-10-17", "2008-10-17"), "version 2008-10-17"),
]


@pytest.mark.parametrize(("text", "wrong"), BAD_DOCUMENTS)
def test_a_document_that_grants_nothing_sensible_is_found(
    resources_of: Mapping[str, list[Recorded]], text: str, wrong: str
) -> None:
    found = permission_violations(changed(resources_of["prod"], "aws:iam/rolePolicy:RolePolicy", policy=text))
    assert found
    assert any(wrong in line for line in found)


def test_a_wrong_arn_within_a_document_is_found(resources_of: Mapping[str, list[Recorded]]) -> None:
    text = document(Resource="arn:aws:sqs:us-east-1:11112222333:ticks")
    assert arn_violations(changed(resources_of["prod"], "aws:iam/rolePolicy:RolePolicy", policy=text))


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:scheduler/schedule:Schedule", {"scheduleExpression": "rate(30 seconds)"}),
        ("aws:scheduler/schedule:Schedule", {"scheduleExpressionTimezone": "Europe/Bern"}),
        ("aws:glue/trigger:Trigger", {"schedule": "cron(0 0 * * * *)"}),
    ],
)
def test_a_schedule_that_never_comes_is_found(
    resources_of: Mapping[str, list[Recorded]], token: str, inputs: dict[str, str]
) -> None:
    assert schedule_violations(changed(resources_of["prod"], token, **inputs))
