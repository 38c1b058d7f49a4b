"""Buckets for raw data, published tables, query results, packages and access logs; the lake's format marker."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import s3

from flightlake.layout import COMMITS_PREFIX, MARKER_KEY, RAW_PREFIX
from infra.components.bucket import BucketArgs, PrivateBucket
from infra.components.keys import Keys
from infra.components.replication import Replication, ReplicationArgs
from infra.config.names import Names
from infra.config.settings import Retention, Settings

_LEAST_TIERED_BYTES = 128 * 1024
"""Smaller objects cost more in Infrequent Access than in Standard. Source: Amazon S3 pricing, minimum billable size."""


@dataclass(frozen=True)
class StorageArgs:
    """Inputs of the buckets."""

    settings: Settings
    names: Names
    keys: Keys


class Storage(pulumi.ComponentResource):
    """The buckets of a stack.

    Attributes:
        raw, curated, results, artifacts, access_logs: the buckets; tables and commit records lie in `curated`.
        lake_address: value for `--lake`.
    """

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Storage", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        keys, retention = args.keys, args.settings.retention
        # S3 delivers access logs only to buckets that are encrypted with its own key.
        self.access_logs = self._bucket(
            "access-logs",
            None,
            is_disposable=True,
            lifecycle=[_expiry(retention.log_days)],
            statements=[self._delivery()],
        )
        self.raw = self._bucket("raw", keys.raw, keeps_versions=True, lifecycle=raw_lifecycle(retention))
        self.curated = self._bucket("curated", keys.curated, keeps_versions=True)
        self.results = self._bucket(
            "athena-results", keys.curated, is_disposable=True, lifecycle=[_expiry(retention.query_result_days)]
        )
        self.artifacts = self._bucket("artifacts", keys.operations, keeps_versions=True)
        self.lake_address = f"s3://{self.curated.bucket_name}"
        s3.BucketObjectv2(
            "marker",
            bucket=self.curated.bucket.bucket,
            key=MARKER_KEY,
            content=marker(f"s3://{self.raw.bucket_name}"),
            content_type="application/json",
            opts=self._child,
        )
        if args.settings.replica_region:
            sources = {self.raw: RAW_PREFIX, self.curated: COMMITS_PREFIX}
            Replication("replication", ReplicationArgs(args.settings, args.names, keys, sources), self._child)
        self.register_outputs({})

    def _bucket(self, what: str, key_arn: pulumi.Output[str] | None, **differing: Any) -> PrivateBucket:
        settings, names = self._args.settings, self._args.names
        log_bucket = None if key_arn is None else names.bucket("access-logs")
        return PrivateBucket(what, BucketArgs(what, settings, names, key_arn, log_bucket, **differing), self._child)

    def _delivery(self) -> dict[str, Any]:
        """Return the statement that lets S3 write the access log of this stack's buckets."""
        names = self._args.names
        return {
            "Sid": "DeliverAccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{names.bucket_arn('access-logs')}/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": names.account}},
        }


def marker(raw_address: str) -> str:
    """Return the text of the format marker of a lake whose raw zone is another bucket."""
    return json.dumps({"flightlake": 2, "raw": raw_address}) + "\n"


def raw_lifecycle(retention: Retention) -> list[dict[str, Any]]:
    """Return the lifecycle rules for raw objects: cheaper storage classes with age, then expiry."""
    return [
        {
            "id": "cheaper-with-age",
            "status": "Enabled",
            "filter": {"and": {"prefix": RAW_PREFIX, "object_size_greater_than": _LEAST_TIERED_BYTES}},
            "transitions": [
                {"days": retention.raw_infrequent_access_days, "storage_class": "STANDARD_IA"},
                {"days": retention.raw_archive_days, "storage_class": "GLACIER_IR"},
            ],
        },
        {
            "id": "expiry",
            "status": "Enabled",
            "filter": {"prefix": RAW_PREFIX},
            "expiration": {"days": retention.raw_expire_days},
        },
    ]


def _expiry(days: int) -> dict[str, Any]:
    return {"id": "expiry", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": days}}
