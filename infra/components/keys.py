"""Customer-managed KMS keys, one for each class of data, and their policies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import kms

from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import policy_text

ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:CreateGrant",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:ListRetirableGrants",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""What the account's administrators may do with a key: manage it, not read with it."""

USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey")
"""What a key's users may be granted by their own policies."""


@dataclass(frozen=True)
class DataClass:
    """A class of data, with the roles and services that may use its key.

    Attributes:
        meaning: what the key protects.
        roles: the stack's roles whose own policies may grant the key's use.
        services: AWS services that use it for this account by themselves.
        has_logs: whether CloudWatch Logs encrypts log groups with it.
        has_events: whether EventBridge publishes to topics that it encrypts.
        deployed_through: AWS services through which whoever deploys writes data of this class.
    """

    name: str
    meaning: str
    roles: Sequence[str]
    services: Sequence[str] = ()
    has_logs: bool = False
    has_events: bool = False
    deployed_through: Sequence[str] = ()


_JOBS = ("convert", "verify", "vacuum")
_PEOPLE = ("reader", "operator")

RAW = DataClass(
    "raw",
    "responses and poll records as received",
    ("poller", "convert", "verify", "crawler", "replication", *_PEOPLE),
)
CURATED = DataClass(
    "curated",
    "published tables, commit records, answers to queries",
    ("poller", *_JOBS, "crawler", "replication", "quicksight", *_PEOPLE),
    deployed_through=("s3",),
)
OPERATIONS = DataClass(
    "operations",
    "logs, queues, topics, poll state, packages",
    ("poller", "scheduler", "backfill", *_JOBS, "crawler", "operator"),
    services=("cloudwatch", "budgets"),
    has_logs=True,
    has_events=True,
    deployed_through=("s3", "lambda", "dynamodb"),
)
CREDENTIALS = DataClass(
    "credentials",
    "the OpenSky account's client",
    ("poller", "operator"),
    deployed_through=("secretsmanager",),
)
DATA_CLASSES = (RAW, CURATED, OPERATIONS, CREDENTIALS)


@dataclass(frozen=True)
class KeysArgs:
    """Inputs of the keys."""

    settings: Settings
    names: Names


class Keys(pulumi.ComponentResource):
    """One key for each class of data.

    Attributes:
        raw, curated, operations, credentials: ARNs of the keys.
        replica: ARN of the key of copies in the replica region; None where there are none.
    """

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Keys", name, None, opts)
        self._args = args
        self.raw, self.curated, self.operations, self.credentials = (self._key(entry) for entry in DATA_CLASSES)
        region = args.settings.replica_region
        self.replica = self._key(_replica(region), region) if region else None
        self.register_outputs({})

    def _key(self, data: DataClass, region: str | None = None) -> pulumi.Output[str]:
        settings, names = self._args.settings, self._args.names
        child = pulumi.ResourceOptions(parent=self, protect=settings.is_protected)
        key = kms.Key(
            data.name,
            description=f"{names.service}: {data.meaning}",
            enable_key_rotation=True,
            rotation_period_in_days=365,
            deletion_window_in_days=30 if settings.is_protected else 7,
            policy=policy_text(key_policy(data, names, region or names.region)),
            region=region,
            opts=child,
        )
        alias = f"alias/{names.named(data.name)}"
        kms.Alias(data.name, name=alias, target_key_id=key.key_id, region=region, opts=child)
        return key.arn


def _replica(region: str) -> DataClass:
    return DataClass("replica", f"copies of raw responses and commit records in {region}", ("replication",))


def key_policy(data: DataClass, names: Names, region: str) -> dict[str, Any]:
    """Return the policy of a key: the account manages it, named roles and services use it.

    A role is named in a condition and not as the principal, because a principal must exist before the policy does.
    Its own policy must grant the use too.
    """
    account = {"AWS": names.global_arn("iam", "root")}
    statements = [
        _statement("Administration", account, ADMINISTRATION),
        _statement(
            "RolesOfThisStack",
            account,
            USE,
            {"ArnEquals": {"aws:PrincipalArn": [names.role_arn(role) for role in data.roles]}},
        ),
    ]
    if data.deployed_through:
        through = [f"{service}.{region}.amazonaws.com" for service in data.deployed_through]
        statements.append(_statement("Deployment", account, USE, {"StringEquals": {"kms:ViaService": through}}))
    if data.has_logs:
        logs = {"Service": f"logs.{region}.amazonaws.com"}
        groups = f"arn:aws:logs:{region}:{names.account}:log-group:*"
        context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
        statements.append(_statement("LogGroups", logs, USE, context))
    if data.has_events:
        # EventBridge knows no source condition here. Source: Amazon SNS developer guide, "Key management".
        topics = {"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": names.arn("sns", f"{names.service}-*")}}
        statements.append(_statement("Events", {"Service": "events.amazonaws.com"}, USE, topics))
    if data.services:
        services = [f"{service}.amazonaws.com" for service in data.services]
        own = {"StringEquals": {"aws:SourceAccount": names.account}}
        statements.append(_statement("Services", {"Service": services}, USE, own))
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(
    sid: str, principal: dict[str, Any], actions: Sequence[str], condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    # The resource of a key policy is always the key itself, and "*" is how it is named.
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*"}
    return {**statement, "Condition": condition} if condition else statement
