"""Roles that people assume: the reader, who queries the lake, and the operator, who maintains it."""

from dataclasses import dataclass

import pulumi

from flightlake.layout import COMMITS_PREFIX, MARKER_KEY, RAW_PREFIX
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.registry import CURATED_TABLES
from infra.components.catalog import database_arns
from infra.components.keys import Keys
from infra.config.names import Names
from infra.iam import Grant, account_trust, make_role

_CURATED = "curated/"
_PUBLISHED = (*(table.name for table in CURATED_TABLES), POLLS.name)
_BY_SERVICES = "S3, DynamoDB, Secrets Manager and Athena ask KMS in the caller's name"
_BY_ATHENA = "Athena asks in the caller's name; the command line asks for none of it"
_BY_HAND = "a person asks, by the AWS command line as the runbooks tell"


@dataclass(frozen=True)
class AccessRolesArgs:
    """Inputs of the roles."""

    names: Names
    keys: Keys


class AccessRoles(pulumi.ComponentResource):
    """The reader's and the operator's role; the account's administrators decide who may assume them.

    Attributes:
        reader_arn: role for queries, history, verification and report.
        operator_arn: role that also polls from elsewhere, lands, rolls back, removes old commits and starts jobs.
    """

    def __init__(self, name: str, args: AccessRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # The type token keeps its first name: it is part of the URNs of deployed resources.
        super().__init__("flightlake:index:People", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        trust = account_trust(args.names)
        self.reader_arn, self.operator_arn = args.names.role_arn("reader"), args.names.role_arn("operator")
        make_role(args.names, "reader", trust=trust, grants=reader_grants(args), opts=child)
        make_role(args.names, "operator", trust=trust, grants=operator_grants(args), opts=child)
        self.register_outputs({})


def reader_grants(args: AccessRolesArgs) -> list[Grant]:
    """Return the reader's permissions: queries by the command line and by Athena; only query results are written."""
    return [*_command_line_reads(args), *athena_grants(args.names, args.keys)]


def operator_grants(args: AccessRolesArgs) -> list[Grant]:
    """Return the operator's permissions: every command of the command line, and the steps of the runbooks."""
    names, keys = args.names, args.keys
    raw, curated = names.bucket_arn("raw"), names.bucket_arn("curated")
    table = names.arn("dynamodb", f"table/{names.named('poll-state')}")
    secret = names.arn("secretsmanager", f"secret:{names.named('opensky')}-??????")
    jobs = [names.arn("glue", f"job/{names.named(job)}") for job in ("convert", "verify", "vacuum")]
    machine = names.named("backfill")
    executions = [names.arn("states", f"stateMachine:{machine}"), names.arn("states", f"execution:{machine}:*")]
    redriven = (
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
    )
    return [
        *_command_line_reads(args),
        Grant("Land", ("s3:PutObject",), [f"{raw}/{RAW_PREFIX}*"]),
        Grant("FindUnfinishedUploads", ("s3:ListBucketMultipartUploads",), [curated]),
        Grant("AbortUnfinishedUploads", ("s3:AbortMultipartUpload",), [f"{curated}/{_CURATED}*"]),
        Grant("RollBack", ("s3:PutObject",), [f"{curated}/{COMMITS_PREFIX}*"]),
        Grant("RemoveOldFiles", ("s3:DeleteObject",), [f"{curated}/{_CURATED}*"]),
        Grant(
            "MovePointers",
            ("glue:CreateTable", "glue:GetTable", "glue:UpdatePartition"),
            database_arns(names, *_PUBLISHED),
        ),
        Grant("KeepTheLaw", ("dynamodb:GetItem", "dynamodb:PutItem"), [table]),
        Grant("ReadAccount", ("secretsmanager:GetSecretValue",), [secret]),
        Grant("WriteByKeys", ("kms:GenerateDataKey",), [keys.raw, keys.curated], reason=_BY_SERVICES),
        Grant("StateAndAccount", ("kms:Decrypt",), [keys.operations, keys.credentials], reason=_BY_SERVICES),
        Grant("RunJobs", ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns"), jobs, reason=_BY_HAND),
        Grant(
            "Backfill",
            ("states:StartExecution", "states:DescribeExecution", "states:ListExecutions"),
            executions,
            reason=_BY_HAND,
        ),
        Grant("Redrive", redriven, [names.arn("sqs", names.named("dead-letters"))]),
    ]


def _command_line_reads(args: AccessRolesArgs) -> list[Grant]:
    names, keys = args.names, args.keys
    raw, curated = names.bucket_arn("raw"), names.bucket_arn("curated")
    return [
        Grant("List", ("s3:ListBucket",), [raw, curated]),
        Grant("ReadMarker", ("s3:GetObject",), [f"{curated}/{MARKER_KEY}"]),
        Grant(
            "ReadLake",
            ("s3:GetObject",),
            [f"{raw}/{RAW_PREFIX}*", f"{curated}/{COMMITS_PREFIX}*", f"{curated}/{_CURATED}*"],
        ),
        Grant("ReadPointers", ("glue:GetPartitions",), database_arns(names, *_PUBLISHED)),
        Grant("ReadByKeys", ("kms:Decrypt",), [keys.raw, keys.curated], reason=_BY_SERVICES),
    ]


def athena_grants(names: Names, keys: Keys) -> list[Grant]:
    """Return the permissions that a caller of Athena needs in the stack's workgroup."""
    results = names.bucket_arn("athena-results")
    asking = (
        "athena:BatchGetQueryExecution",
        "athena:GetNamedQuery",
        "athena:GetPreparedStatement",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetWorkGroup",
        "athena:ListNamedQueries",
        "athena:ListPreparedStatements",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
    )
    reading = ("glue:BatchGetPartition", "glue:GetDatabase", "glue:GetPartition", "glue:GetTable", "glue:GetTables")
    writing = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject")
    workgroup = names.arn("athena", f"workgroup/{names.named('analysis')}")
    return [
        Grant("AskAthena", asking, [workgroup], reason=_BY_ATHENA),
        Grant("ReadCatalog", (*reading, "glue:GetPartitions"), database_arns(names, "*"), reason=_BY_ATHENA),
        Grant("WriteAnswers", writing, [f"{results}/*"], reason=_BY_ATHENA),
        Grant("FindAnswers", ("s3:GetBucketLocation", "s3:ListBucket"), [results], reason=_BY_ATHENA),
        Grant("EncryptAnswers", ("kms:GenerateDataKey",), [keys.curated], reason=_BY_ATHENA),
    ]
