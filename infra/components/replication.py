"""Replication of raw responses and commit records to another region, from which a lake can be rebuilt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import iam, s3

from flightlake.layout import RAW_PREFIX
from infra.components.bucket import BucketArgs, PrivateBucket
from infra.components.keys import Keys
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant, make_role, service_trust

_BY_S3 = "S3 itself replicates; no code of ours asks"


@dataclass(frozen=True)
class ReplicationArgs:
    """Inputs of the replication.

    Attributes:
        sources: prefix to copy, by bucket.
    """

    settings: Settings
    names: Names
    keys: Keys
    sources: Mapping[PrivateBucket, str]


class Replication(pulumi.ComponentResource):
    """A bucket in the replica region for each source, and the rule that fills it."""

    def __init__(self, name: str, args: ReplicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Replication", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        copies = {source: self._copy(source) for source in args.sources}
        role = make_role(
            args.names,
            "replication",
            trust=service_trust(args.names, "s3"),
            grants=replication_grants(args, copies),
            opts=self._child,
        )
        for source, copy in copies.items():
            self._replicate(source, copy, role)
        self.register_outputs({})

    def _copy(self, source: PrivateBucket) -> PrivateBucket:
        args, what = self._args, f"{source.what}-copy"
        bucket_args = BucketArgs(
            what,
            args.settings,
            args.names,
            args.keys.replica,
            keeps_versions=True,
            lifecycle=copy_lifecycle(args.settings, args.sources[source]),
            region=args.settings.replica_region,
        )
        return PrivateBucket(what, bucket_args, self._child)

    def _replicate(self, source: PrivateBucket, copy: PrivateBucket, role: iam.Role) -> None:
        waits = pulumi.ResourceOptions(depends_on=[v for v in (source.versioning, copy.versioning) if v])
        s3.BucketReplicationConfig(
            source.what,
            bucket=source.bucket.bucket,
            role=role.arn,
            rules=[_rule(self._args.sources[source], copy, self._args.keys.replica)],
            opts=pulumi.ResourceOptions.merge(self._child, waits),
        )


def copy_lifecycle(settings: Settings, prefix: str) -> list[dict[str, Any]]:
    """Return the expiry rules of a copy; deletions are not replicated, so copies of raw responses expire separately."""
    if prefix != RAW_PREFIX:
        return []
    days = settings.retention.raw_expire_days
    return [{"id": "expiry", "status": "Enabled", "filter": {"prefix": prefix}, "expiration": {"days": days}}]


def _rule(prefix: str, copy: PrivateBucket, key_arn: pulumi.Output[str] | None) -> Any:
    return {
        "id": "copy",
        "status": "Enabled",
        "priority": 0,
        "filter": {"prefix": prefix},
        # What is deleted here stays there: a mistaken deletion is what the copy is for.
        "delete_marker_replication": {"status": "Disabled"},
        "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
        "destination": {
            "bucket": copy.arn,
            "encryption_configuration": {"replica_kms_key_id": key_arn},
        },
    }


def replication_grants(args: ReplicationArgs, copies: Mapping[PrivateBucket, PrivateBucket]) -> list[Grant]:
    """Return the permissions of replication: read versions of the sources, write replicas, use the keys of both."""
    sources = [source.arn for source in args.sources]
    objects = [f"{source.arn}/{prefix}*" for source, prefix in args.sources.items()]
    versions = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
    return [
        Grant("ReadConfiguration", ("s3:GetReplicationConfiguration", "s3:ListBucket"), sources, reason=_BY_S3),
        Grant("ReadVersions", versions, objects, reason=_BY_S3),
        Grant(
            "WriteReplicas",
            ("s3:ReplicateObject", "s3:ReplicateTags"),
            [f"{copy.arn}/*" for copy in copies.values()],
            reason=_BY_S3,
        ),
        Grant("Decrypt", ("kms:Decrypt",), [args.keys.raw, args.keys.curated], reason=_BY_S3),
        Grant("Encrypt", ("kms:Encrypt",), [args.keys.replica or ""], reason=_BY_S3),
    ]
