"""Conversion of Pulumi's separate bucket resources to CloudFormation's single bucket."""

from collections.abc import Callable, Mapping
from typing import Any

Properties = dict[str, Any]


def _lifecycle(part: Properties) -> Properties:
    return {"LifecycleConfiguration": {"Rules": [_lifecycle_rule(rule) for rule in part["Rules"]]}}


def _lifecycle_rule(rule: Properties) -> Properties:
    names = {"Id", "Status", "AbortIncompleteMultipartUpload"}
    changed: Properties = {name: value for name, value in rule.items() if name in names}
    narrowed = rule["Filter"].get("And", rule["Filter"])
    expiration = rule.get("Expiration", {})
    changed |= {
        "Prefix": narrowed.get("Prefix"),
        "ObjectSizeGreaterThan": _text(narrowed.get("ObjectSizeGreaterThan")),
        "Transitions": [
            {"TransitionInDays": step["Days"], "StorageClass": step["StorageClass"]}
            for step in rule.get("Transitions", [])
        ],
        "ExpirationInDays": expiration.get("Days"),
        "ExpiredObjectDeleteMarker": expiration.get("ExpiredObjectDeleteMarker"),
        "NoncurrentVersionExpiration": rule.get("NoncurrentVersionExpiration"),
    }
    _refuse_others(rule, names | {"Filter", "Transitions", "Expiration", "NoncurrentVersionExpiration"})
    return {name: value for name, value in changed.items() if value not in (None, [], "")}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _refuse_others(rule: Properties, known: set[str]) -> None:
    if others := rule.keys() - known:
        raise KeyError(f"no validator checks {sorted(others)} of a lifecycle rule: add it to buckets.py")


def _logging(part: Properties) -> Properties:
    return {
        "LoggingConfiguration": {
            "DestinationBucketName": part["TargetBucket"],
            "LogFilePrefix": part["TargetPrefix"],
        }
    }


def _ownership(part: Properties) -> Properties:
    return {"OwnershipControls": {"Rules": [part["Rule"]]}}


def _public_access(part: Properties) -> Properties:
    return {"PublicAccessBlockConfiguration": part}


def _encryption(part: Properties) -> Properties:
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": [_encryption_rule(r) for r in part["Rules"]]}}


def _encryption_rule(rule: Properties) -> Properties:
    rest = dict(rule)
    default = rest.pop("ApplyServerSideEncryptionByDefault")
    names = {"SseAlgorithm": "SSEAlgorithm", "KmsMasterKeyId": "KMSMasterKeyID"}
    return {**rest, "ServerSideEncryptionByDefault": {names[name]: value for name, value in default.items()}}


def _versioning(part: Properties) -> Properties:
    return part


def _replication(part: Properties) -> Properties:
    return {"ReplicationConfiguration": {"Role": part["Role"], "Rules": [_replication_rule(r) for r in part["Rules"]]}}


def _replication_rule(rule: Properties) -> Properties:
    destination = dict(rule["Destination"])
    encryption = destination["EncryptionConfiguration"]
    names = {"ReplicaKmsKeyId": "ReplicaKmsKeyID"}
    destination["EncryptionConfiguration"] = {names[name]: value for name, value in encryption.items()}
    return {**rule, "Destination": destination}


PARTS: Mapping[str, Callable[[Properties], Properties]] = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _lifecycle,
    "aws:s3/bucketLogging:BucketLogging": _logging,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _ownership,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _public_access,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": _replication,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _encryption,
    "aws:s3/bucketVersioning:BucketVersioning": _versioning,
}
"""What a part adds to its bucket, by type; its properties have CloudFormation's capitals, `Bucket` aside."""
