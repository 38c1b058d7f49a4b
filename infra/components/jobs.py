"""Glue jobs convert, verify and vacuum, their schedules and the order in which they run."""

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, glue, s3

from infra.components.catalog import Catalog
from infra.components.job_grants import convert_grants, network_grants, vacuum_grants, verify_grants
from infra.components.keys import Keys
from infra.components.network import Network
from infra.components.storage import Storage
from infra.config.names import Names
from infra.config.settings import FLEX_WORKER_TYPES, Settings
from infra.iam import Grant, make_role, service_trust
from infra.package.artifacts import Artifact, Artifacts

GLUE_VERSION = "6.0"
"""Pinned: `auto` would change Spark under the jobs. Source: AWS Glue developer guide, "Migrating to version 6.0"."""

DAILY_HOUR = 0
_DAILY = f"cron(20 {DAILY_HOUR} * * ? *)"
"""After midnight UTC, so that the day before is whole when it is verified."""

_WEEKLY = "cron(40 3 ? * SUN *)"


@dataclass(frozen=True)
class JobsArgs:
    """Inputs of the jobs."""

    settings: Settings
    names: Names
    keys: Keys
    storage: Storage
    network: Network
    catalog: Catalog
    artifacts: Artifacts


class Jobs(pulumi.ComponentResource):
    """The stack's Glue jobs and their schedules.

    Attributes:
        convert, verify, vacuum, workflow: names of the jobs and of the daily workflow.
    """

    def __init__(self, name: str, args: JobsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Jobs", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        names, keys, settings = args.names, args.keys, args.settings
        self.convert, self.verify, self.vacuum = (names.named(job) for job in ("convert", "verify", "vacuum"))
        self.workflow = names.named("daily")
        self._security()
        self._log_group = self._make_log_group()
        self._connections = self._connect()
        self._library = self._upload(args.artifacts.glue_library, "library")
        quality = f"{settings.jobs.min_quality_percent:g}"
        self._job("convert", args.artifacts.convert_script, convert_grants(names, keys), {"--min_quality": quality})
        self._job("verify", args.artifacts.verify_script, verify_grants(names, keys), {})
        age = str(settings.retention.vacuum_after_days)
        self._job("vacuum", args.artifacts.vacuum_script, vacuum_grants(names, keys), {"--older_than_days": age})
        self._schedules()
        self.register_outputs({})

    def _security(self) -> None:
        curated, operations = self._args.keys.curated, self._args.keys.operations
        glue.SecurityConfiguration(
            "jobs",
            name=self._args.names.named("jobs"),
            encryption_configuration={
                "s3_encryption": {"s3_encryption_mode": "SSE-KMS", "kms_key_arn": curated},
                "cloudwatch_encryption": {"cloudwatch_encryption_mode": "SSE-KMS", "kms_key_arn": operations},
                "job_bookmarks_encryption": {"job_bookmarks_encryption_mode": "CSE-KMS", "kms_key_arn": operations},
            },
            opts=self._child,
        )

    def _make_log_group(self) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            "jobs",
            name=f"/flightlake/{self._args.names.stack}/jobs",
            retention_in_days=self._args.settings.retention.log_days,
            kms_key_id=self._args.keys.operations,
            opts=self._child,
        )

    def _connect(self) -> list[Any]:
        network = self._args.network
        if not network.subnet_ids:
            return []
        place: Any = {
            "availability_zone": network.zones[0],
            "security_group_id_lists": network.security_group_ids,
            "subnet_id": network.subnet_ids[0],
        }
        connection = glue.Connection(
            "jobs",
            name=self._args.names.named("jobs"),
            connection_type="NETWORK",
            physical_connection_requirements=place,
            opts=self._child,
        )
        return [connection.name]

    def _upload(self, artifact: Artifact, what: str) -> str:
        bucket = self._args.storage.artifacts
        key = f"glue/{artifact.key}"
        s3.BucketObjectv2(
            what,
            bucket=bucket.bucket.bucket,
            key=key,
            source=pulumi.FileAsset(str(artifact.path)),
            source_hash=artifact.sha256,
            opts=self._child,
        )
        return f"s3://{bucket.bucket_name}/{key}"

    def _job(self, what: str, script: Artifact, grants: list[Grant], own: dict[str, str]) -> None:
        args, jobs = self._args, self._args.settings.jobs
        role = make_role(
            args.names,
            what,
            trust=service_trust(args.names, "glue"),
            grants=[*grants, *(network_grants(args.names) if self._connections else [])],
            opts=self._child,
        )
        # Nobody waits for a verification or a vacuum.
        can_wait = jobs.worker_type in FLEX_WORKER_TYPES and (jobs.is_flex or what != "convert")
        glue.Job(
            what,
            name=args.names.named(what),
            description=f"{what}: see glue_jobs/jobs/{script.path.name}",
            role_arn=role.arn,
            glue_version=GLUE_VERSION,
            command={
                "name": "glueetl",
                "python_version": "3",
                "script_location": self._upload(script, what),
            },
            worker_type=jobs.worker_type,
            number_of_workers=jobs.worker_count,
            execution_class="FLEX" if can_wait else "STANDARD",
            timeout=jobs.timeout_minutes,
            # A run that failed is repaired by the next one; a retry would only hide it.
            max_retries=0,
            execution_property={"max_concurrent_runs": 1},
            notification_property={"notify_delay_after": max(1, jobs.timeout_minutes // 2)},
            security_configuration=args.names.named("jobs"),
            connections=self._connections,
            default_arguments={**self._arguments(), **own},
            opts=self._child,
        )

    def _arguments(self) -> dict[str, Any]:
        names = self._args.names
        return {
            "--lake": self._args.storage.lake_address,
            "--database": names.database,
            "--service": names.service,
            "--extra-py-files": self._library,
            "--conf": f"spark.hadoop.fs.s3a.endpoint.region={names.region}",
            "--job-bookmark-option": "job-bookmark-disable",
            # Without `--enable-metrics`: Glue would send some fifty metrics a job, each billed; ours say what matters.
            "--enable-auto-scaling": "true",
            "--enable-continuous-cloudwatch-log": "true",
            "--continuous-log-logGroup": self._log_group.name,
        }

    def _schedules(self) -> None:
        names, every = self._args.names, self._args.settings.jobs.convert_every_hours
        workflow = glue.Workflow(
            "daily",
            name=self.workflow,
            description="the day before: convert, add raw partitions, verify",
            max_concurrent_runs=1,
            opts=self._child,
        )
        self._trigger("daily", [{"job_name": self.convert}], schedule=_DAILY, workflow=workflow)
        crawler = self._args.catalog.crawler_name
        self._trigger("daily-crawl", [{"crawler_name": crawler}], after={"job_name": self.convert}, workflow=workflow)
        self._trigger("daily-verify", [{"job_name": self.verify}], after={"crawler_name": crawler}, workflow=workflow)
        hours = ",".join(str(hour) for hour in range(every, 24, every))
        if hours:
            self._trigger("convert", [{"job_name": self.convert}], schedule=f"cron(10 {hours} * * ? *)")
        self._trigger("vacuum", [{"job_name": names.named("vacuum")}], schedule=_WEEKLY)

    def _trigger(
        self,
        what: str,
        actions: list[Any],
        *,
        schedule: str | None = None,
        after: dict[str, str] | None = None,
        workflow: glue.Workflow | None = None,
    ) -> None:
        glue.Trigger(
            what,
            name=self._args.names.named(what),
            type="SCHEDULED" if schedule else "CONDITIONAL",
            schedule=schedule,
            predicate=_succeeded(after) if after else None,
            actions=actions,
            start_on_creation=True,
            workflow_name=workflow.name if workflow else None,
            opts=self._child,
        )


def _succeeded(what: dict[str, str]) -> Any:
    state = "crawl_state" if "crawler_name" in what else "state"
    return {"conditions": [{**what, "logical_operator": "EQUALS", state: "SUCCEEDED"}]}
