"""Every policy over the resources of the three stacks, and one violation that each policy finds."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
)
from support.stacks import ROOT

from infra.config.settings import STACKS
from infra.plan.recorder import Recorded, Recording
from infra.policies import ANY_RESOURCE, RESOURCE_POLICIES, STACK_POLICIES

VARIATIONS: dict[str, tuple[str, dict[str, str]]] = {
    **{stack: (stack, {}) for stack in STACKS},
    "private network": ("prod", {"networkCidr": "10.20.0.0/20"}),
    "anonymous": ("dev", {"tier": "anonymous", "pollIntervalSeconds": "fastest"}),
    "deployed from GitHub": ("prod", {"githubRepository": "owner/lake", "accountSettings": "true"}),
    "with QuickSight": (
        "prod",
        {"quicksight": "true", "quicksightPrincipalArn": "arn:aws:quicksight:us-east-1:111122223333:group/default/all"},
    ),
}


def options(resource: Recorded) -> PolicyResourceOptions:
    return PolicyResourceOptions(resource.protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [], resource.parent)


def violations(resources: list[Recorded]) -> list[str]:
    """Return `policy: resource: message` for each violation."""
    found: list[str] = []
    ours = [resource for resource in resources if not resource.is_component]
    for resource in ours:
        args = ResourceValidationArgs(
            resource.type, resource.inputs, resource.urn, resource.name, options(resource), None
        )
        for policy in RESOURCE_POLICIES:

            def report(message: str, urn: str | None = None, policy: Any = policy, name: str = resource.name) -> None:
                found.append(f"{policy.name}: {name}: {message}")

            policy.validate(args, report)
    whole = StackValidationArgs(
        [
            PolicyResource(found.type, found.inputs, found.urn, found.name, options(found), None, None, [], {})
            for found in ours
        ]
    )
    for stack_policy in STACK_POLICIES:
        stack_policy.validate(
            whole, lambda message, urn=None, name=stack_policy.name: found.append(f"{name}: {message}")
        )
    return found


@pytest.mark.parametrize("variation", VARIATIONS)
def test_everything_that_is_deployed_holds(variation: str, record_stack: Callable[..., Recording]) -> None:
    stack, changes = VARIATIONS[variation]
    assert violations(record_stack(stack, **changes).resources) == []


def changed(recording: Recording, token: str, name: str | None, **inputs: Any) -> list[Recorded]:
    """Return the resources with one of them changed; an input of None is removed."""
    target = next(found for found in recording.of_type(token) if name is None or found.name == name)
    merged = {key: value for key, value in {**target.inputs, **inputs}.items() if value is not None}
    return [replace(found, inputs=merged) if found is target else found for found in recording.resources]


def statement(**changes: Any) -> str:
    whole = {"Sid": "Bad", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x", **changes}
    return json.dumps({"Statement": [whole]})


TRUST = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"Service": ["glue.amazonaws.com"]}}]})
FAULTS: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("no-wildcard-action", "aws:iam/rolePolicy:RolePolicy", None, {"policy": statement(Action=["s3:Get*"])}),
    ("no-wildcard-action", "aws:kms/key:Key", None, {"policy": statement(Action="kms:*")}),
    ("no-wildcard-resource", "aws:iam/rolePolicy:RolePolicy", None, {"policy": statement(Resource=["*"])}),
    ("bounded-trust", "aws:iam/role:Role", None, {"assumeRolePolicy": TRUST}),
    ("own-keys", "aws:sqs/queue:Queue", None, {"kmsMasterKeyId": None}),
    ("own-keys", "aws:sns/topic:Topic", None, {"kmsMasterKeyId": "alias/aws/sns"}),
    ("own-keys", "aws:cloudwatch/logGroup:LogGroup", None, {"kmsKeyId": None}),
    ("own-keys", "aws:dynamodb/table:Table", None, {"serverSideEncryption": {"enabled": True}}),
    ("own-keys", "aws:secretsmanager/secret:Secret", None, {"kmsKeyId": None}),
    ("own-keys", "aws:athena/workgroup:Workgroup", None, {"configuration": {}}),
    (
        "bucket-keys",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "raw",
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
    ),
    ("key-rotation", "aws:kms/key:Key", None, {"enableKeyRotation": False}),
    ("tls-only", "aws:s3/bucketPolicy:BucketPolicy", "raw", {"policy": statement()}),
    ("log-retention", "aws:cloudwatch/logGroup:LogGroup", None, {"retentionInDays": None}),
    ("dead-letters", "aws:sqs/queue:Queue", "ticks", {"redrivePolicy": None}),
    ("timeouts", "aws:lambda/function:Function", None, {"timeout": None}),
    ("timeouts", "aws:glue/job:Job", None, {"timeout": None}),
    ("no-retried-trigger", "aws:scheduler/schedule:Schedule", None, {"target": {"retryPolicy": {}}}),
    ("alarms-lead-somewhere", "aws:cloudwatch/metricAlarm:MetricAlarm", None, {"alarmActions": []}),
    ("alarms-lead-somewhere", "aws:cloudwatch/metricAlarm:MetricAlarm", None, {"alarmDescription": "look"}),
    ("guarded-buckets", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "raw", {"bucket": "another"}),
    ("guarded-buckets", "aws:s3/bucketVersioning:BucketVersioning", "curated", {"bucket": "another"}),
    ("guarded-buckets", "aws:s3/bucketLogging:BucketLogging", "raw", {"bucket": "another"}),
]


@pytest.mark.parametrize(("policy", "token", "name", "inputs"), FAULTS)
def test_what_a_policy_forbids_is_found(
    recordings: Mapping[str, Recording], policy: str, token: str, name: str | None, inputs: dict[str, Any]
) -> None:
    found = violations(changed(recordings["prod"], token, name, **inputs))
    assert found
    assert {line.partition(":")[0] for line in found} == {policy}


def test_an_open_door_in_the_network_is_found(record_stack: Callable[..., Recording]) -> None:
    recording = record_stack("prod", networkCidr="10.20.0.0/20")
    door = [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]
    found = violations(changed(recording, "aws:ec2/securityGroup:SecurityGroup", None, ingress=door))
    assert found == ["nothing-from-outside: workers: lets ['0.0.0.0/0'] in"]


def test_an_administrator_is_found(record_stack: Callable[..., Recording]) -> None:
    recording = record_stack("prod", githubRepository="owner/lake")
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    found = violations(changed(recording, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", None, policyArn=arn))
    assert found == [f"no-foreign-policy: deploy: attaches {arn}: grant what is needed, or give a reason"]


@pytest.mark.parametrize("token", ["aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:dynamodb/table:Table"])
def test_what_production_could_lose_is_found(recordings: Mapping[str, Recording], token: str) -> None:
    target = next(found for found in recordings["prod"].of_type(token) if found.protect)
    resources = [replace(found, protect=False) if found is target else found for found in recordings["prod"].resources]
    wrong = "`pulumi destroy` would delete it: protect it"
    assert violations(resources) == [f"protected-production: {target.name}: {wrong}"]


def test_every_policy_has_been_seen_red() -> None:
    red = {policy for policy, *_ in FAULTS} | {"nothing-from-outside", "no-foreign-policy", "protected-production"}
    assert red == {policy.name for policy in (*RESOURCE_POLICIES, *STACK_POLICIES)}


def test_every_exception_is_one_that_is_made(record_stack: Callable[..., Recording]) -> None:
    recording = record_stack("prod", networkCidr="10.20.0.0/20")
    policies = [json.loads(found.inputs["policy"]) for found in recording.of_type("aws:iam/rolePolicy:RolePolicy")]
    open_ones = {s["Sid"] for policy in policies for s in policy["Statement"] if "*" in s["Resource"]}
    assert open_ones == ANY_RESOURCE.keys()


def test_the_pack_ships_every_policy() -> None:
    text = (ROOT / "infra" / "policy_pack" / "__main__.py").read_text()
    assert "policies=[*RESOURCE_POLICIES, *STACK_POLICIES]" in text
