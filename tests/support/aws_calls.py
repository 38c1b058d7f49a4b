"""Recorder of AWS calls, as the IAM actions and resources that they need."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.client import BaseClient

from infra.config.names import Names
from infra.iam import Grant

Call = tuple[str, str]
"""An IAM action and the ARN that it is done on."""


@contextmanager
def recorded_calls(names: Names) -> Iterator[set[Call]]:
    """Collect the calls of every boto3 client in this process."""
    calls: set[Call] = set()
    original = BaseClient._make_api_call

    def recording(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        calls.update(_needs(names, f"{service}:{operation}", parameters))
        return original(client, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", recording)
        yield calls


def _needs(names: Names, call: str, parameters: dict[str, Any]) -> list[Call]:
    if call not in _RULES:
        raise AssertionError(f"{call} is a call without a rule: add it here, and to the role that makes it")
    return _RULES[call](names, parameters)


def _object(action: str) -> Callable[[Names, dict[str, Any]], list[Call]]:
    return lambda _, given: [(action, f"arn:aws:s3:::{given['Bucket']}/{given['Key']}")]


def _deleted(_: Names, given: dict[str, Any]) -> list[Call]:
    keys = [entry["Key"] for entry in given["Delete"]["Objects"]]
    return [("s3:DeleteObject", f"arn:aws:s3:::{given['Bucket']}/{key}") for key in keys]


def _table(action: str) -> Callable[[Names, dict[str, Any]], list[Call]]:
    def needs(names: Names, given: dict[str, Any]) -> list[Call]:
        table = given.get("TableName") or given.get("Name") or given["TableInput"]["Name"]
        database = given["DatabaseName"]
        arns = ("catalog", f"database/{database}", f"table/{database}/{table}")
        return [(action, names.arn("glue", arn)) for arn in arns]

    return needs


def _secret(names: Names, given: dict[str, Any]) -> list[Call]:
    return [("secretsmanager:GetSecretValue", names.arn("secretsmanager", f"secret:{given['SecretId']}-a1b2c3"))]


def _queue(action: str) -> Callable[[Names, dict[str, Any]], list[Call]]:
    return lambda names, given: [(action, names.arn("sqs", given["QueueUrl"].rpartition("/")[2]))]


_RULES: dict[str, Callable[[Names, dict[str, Any]], list[Call]]] = {
    "s3:GetObject": _object("s3:GetObject"),
    "s3:HeadObject": _object("s3:GetObject"),
    "s3:PutObject": _object("s3:PutObject"),
    "s3:DeleteObjects": _deleted,
    "s3:AbortMultipartUpload": _object("s3:AbortMultipartUpload"),
    "s3:ListMultipartUploads": lambda _, given: [("s3:ListBucketMultipartUploads", f"arn:aws:s3:::{given['Bucket']}")],
    "s3:ListObjectsV2": lambda _, given: [("s3:ListBucket", f"arn:aws:s3:::{given['Bucket']}")],
    **{
        f"glue:{name}": _table(f"glue:{name}")
        for name in ("CreateTable", "GetTable", "UpdateTable", "GetPartitions", "CreatePartition", "UpdatePartition")
    },
    **{
        f"dynamodb:{name}": lambda names, given, name=name: [
            (f"dynamodb:{name}", names.arn("dynamodb", f"table/{given['TableName']}"))
        ]
        for name in ("GetItem", "PutItem")
    },
    "secretsmanager:GetSecretValue": _secret,
    "events:PutEvents": lambda names, given: [
        ("events:PutEvents", entry["EventBusName"]) for entry in given["Entries"]
    ],
    **{f"sqs:{name}": _queue(f"sqs:{name}") for name in ("GetQueueAttributes", "ReceiveMessage", "DeleteMessage")},
    "sqs:ChangeMessageVisibilityBatch": _queue("sqs:ChangeMessageVisibility"),
    "cloudwatch:PutMetricData": lambda *_: [("cloudwatch:PutMetricData", "*")],
}


def differences(calls: set[Call], grants: list[Grant]) -> list[str]:
    """Return calls without a grant, and grants without a call.

    A grant with a reason is for an AWS service: the code may use it, and need not.
    """
    pairs = [
        (grant, action, str(resource)) for grant in grants for action in grant.actions for resource in grant.resources
    ]
    refused = [
        f"calls {action} on {arn}, and no grant allows it"
        for action, arn in sorted(calls)
        if not any(action == granted and fnmatchcase(arn, resource) for _, granted, resource in pairs)
    ]
    unused = [
        f"{grant.sid} grants {action} on {resource}, and no code calls it"
        for grant, action, resource in pairs
        if grant.reason is None and not any(action == a and fnmatchcase(arn, resource) for a, arn in calls)
    ]
    return refused + unused
