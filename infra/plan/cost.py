"""Monthly cost of a stack, line by line, as pure functions of its settings and of the resources that it holds.

Every assumption that is no setting is a constant here, with its source. A forecast is of the steady state: raw
responses until their expiry, published tables of the first year.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.config.schedule import Schedule
from infra.config.settings import FLEX_WORKER_TYPES, Settings
from infra.plan import prices
from infra.plan.prices import Price

DAYS = 30.4375
"""Days of a month: a year's twelfth."""

GLOBAL_ROWS = 9_200
ROWS_PER_DEG2 = 3.4
"""State vectors in a response: of the globe, and in a square degree over Iberia. Source: recorded responses of 2025."""

RAW_BYTES_PER_ROW = 40
"""Gzipped. Source: the same responses."""

CURATED_BYTES_PER_ROW = 25
"""Source: the published days of the same responses (zstd, all columns)."""

POLL_S = {True: 5.0, False: 2.0}
"""Seconds billed for a poll of the globe and of a box: OpenSky takes 4 s for the globe (measured 2026-08 by others)."""

IDLE_TRIGGER_S = 0.3
CONVERT_S_PER_MILLION = 15.0
"""On one worker of four processors: half of the 24.4 s that a million rows took on two, start included (174.1 s for
7.12 million rows, `benchmarks/convert.py`), and a fifth more, because a run of few rows is mostly start."""

VERIFY_S_PER_MILLION = 70.0
"""Not measured: taken as five times a conversion. It decodes and evaluates in Python, row by row."""

JOB_START_S = 90.0
"""Billed before a job has done anything: Spark's start, listing, publishing."""

CRAWLER_DPU_H = 2 * 10 / 60
"""Two DPUs for the ten minutes that a run bills at least."""

ATHENA_TB = 0.05
"""Read by people in a month: some thirty queries a day, each of one day of data."""

KMS_REQUESTS_PER_POLL = 6
"""Environment, state read and written, queue, secret; objects share a data key by bucket keys."""

ESM_REQUESTS = 660_000
"""Long polls of an empty queue in a month. Source: AWS Lambda developer guide, five pollers of 20 s."""

LOG_BYTES_PER_TRIGGER, LOG_BYTES_PER_JOB = 2_000, 20_000_000
DPU_PER_WORKER = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
_GB = 1e9


@dataclass(frozen=True)
class Holdings:
    """Numbers of resources that are billed by the piece, counted in the stack's recording."""

    keys: int
    alarmed_metrics: int
    dashboards: int
    own_metrics: int
    secrets: int


@dataclass(frozen=True)
class Line:
    """One line of a forecast."""

    service: str
    what: str
    quantity: float
    unit: str
    usd: float


@dataclass(frozen=True)
class Volume:
    """Polls, triggers and stored data of a stack in a month."""

    polls: float
    triggers: float
    delayed_triggers: float
    rows: float
    raw_gb: float
    raw_object_bytes: float


def volume(settings: Settings) -> Volume:
    """Return the monthly volume that follows from the polling plan."""
    plan = settings.polling.plan
    schedule = Schedule.for_interval(plan.interval_s)
    polls = DAYS * 86_400 / plan.interval_s
    rows = min(GLOBAL_ROWS, plan.box.area_deg2 * ROWS_PER_DEG2) if plan.box else GLOBAL_ROWS
    triggers = schedule.count_per_day * DAYS
    return Volume(
        polls=polls,
        triggers=triggers,
        delayed_triggers=triggers * len(schedule.delays_s) / (1 + len(schedule.delays_s)),
        rows=polls * rows,
        raw_gb=polls * rows * RAW_BYTES_PER_ROW / _GB,
        raw_object_bytes=rows * RAW_BYTES_PER_ROW,
    )


def forecast(settings: Settings, holdings: Holdings) -> list[Line]:
    """Return every line of a month's cost."""
    size = volume(settings)
    return [
        *_polling(settings, size, holdings),
        *_storage(settings, size),
        *_jobs(settings, size),
        *_analysis(settings),
        *_monitoring(size, holdings, settings.retention.log_days),
        *_network(settings),
    ]


def total_usd(lines: list[Line]) -> float:
    """Return the sum of a forecast."""
    return sum(line.usd for line in lines)


def _line(service: str, what: str, quantity: float, price: Price) -> Line:
    return Line(service, what, quantity, price.unit, price.of(quantity))


def _polling(settings: Settings, size: Volume, holdings: Holdings) -> Iterator[Line]:
    is_global = settings.polling.plan.box is None
    busy_s = size.polls * POLL_S[is_global] + max(0.0, size.triggers - size.polls) * IDLE_TRIGGER_S
    yield _line("Lambda", "compute", busy_s * settings.polling.memory_mb / 1024, prices.LAMBDA_COMPUTE)
    yield _line("Lambda", "requests", size.triggers, prices.LAMBDA_REQUESTS)
    yield _line("Scheduler", "triggers", size.triggers, prices.SCHEDULER)
    yield _line("SQS", "delayed triggers", ESM_REQUESTS + 3 * size.delayed_triggers, prices.SQS)
    yield _line("EventBridge", "events", size.polls, prices.EVENTS)
    yield _line("DynamoDB", "poll state, writes", 2 * size.polls, prices.DYNAMODB_WRITES)
    yield _line("DynamoDB", "poll state, reads", 2 * size.polls, prices.DYNAMODB_READS)
    yield _line("Secrets Manager", "the account", holdings.secrets, prices.SECRETS)
    yield _line("KMS", "keys", holdings.keys, prices.KMS_KEYS)
    yield _line("KMS", "requests", KMS_REQUESTS_PER_POLL * size.polls, prices.KMS_REQUESTS)


def _storage(settings: Settings, size: Volume) -> Iterator[Line]:
    retention = settings.retention
    is_tiered = size.raw_object_bytes > 128 * 1024
    standard_days = retention.raw_infrequent_access_days if is_tiered else retention.raw_expire_days
    raw_gb_day = size.raw_gb / DAYS
    yield _line("S3", f"raw, first {standard_days} days", raw_gb_day * standard_days, prices.S3_STANDARD)
    if is_tiered:
        middle = retention.raw_archive_days - retention.raw_infrequent_access_days
        last = retention.raw_expire_days - retention.raw_archive_days
        yield _line("S3", f"raw, next {middle} days", raw_gb_day * middle, prices.S3_INFREQUENT)
        yield _line("S3", f"raw, last {last} days", raw_gb_day * last, prices.S3_ARCHIVE)
        yield _line("S3", "raw, moved to Infrequent Access", size.polls, prices.S3_TO_INFREQUENT)
        yield _line("S3", "raw, moved to Glacier Instant Retrieval", size.polls, prices.S3_TO_ARCHIVE)
    yield _line("S3", "responses and ledger, written", 2 * size.polls, prices.S3_PUTS)
    curated_gb = size.rows * CURATED_BYTES_PER_ROW / _GB
    yield _line("S3", "published tables, one year", 12 * curated_gb, prices.S3_STANDARD)
    rebuilt_gb = curated_gb * _rebuilds(settings) / DAYS * (retention.vacuum_after_days + retention.noncurrent_days)
    yield _line("S3", "superseded commits", rebuilt_gb, prices.S3_STANDARD)
    reads = size.polls * (_rebuilds(settings) + 2)
    yield _line("S3", "responses, read by jobs", reads, prices.S3_GETS)
    if settings.replica_region is not None:
        yield _line("S3", "copies in the replica region", raw_gb_day * retention.raw_expire_days, prices.S3_STANDARD)
        yield _line("S3", "copies, transferred", size.raw_gb, prices.TRANSFER_BETWEEN_REGIONS)
        yield _line("S3", "copies, written", 2 * size.polls, prices.S3_PUTS)


def _rebuilds(settings: Settings) -> float:
    """Return how often a row is converted on average; each run rebuilds the whole day."""
    runs = 24 // settings.jobs.convert_every_hours
    return sum(run / runs for run in range(1, runs + 1))


def _jobs(settings: Settings, size: Volume) -> Iterator[Line]:
    jobs = settings.jobs
    dpu = DPU_PER_WORKER[jobs.worker_type] * jobs.worker_count
    flex = prices.GLUE_FLEX if jobs.worker_type in FLEX_WORKER_TYPES else prices.GLUE_STANDARD
    runs = 24 / jobs.convert_every_hours * DAYS
    # One worker is Spark's driver; the others share the rows.
    workers = (jobs.worker_count - 1) * DPU_PER_WORKER[jobs.worker_type]
    convert_s = runs * JOB_START_S + size.rows / 1e6 * _rebuilds(settings) * CONVERT_S_PER_MILLION / workers
    yield _line("Glue", "convert", dpu * convert_s / 3600, flex if jobs.is_flex else prices.GLUE_STANDARD)
    verify_s = DAYS * JOB_START_S + 2 * size.rows / 1e6 * VERIFY_S_PER_MILLION / workers
    yield _line("Glue", "verify, two days each day", dpu * verify_s / 3600, flex)
    yield _line("Glue", "vacuum, weekly", dpu * JOB_START_S * DAYS / 7 / 3600, flex)
    yield _line("Glue", "crawler, daily", CRAWLER_DPU_H * DAYS, prices.CRAWLER)


def _analysis(settings: Settings) -> Iterator[Line]:
    yield _line("Athena", "queries", ATHENA_TB, prices.ATHENA)
    if settings.analytics.has_quicksight:
        yield _line("QuickSight", "one author", 1, prices.QUICKSIGHT_AUTHOR)


def _monitoring(size: Volume, holdings: Holdings, log_days: int) -> Iterator[Line]:
    logs_gb = (size.triggers * LOG_BYTES_PER_TRIGGER + 5 * DAYS * LOG_BYTES_PER_JOB) / _GB
    yield _line("CloudWatch", "logs, written", logs_gb, prices.LOGS_IN)
    yield _line("CloudWatch", "logs, kept", logs_gb * log_days / DAYS, prices.LOGS_STORED)
    yield _line("CloudWatch", "own metrics", holdings.own_metrics, prices.METRICS)
    yield _line("CloudWatch", "alarms", holdings.alarmed_metrics, prices.ALARMS)
    yield _line("CloudWatch", "dashboards", holdings.dashboards, prices.DASHBOARDS)
    yield _line("X-Ray", "traces", size.triggers, prices.XRAY)


def _network(settings: Settings) -> Iterator[Line]:
    if settings.network_cidr is not None:
        yield _line("VPC", "NAT gateway", 24 * DAYS, prices.NAT_GATEWAY)
