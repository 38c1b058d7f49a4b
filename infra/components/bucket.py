"""S3 bucket that is always private, encrypted and logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import s3

from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import TLS_ONLY, json_text

_ABORT_DAYS = 7
"""Days after which an upload that was never completed is removed: longer than any job may run."""


@dataclass(frozen=True)
class BucketArgs:
    """Properties in which buckets differ.

    Attributes:
        what: short name, part of the bucket's name.
        key_arn: of the KMS key of its data; None for S3's own key, which only the access log may use.
        log_bucket: bucket that receives the access log; None for that bucket itself.
        keeps_versions: whether deleted and overwritten objects are kept for a while.
        lifecycle: rules beside those for incomplete uploads and old versions.
        statements: of the bucket policy, beside those for TLS and encryption.
        region: where it lies, if not in the stack's region.
        is_disposable: whether `pulumi destroy` may empty it even in a protected stack.
    """

    what: str
    settings: Settings
    names: Names
    key_arn: pulumi.Output[str] | None
    log_bucket: str | None = None
    keeps_versions: bool = False
    lifecycle: Sequence[Mapping[str, Any]] = ()
    statements: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    region: str | None = None
    is_disposable: bool = False


class PrivateBucket(pulumi.ComponentResource):
    """A bucket with its policy, public access block, encryption, lifecycle and access log.

    Attributes:
        what, bucket_name, arn: of the bucket, known before it exists.
        versioning: the resource that replication waits for; None where no versions are kept.
    """

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:PrivateBucket", name, None, opts)
        is_kept = args.settings.is_protected and not args.is_disposable
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self, protect=is_kept)
        self.what = args.what
        self.bucket_name = args.names.bucket(args.what, args.region)
        self.arn = args.names.bucket_arn(args.what, args.region)
        self.bucket = s3.Bucket(
            name, bucket=self.bucket_name, force_destroy=not is_kept, region=args.region, opts=self._child
        )
        self._guard(name)
        self._encrypt(name)
        self.versioning = self._keep_versions(name) if args.keeps_versions else None
        self._expire(name)
        self.register_outputs({})

    def _guard(self, name: str) -> None:
        s3.BucketOwnershipControls(
            name,
            bucket=self.bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            region=self._args.region,
            opts=self._child,
        )
        block = s3.BucketPublicAccessBlock(
            name,
            bucket=self.bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            region=self._args.region,
            opts=self._child,
        )
        # The two calls conflict within S3 when they meet (409 OperationAborted), so one waits for the other.
        waits = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[block]))
        s3.BucketPolicy(
            name, bucket=self.bucket.bucket, policy=json_text(self._policy()), region=self._args.region, opts=waits
        )
        if self._args.log_bucket:
            s3.BucketLogging(
                name,
                bucket=self.bucket.bucket,
                target_bucket=self._args.log_bucket,
                target_prefix=f"{self._args.what}/",
                region=self._args.region,
                opts=self._child,
            )

    def _policy(self) -> dict[str, Any]:
        objects = f"{self.arn}/*"
        denials = [_denial("RefusePlainHttp", "s3:*", [self.arn, objects], TLS_ONLY)]
        if self._args.key_arn is not None:
            # Uploads that name no encryption get the bucket's own; those that name another are refused.
            algorithm = {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}}
            key = {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": self._args.key_arn}}
            denials.append(_denial("RefuseOtherEncryption", "s3:PutObject", [objects], algorithm))
            denials.append(_denial("RefuseOtherKeys", "s3:PutObject", [objects], key))
        return {"Version": "2012-10-17", "Statement": [*denials, *self._args.statements]}

    def _encrypt(self, name: str) -> None:
        key = self._args.key_arn
        default: dict[str, Any] = (
            {"sse_algorithm": "AES256"} if key is None else {"sse_algorithm": "aws:kms", "kms_master_key_id": key}
        )
        rule: Any = {"apply_server_side_encryption_by_default": default, "bucket_key_enabled": key is not None}
        s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=self.bucket.bucket,
            rules=[rule],
            region=self._args.region,
            opts=self._child,
        )

    def _keep_versions(self, name: str) -> s3.BucketVersioning:
        return s3.BucketVersioning(
            name,
            bucket=self.bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            region=self._args.region,
            opts=self._child,
        )

    def _expire(self, name: str) -> None:
        rules: list[Any] = [
            {
                "id": "incomplete-uploads",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "abort_incomplete_multipart_upload": {"days_after_initiation": _ABORT_DAYS},
            },
            *self._args.lifecycle,
        ]
        if self._args.keeps_versions:
            days = self._args.settings.retention.noncurrent_days
            rules.append(
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": days},
                    "expiration": {"expired_object_delete_marker": True},
                }
            )
        waits = [self.versioning] if self.versioning else []
        s3.BucketLifecycleConfiguration(
            name,
            bucket=self.bucket.bucket,
            rules=rules,
            region=self._args.region,
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=waits)),
        )


def _denial(sid: str, action: str, resources: Sequence[str], condition: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": list(resources),
        "Condition": condition,
    }
