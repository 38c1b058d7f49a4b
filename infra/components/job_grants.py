"""Permissions of each Glue job: calls of its code, and calls of Glue and Spark in its name."""

from flightlake.layout import ARCHIVE_PREFIX, COMMITS_PREFIX, MARKER_KEY, RAW_PREFIX, RAW_STATES_PREFIX
from flightlake.metrics import NAMESPACE
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.registry import CURATED_TABLES
from infra.components.catalog import database_arns
from infra.components.keys import Keys
from infra.config.names import Names
from infra.iam import Grant, Value

_CURATED = "curated/"
_PUBLISHED = (*(table.name for table in CURATED_TABLES), POLLS.name)


def convert_grants(names: Names, keys: Keys) -> list[Grant]:
    """Return the permissions of convert: read raw objects, write commits and their files, move pointers."""
    raw, curated = names.bucket_arn("raw"), names.bucket_arn("curated")
    files = [f"{curated}/{_CURATED}*"]
    by_spark = "Spark's S3 client reads and writes the files; no code of ours asks"
    uploads = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
    return [
        Grant("List", ("s3:ListBucket",), [raw, curated]),
        Grant("ReadMarker", ("s3:GetObject",), [f"{curated}/{MARKER_KEY}"]),
        Grant("ReadRaw", ("s3:GetObject",), [f"{raw}/{RAW_PREFIX}*"]),
        Grant("KeepLog", ("s3:GetObject", "s3:PutObject"), [f"{curated}/{COMMITS_PREFIX}*"]),
        Grant("RemoveOwnFolder", ("s3:DeleteObject",), files),
        Grant("ReadFiles", ("s3:GetObject",), files, reason=by_spark),
        Grant("WriteFiles", uploads, files, reason=by_spark),
        Grant("FindUploads", ("s3:ListBucketMultipartUploads", "s3:GetBucketLocation"), [curated], reason=by_spark),
        Grant(
            "MovePointers",
            (
                "glue:CreatePartition",
                "glue:CreateTable",
                "glue:GetPartitions",
                "glue:GetTable",
                "glue:UpdatePartition",
                "glue:UpdateTable",
            ),
            database_arns(names, *_PUBLISHED),
        ),
        _use_keys([keys.raw], [keys.curated]),
        *_common(names, keys),
    ]


def verify_grants(names: Names, keys: Keys) -> list[Grant]:
    """Return the permissions of verify: read everything, write nothing."""
    raw, curated = names.bucket_arn("raw"), names.bucket_arn("curated")
    by_spark = "Spark's S3 client reads the files; no code of ours asks"
    return [
        Grant("List", ("s3:ListBucket",), [curated]),
        Grant("ReadMarkerAndLog", ("s3:GetObject",), [f"{curated}/{MARKER_KEY}", f"{curated}/{COMMITS_PREFIX}*"]),
        Grant("ListRaw", ("s3:ListBucket",), [raw], reason=by_spark),
        Grant(
            "ReadFiles",
            ("s3:GetObject",),
            [f"{raw}/{RAW_STATES_PREFIX}*", f"{raw}/{ARCHIVE_PREFIX}*", f"{curated}/{_CURATED}*"],
            reason=by_spark,
        ),
        Grant("ReadPointers", ("glue:GetPartitions",), database_arns(names, *_PUBLISHED[:-1])),
        _use_keys([keys.raw, keys.curated], []),
        *_common(names, keys),
    ]


def vacuum_grants(names: Names, keys: Keys) -> list[Grant]:
    """Return the permissions of vacuum: remove files of published tables and add commit records, no raw objects."""
    curated = names.bucket_arn("curated")
    return [
        Grant("List", ("s3:ListBucket",), [curated]),
        Grant("ReadMarkerAndLog", ("s3:GetObject",), [f"{curated}/{MARKER_KEY}", f"{curated}/{COMMITS_PREFIX}*"]),
        Grant("RemoveFiles", ("s3:DeleteObject",), [f"{curated}/{_CURATED}*"]),
        Grant("RetireCommits", ("s3:PutObject",), [f"{curated}/{COMMITS_PREFIX}*"]),
        Grant("FindUnfinishedUploads", ("s3:ListBucketMultipartUploads",), [curated]),
        Grant("AbortUnfinishedUploads", ("s3:AbortMultipartUpload",), [f"{curated}/{_CURATED}*"]),
        Grant("ReadPointers", ("glue:GetPartitions",), database_arns(names, *_PUBLISHED)),
        _use_keys([keys.curated], [keys.curated]),
        *_common(names, keys),
    ]


def network_grants(names: Names) -> list[Grant]:
    """Return the permissions that Glue needs to run a job in the private network."""
    interfaces = (
        "ec2:CreateNetworkInterface",
        "ec2:CreateTags",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpoints",
    )
    by_glue = "Glue does it by itself; no code of ours asks"
    connection = [names.arn("glue", "catalog"), names.arn("glue", f"connection/{names.named('jobs')}")]
    return [
        Grant("JoinNetwork", interfaces, ["*"], reason=f"{by_glue}; AWS asks for all of EC2 here"),
        Grant("FindConnection", ("glue:GetConnection",), connection, reason=by_glue),
    ]


def _use_keys(read: list[Value], written: list[Value]) -> Grant:
    by_services = "S3 and Glue ask KMS in the caller's name"
    actions = ("kms:Decrypt", "kms:GenerateDataKey") if written else ("kms:Decrypt",)
    return Grant("UseKeys", actions, [*read, *written], reason=by_services)


def _common(names: Names, keys: Keys) -> list[Grant]:
    """Return the permissions of every job: load code, write logs, send metrics."""
    by_glue = "Glue does it by itself; no code of ours asks"
    logs = [
        names.arn("logs", f"log-group:{group}") for group in (f"/flightlake/{names.stack}/jobs*", "/aws-glue/jobs/*")
    ]
    write_logs = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey")
    figures = {"StringEquals": {"cloudwatch:namespace": [NAMESPACE, "Glue"]}}
    return [
        Grant(
            "TellFigures",
            ("cloudwatch:PutMetricData",),
            ["*"],
            conditions=figures,
            reason="CloudWatch has no resources for it; the namespace narrows it",
        ),
        Grant("LoadCode", ("s3:GetObject",), [f"{names.bucket_arn('artifacts')}/glue/*"], reason=by_glue),
        Grant("WriteLogs", write_logs, [*logs, *(f"{arn}:log-stream:*" for arn in logs)], reason=by_glue),
        Grant("UseOperationsKey", ("kms:Decrypt", "kms:GenerateDataKey"), [keys.operations], reason=by_glue),
        Grant("ReadSecurity", ("glue:GetSecurityConfiguration",), ["*"], reason=f"{by_glue}; it names no resource"),
    ]
