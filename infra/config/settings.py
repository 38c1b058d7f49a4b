"""Settings of a stack: `Pulumi.<stack>.yaml`, parsed and checked as a whole before any resource is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flightlake.errors import UsageError
from infra.config.config_reader import ConfigReader
from infra.config.polling import Polling

STACKS = ("dev", "staging", "prod")

CONVERT_HOURS = ("1", "2", "3", "4", "6", "8", "12", "24")
"""Hours between conversions: those that divide a day."""

LOG_DAYS = ("1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096", "1827")
"""Source: Amazon CloudWatch Logs API reference, PutRetentionPolicy."""

WORKER_TYPES = ("G.1X", "G.2X", "G.4X", "G.8X")
FLEX_WORKER_TYPES = ("G.1X", "G.2X")
"""Source: AWS Glue developer guide, "Flex execution"."""

_LEAST_IA_DAYS = 30
_LEAST_ARCHIVE_DAYS = 90
"""Days that Infrequent Access and Glacier Instant Retrieval bill at least. Source: Amazon S3 pricing."""

_ARN = r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:\S+"


@dataclass(frozen=True)
class Retention:
    """Retention periods in days."""

    raw_infrequent_access_days: int
    raw_archive_days: int
    raw_expire_days: int
    vacuum_after_days: int
    noncurrent_days: int
    query_result_days: int
    log_days: int

    @classmethod
    def read(cls, reader: ConfigReader) -> Self:
        """Return the retention settings, each longer than the one before it."""
        vacuum = reader.count("vacuumAfterDays", least=1, most=365, unit="days")
        cheaper = reader.count("rawInfrequentAccessDays", least=_LEAST_IA_DAYS, most=3650, unit="days")
        archive = reader.count("rawArchiveDays", least=cheaper + _LEAST_IA_DAYS, most=3650, unit="days")
        expire = reader.count("rawExpireDays", least=1, most=36500, unit="days")
        if expire <= vacuum:
            remedy = (
                f"raw responses must outlive vacuumAfterDays ({vacuum}), or a day could not be built again "
                f"while its commits can still be rolled back; give {vacuum + 1} or more"
            )
            raise reader.refusal("rawExpireDays", remedy)
        if expire < archive + _LEAST_ARCHIVE_DAYS:
            remedy = (
                f"the archive bills {_LEAST_ARCHIVE_DAYS} days at least; give {archive + _LEAST_ARCHIVE_DAYS} or more"
            )
            raise reader.refusal("rawExpireDays", remedy)
        return cls(
            raw_infrequent_access_days=cheaper,
            raw_archive_days=archive,
            raw_expire_days=expire,
            vacuum_after_days=vacuum,
            noncurrent_days=reader.count("noncurrentDays", least=1, most=365, unit="days"),
            query_result_days=reader.count("queryResultDays", least=1, most=365, unit="days"),
            log_days=int(reader.choice("logDays", LOG_DAYS)),
        )


@dataclass(frozen=True)
class Jobs:
    """Settings of the Glue jobs."""

    convert_every_hours: int
    min_quality_percent: float
    worker_type: str
    worker_count: int
    is_flex: bool
    timeout_minutes: int

    @classmethod
    def read(cls, reader: ConfigReader) -> Self:
        """Return the settings of the Glue jobs."""
        worker_type = reader.choice("workerType", WORKER_TYPES)
        is_flex = reader.flag("flex")
        if is_flex and worker_type not in FLEX_WORKER_TYPES:
            raise reader.refusal("workerType", f"Flex takes {' or '.join(FLEX_WORKER_TYPES)}; or set flex to false")
        return cls(
            convert_every_hours=int(reader.choice("convertEveryHours", CONVERT_HOURS)),
            min_quality_percent=reader.number("minQualityPercent", least=0, most=100, unit="percent"),
            worker_type=worker_type,
            worker_count=reader.count("workerCount", least=2, most=299, unit="workers"),
            is_flex=is_flex,
            timeout_minutes=reader.count("jobTimeoutMinutes", least=5, most=480, unit="minutes"),
        )


@dataclass(frozen=True)
class Analytics:
    """Settings of Athena and QuickSight."""

    query_scan_limit_gb: float
    daily_scan_limit_gb: float
    has_quicksight: bool
    quicksight_principal_arn: str | None

    @classmethod
    def read(cls, reader: ConfigReader) -> Self:
        """Return the settings of Athena and QuickSight."""
        has_quicksight = reader.flag("quicksight")
        principal = reader.optional_text("quicksightPrincipalArn", pattern=_ARN, form="the ARN of a QuickSight group")
        if has_quicksight and principal is None:
            raise reader.refusal("quicksight", "without quicksightPrincipalArn nobody could see it; set that too")
        per_query = reader.number("queryScanLimitGb", least=0.01, most=10_000, unit="GB")
        return cls(
            query_scan_limit_gb=per_query,
            daily_scan_limit_gb=reader.number("dailyScanLimitGb", least=per_query, most=1_000_000, unit="GB"),
            has_quicksight=has_quicksight,
            quicksight_principal_arn=principal,
        )


@dataclass(frozen=True)
class Settings:
    """All settings of one stack.

    Attributes:
        has_account_settings: whether this stack also holds the settings that an account has once.
        is_protected: whether stored data is refused deletion.
        replica_region: region of the replicas of raw responses and commits; None for no replicas.
        alarm_email: address that receives alarms; None for no mail.
        github_repository: `owner/name` whose workflows may deploy; None for none.
        network_cidr: of the private network; None where the functions and jobs run outside of one.
    """

    stack: str
    region: str
    owner: str
    cost_center: str
    polling: Polling
    retention: Retention
    jobs: Jobs
    analytics: Analytics
    monthly_budget_usd: float
    alarm_email: str | None
    github_repository: str | None
    has_account_settings: bool
    is_protected: bool
    replica_region: str | None
    network_cidr: str | None

    @classmethod
    def from_config(cls, stack: str, config: Mapping[str, str]) -> Self:
        """Return the settings that a stack's configuration gives.

        Args:
            stack: dev, staging or prod.
            config: values by full key, such as `aws:region` and `flightlake:tier`.

        Raises:
            UsageError: a value that is missing, unknown or impossible; the text names file, key, value and remedy.
        """
        if stack not in STACKS:
            raise UsageError(f"there is no stack {stack!r}; choose from {', '.join(STACKS)}")
        reader = ConfigReader(stack, config)
        region = reader.region()
        settings = cls(
            stack=stack,
            region=region,
            owner=reader.text("owner", pattern=r"[\w .@/+=:-]{1,256}", form="the team responsible for this stack"),
            cost_center=reader.text("costCenter", pattern=r"[\w .@/+=:-]{1,256}", form="the cost center of this stack"),
            polling=Polling.read(reader),
            retention=Retention.read(reader),
            jobs=Jobs.read(reader),
            analytics=Analytics.read(reader),
            monthly_budget_usd=reader.number("monthlyBudgetUsd", least=1, most=1_000_000, unit="USD"),
            alarm_email=reader.optional_text("alarmEmail", pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", form="a mail address"),
            github_repository=reader.optional_text(
                "githubRepository", pattern=r"[\w.-]+/[\w.-]+", form="owner/name of a GitHub repository"
            ),
            has_account_settings=reader.flag("accountSettings"),
            is_protected=reader.flag("protect"),
            replica_region=_replica_region(reader, region),
            network_cidr=reader.optional_text(
                "networkCidr", pattern=r"(\d{1,3}\.){3}\d{1,3}/(1[6-9]|2[0-2])", form="a range such as 10.20.0.0/20"
            ),
        )
        reader.done()
        return settings


def _replica_region(reader: ConfigReader, region: str) -> str | None:
    found = reader.optional_region("replicaRegion")
    if found == region:
        raise reader.refusal("replicaRegion", "a copy in the stack's own region is lost with it; name another")
    return found
