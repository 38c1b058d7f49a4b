"""Lambda function that polls the source, its state, and the OpenSky account that it uses."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, dynamodb, lambda_, secretsmanager

from flightlake.layout import MARKER_KEY, RAW_PREFIX
from flightlake.storage.dynamodb_state import EXPIRY_ATTRIBUTE, PARTITION_KEY
from infra.components.keys import Keys
from infra.components.network import Network
from infra.components.scheduling import Queues, Scheduling, SchedulingArgs, consumer_grants
from infra.components.storage import Storage
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant, Value, make_role, service_trust
from infra.package.artifacts import Artifacts

TIMEOUT_S = 75
"""A poll asks for 45 s at most (`ingestion.opensky.http.Limits`); the rest is for start, landing and the ledger."""

_VISIBILITY_TIMEOUT_S = 6 * TIMEOUT_S
"""Source: AWS Lambda developer guide, "Creating and configuring an Amazon SQS event source mapping"."""


@dataclass(frozen=True)
class PollerArgs:
    """Inputs of the poller."""

    settings: Settings
    names: Names
    keys: Keys
    storage: Storage
    network: Network
    artifacts: Artifacts


class Poller(pulumi.ComponentResource):
    """The polling function of a stack with its table, secret, queues and schedules.

    Attributes:
        environment: the function's environment variables, which the command line's `--stack` reads too.
        dead_letters_url: of the queue of triggers that could not be delivered.
    """

    def __init__(self, name: str, args: PollerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Poller", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.environment = poller_environment(args.settings, args.names, args.storage.lake_address)
        self._poll_state()
        if args.settings.polling.client is not None:
            self._secret()
        queues = Queues(
            "queues",
            names=args.names,
            keys=args.keys,
            visibility_timeout_s=_VISIBILITY_TIMEOUT_S,
            opts=self._child,
        )
        self.dead_letters_url = queues.dead_letters.url
        function = self._function()
        self._discard_late_triggers(function, queues)
        # The name "ticking" is part of URNs: another name would replace every deployed schedule.
        Scheduling("ticking", SchedulingArgs(args.settings, args.names, args.keys, function), queues, self._child)
        self.register_outputs({})

    def _poll_state(self) -> None:
        is_protected = self._args.settings.is_protected
        dynamodb.Table(
            "poll-state",
            name=self._args.names.named("poll-state"),
            billing_mode="PAY_PER_REQUEST",
            hash_key=PARTITION_KEY,
            attributes=[{"name": PARTITION_KEY, "type": "S"}],
            ttl={"attribute_name": EXPIRY_ATTRIBUTE, "enabled": True},
            point_in_time_recovery={"enabled": True},
            server_side_encryption={"enabled": True, "kms_key_arn": self._args.keys.operations},
            deletion_protection_enabled=is_protected,
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=is_protected)),
        )

    def _secret(self) -> None:
        client = self._args.settings.polling.client
        document = {"client_id": client and client.client_id, "client_secret": client and client.client_secret}
        secret = secretsmanager.Secret(
            "opensky",
            name=self._args.names.named("opensky"),
            description='the OpenSky account: {"client_id": ..., "client_secret": ...}',
            kms_key_id=self._args.keys.credentials,
            recovery_window_in_days=30 if self._args.settings.is_protected else 7,
            opts=self._child,
        )
        secretsmanager.SecretVersion(
            "opensky",
            secret_id=secret.id,
            # As a secret it is encrypted in Pulumi's state too, and shown nowhere.
            secret_string=pulumi.Output.secret(json.dumps(document)),
            opts=self._child,
        )

    def _log_group(self) -> cloudwatch.LogGroup:
        args = self._args
        return cloudwatch.LogGroup(
            "poller",
            name=f"/flightlake/{args.names.stack}/poller",
            retention_in_days=args.settings.retention.log_days,
            kms_key_id=args.keys.operations,
            opts=self._child,
        )

    def _function(self) -> lambda_.Function:
        args, names = self._args, self._args.names
        log_group = self._log_group()
        role = make_role(
            names, "poller", trust=service_trust(names, "lambda"), grants=poller_grants(args), opts=self._child
        )
        return lambda_.Function(
            "poller",
            name=names.named("poller"),
            description="polls OpenSky within its credit quota and lands the responses",
            architectures=["arm64"],
            runtime="python3.13",
            handler="ingestion.aws_lambda.handler.lambda_handler",
            code=pulumi.FileArchive(str(args.artifacts.poller.path)),
            source_code_hash=args.artifacts.poller.base64_sha256,
            role=role.arn,
            memory_size=args.settings.polling.memory_mb,
            timeout=TIMEOUT_S,
            # Two polls at once would be two answers for the credits of one.
            reserved_concurrent_executions=1,
            environment={"variables": {**self.environment, "POWERTOOLS_SERVICE_NAME": names.service}},
            kms_key_arn=args.keys.operations,
            tracing_config={"mode": "Active"},
            logging_config={"log_format": "JSON", "log_group": log_group.name},
            vpc_config=args.network.lambda_placement,
            opts=self._child,
        )

    def _discard_late_triggers(self, function: lambda_.Function, queues: Queues) -> None:
        lambda_.FunctionEventInvokeConfig(
            "poller",
            function_name=function.name,
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=60,
            destination_config={"on_failure": {"destination": queues.dead_letters_arn}},
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[queues.dead_letters])),
        )


def poller_environment(settings: Settings, names: Names, lake_address: str) -> dict[str, str]:
    """Return the environment variables of a poller of this stack, wherever it runs.

    `ingestion.aws_lambda.settings` reads them.
    """
    polling = settings.polling
    optional = {
        "FLIGHTLAKE_BOX": str(polling.plan.box) if polling.plan.box else "",
        "FLIGHTLAKE_SECRET_ID": names.named("opensky") if polling.client else "",
    }
    return {
        "FLIGHTLAKE_LAKE": lake_address,
        "FLIGHTLAKE_DATABASE": names.database,
        "FLIGHTLAKE_POLL_STATE_TABLE": names.named("poll-state"),
        "FLIGHTLAKE_TIER": polling.plan.tier.name,
        "FLIGHTLAKE_INTERVAL_S": f"{polling.plan.interval_s:g}",
        "FLIGHTLAKE_SOURCE_URL": polling.source_url,
        "FLIGHTLAKE_EVENT_BUS": names.arn("events", "event-bus/default"),
        **{name: value for name, value in optional.items() if value},
    }


def poller_grants(args: PollerArgs) -> list[Grant]:
    """Return the permissions of the poller, and of Lambda in its name."""
    names, keys = args.names, args.keys
    raw, curated = names.bucket_arn("raw"), names.bucket_arn("curated")
    table = names.arn("dynamodb", f"table/{names.named('poll-state')}")
    used: list[Value] = [keys.raw, keys.operations]
    read: list[Value] = [keys.curated]
    grants = [
        Grant("ReadMarker", ("s3:GetObject",), [f"{curated}/{MARKER_KEY}"]),
        Grant("LandAndRecord", ("s3:GetObject", "s3:PutObject"), [f"{raw}/{RAW_PREFIX}*"]),
        # Without it S3 answers 403 where a record is not there yet, instead of 404.
        Grant("TellAbsent", ("s3:ListBucket",), [raw], reason="S3 tells an absent key from a forbidden one by it"),
        Grant("KeepTheLaw", ("dynamodb:GetItem", "dynamodb:PutItem"), [table]),
        Grant("Announce", ("events:PutEvents",), [names.arn("events", "event-bus/default")]),
    ]
    if args.settings.polling.client is not None:
        secret = names.arn("secretsmanager", f"secret:{names.named('opensky')}-??????")
        grants.append(Grant("ReadAccount", ("secretsmanager:GetSecretValue",), [secret]))
        read.append(keys.credentials)
    by_services = "S3, DynamoDB, SQS, Lambda and Secrets Manager ask KMS in the caller's name"
    return [
        *grants,
        Grant("UseKeys", ("kms:Decrypt", "kms:GenerateDataKey"), used, reason=by_services),
        Grant("ReadByKeys", ("kms:Decrypt",), read, reason=by_services),
        *consumer_grants(names),
        *runtime_grants(args),
    ]


def runtime_grants(args: PollerArgs) -> list[Grant]:
    """Return the permissions of Lambda's runtime: logs, traces, and with a network its interfaces."""
    by_runtime = "Lambda's runtime does it by itself; no code of ours asks"
    log_group = args.names.arn("logs", f"log-group:/flightlake/{args.names.stack}/poller")
    grants = [
        Grant("WriteLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), [f"{log_group}:*"], reason=by_runtime),
        Grant(
            "SendTraces",
            ("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
            ["*"],
            reason=f"{by_runtime}; X-Ray has no resources to name",
        ),
    ]
    if args.settings.network_cidr is not None:
        interfaces = (
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
        )
        reason = f"{by_runtime}; AWS asks for all of EC2 here"
        grants.append(Grant("JoinNetwork", interfaces, ["*"], reason=reason))
    return grants
