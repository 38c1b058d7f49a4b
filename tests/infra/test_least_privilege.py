"""Roles grant exactly the calls of the code: the real code runs on moto, and its calls are compared.

Calls of a runtime or a service are grants with a reason, and cannot be observed here: Lambda's and Glue's
logs and traces, Spark's reading and writing of files, KMS, Athena, crawler, scheduler, replication, state machine.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from pyspark.sql import SparkSession
from support.aws import Aws
from support.aws_calls import Call, differences, recorded_calls
from support.deployed import deploy
from support.stacks import shipped_config
from support.vectors import NOON, body, landed, vector

from cli.app import build_app
from flightlake.clock import SystemClock
from flightlake.commits.log import CommitLog
from flightlake.lake import Lake
from flightlake.poll_record import PollRecord
from flightlake.ports import ObjectStore
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.storage.open_lake import open_lake
from flightlake.storage.two_zone_store import TwoZoneStore
from glue_jobs.build.day_builder import SparkDayBuilder
from glue_jobs.jobs import convert_states, vacuum, verify_states
from infra.components.access_roles import AccessRolesArgs, operator_grants, reader_grants
from infra.components.job_grants import convert_grants, vacuum_grants, verify_grants
from infra.components.poller import poller_grants
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant
from infra.plan.mock_outputs import ACCOUNT
from infra.plan.recorder import Recording
from ingestion.aws_lambda import handler
from ingestion.aws_lambda.settings import PollerSettings
from ingestion.landing import keep_refused
from ingestion.ledger import record_poll
from ingestion.poll import check_source, poll_once
from simulator.server import SimulatorServer
from simulator.sky import Sky

NAMES = Names("dev", ACCOUNT, "us-east-1")
KEYS: Any = SimpleNamespace(
    **{name: f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{name}" for name in ("raw", "curated", "operations", "credentials")}
)
SETTINGS = Settings.from_config("dev", shipped_config("dev"))
POLLER: Any = SimpleNamespace(settings=SETTINGS, names=NAMES, keys=KEYS)


@pytest.fixture
def stack(
    record_stack: Callable[..., Recording], aws: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Recording:
    """The stack dev on moto, and its environment in this process."""
    recording = record_stack("dev")
    deploy(recording, aws)
    for name, value in recording.exports["environment"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return recording


@pytest.fixture
def mirror(stack: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that Spark reads and writes in place of the buckets: its own calls are not compared here."""
    folder = tmp_path / "mirror"
    monkeypatch.setattr(TwoZoneStore, "uri", lambda _, key: str(folder / key))
    monkeypatch.setattr(TwoZoneStore, "make_durable", lambda _, prefix: None)
    return folder


def mirrored(lake: Lake, folder: Path) -> None:
    """Bring what lies in the buckets into the mirror."""
    for info in lake.store.list(""):
        path = folder / info.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(lake.store.get(info.key))


def uploaded(lake: Lake, folder: Path) -> None:
    """Bring what Spark wrote into the mirror to the buckets."""
    for path in sorted(folder.rglob("*.parquet")):
        lake.store.put_if_absent(path.relative_to(folder).as_posix(), path.read_bytes())


def deployed_lake(recording: Recording) -> Lake:
    return open_lake(recording.exports["lake"])


def a_poll(store: ObjectStore, minute: int) -> None:
    due = datetime(2026, 5, 8, 12, minute, tzinfo=UTC)
    record_poll(store, PollRecord(due, None, "failed", "no answer", "https://a.source", 0, None, None, None))


@pytest.fixture(scope="module")
def whole_lake(_small_lake: Path, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The small lake, with its poll ledger published in two commits as well."""
    root = tmp_path_factory.mktemp("whole") / "lake"
    shutil.copytree(_small_lake, root)
    lake = open_lake(str(root))
    for minute in (0, 1):
        a_poll(lake.store, minute)
        polls = Publisher(
            POLLS_LOG, SparkDayBuilder(lambda: spark, lake.store), lake.store, lake.catalog, SystemClock()
        )
        assert [result.published for result in polls.run(polls.pending_days())] == [True]
    return lake


def publish(recording: Recording, small_lake: Lake) -> Lake:
    """Let the deployed lake hold what the small one holds."""
    lake = deployed_lake(recording)
    for info in small_lake.store.list(""):
        if info.key.partition("/")[0] in ("raw", "curated", "commits"):
            lake.store.put_if_absent(info.key, small_lake.store.get(info.key))
    for job in (STATES_LOG, POLLS_LOG):
        log = CommitLog(job.name, job.tables, lake.store, lake.catalog)
        for day in log.days_behind():
            log.sync_catalog(day)
    return lake


def polled(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the deployed poller poll a simulated sky twice in the same interval, and test it."""
    with SimulatorServer(Sky(seed=3, start=datetime.now(UTC), aircraft_count=50)) as server:
        monkeypatch.setenv("FLIGHTLAKE_SOURCE_URL", server.url)
        monkeypatch.setenv("FLIGHTLAKE_EVENT_BUS", NAMES.arn("events", "event-bus/default"))
        environment = {**recording.exports["environment"], "FLIGHTLAKE_SOURCE_URL": server.url}
        settings = PollerSettings.from_environment(environment)
        poller = handler.wired_poller(settings, SystemClock())
        send_event = handler._event_sender(settings)
        now = poller.clock.now()
        slot = poller.quota.plan.slot_at(now)
        poll = poll_once(poller, scheduled_at=slot)
        assert poll.record.outcome == "landed"
        assert send_event is not None
        send_event(poll)
        poll_once(poller, scheduled_at=slot)
        check_source(poller)


def test_the_poller(stack: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded_calls(NAMES) as calls:
        polled(stack, monkeypatch)
    assert differences(calls, poller_grants(POLLER)) == []


def convert(recording: Recording, mirror: Path, spark: SparkSession) -> set[Call]:
    lake = deployed_lake(recording)
    mirrored(lake, mirror)
    arguments = ["--lake", recording.exports["lake"], "--database", NAMES.database, "--service", NAMES.service]
    with recorded_calls(NAMES) as calls:
        assert convert_states.main(arguments) == 0
    uploaded(lake, mirror)
    return calls


@pytest.mark.slow
def test_the_conversion(stack: Recording, mirror: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = deployed_lake(stack)
    landed(lake.store, body(vector(), vector(icao24="4b1805")))
    a_poll(lake.store, 0)
    landed(lake.store, b"no response")  # why it gives no rows is looked up in the object itself
    calls = convert(stack, mirror, spark)
    # A second response of the day moves the pointer that the first one made, and a table that somebody changed is
    # brought back to the contract.
    landed(lake.store, body(vector(at=NOON + 90), time=NOON + 90), time=NOON + 90)
    a_poll(lake.store, 1)
    for table in (*CURATED_TABLES, POLLS):
        without_columns(table.name)
    calls |= convert(stack, mirror, spark)
    # A run that comes second finds its record taken, and removes the folder that it wrote.
    lake.store.put_if_absent("curated/states/snapshot_date=2026-05-08/commit=late/part-0.parquet", b"")
    late = Publisher(STATES_LOG, SparkDayBuilder(lambda: spark, lake.store), lake.store, lake.catalog, SystemClock())
    with recorded_calls(NAMES) as removing:
        late._remove({"states": "curated/states/snapshot_date=2026-05-08/commit=late/"})
    calls |= removing
    assert differences(calls, convert_grants(NAMES, KEYS)) == []


def without_columns(name: str) -> None:
    """Remove columns from a table in the catalog, as a manual change would."""
    glue = boto3.client("glue")
    table = glue.get_table(DatabaseName=NAMES.database, Name=name)["Table"]
    table["StorageDescriptor"]["Columns"] = table["StorageDescriptor"]["Columns"][:3]
    wanted = {key: table[key] for key in ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")}
    glue.update_table(DatabaseName=NAMES.database, TableInput=wanted)


@pytest.mark.slow
def test_the_verification(stack: Recording, mirror: Path, whole_lake: Lake, spark: SparkSession) -> None:
    lake = publish(stack, whole_lake)
    assert whole_lake.root is not None
    shutil.copytree(whole_lake.root, mirror)
    arguments = ["--lake", lake.address, "--database", NAMES.database, "--service", NAMES.service]
    with recorded_calls(NAMES) as calls:
        assert verify_states.main(arguments) == 0
    assert differences(calls, verify_grants(NAMES, KEYS)) == []


def cut_off_upload(aws: Aws) -> None:
    """Leave an upload in parts without its end, as a killed job does."""
    aws.client("s3").create_multipart_upload(Bucket=NAMES.bucket("curated"), Key="curated/states/part.parquet")


def test_the_vacuum(stack: Recording, aws: Aws, whole_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = publish(stack, whole_lake)
    cut_off_upload(aws)
    later = datetime.now(UTC) + timedelta(days=30)
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    arguments = ["--lake", lake.address, "--database", NAMES.database, "--service", NAMES.service]
    with recorded_calls(NAMES) as calls:
        assert vacuum.main(arguments) == 0
    assert any(action == "s3:DeleteObject" for action, _ in calls)
    assert differences(calls, vacuum_grants(NAMES, KEYS)) == []


def run(*arguments: str) -> None:
    build_app()([*arguments], prog_name="flightlake", standalone_mode=False)


def read_by_command_line(lake: Lake, tmp_path: Path) -> None:
    run("query", "select count(*) from states", "--lake", lake.address, "--format", "json")
    run("query", "select count(*) from polls", "--lake", lake.address, "--format", "json")
    run("history", "--lake", lake.address, "--format", "json")
    run("verify", "--lake", lake.address, "--format", "json")


ACCESS_ROLES = AccessRolesArgs(NAMES, KEYS)


def test_the_reader(stack: Recording, whole_lake: Lake, tmp_path: Path) -> None:
    lake = publish(stack, whole_lake)
    with recorded_calls(NAMES) as calls:
        read_by_command_line(lake, tmp_path)
    assert differences(calls, reader_grants(ACCESS_ROLES)) == []


def dead_letters(aws: Aws, *documents: dict[str, Any]) -> str:
    """Put messages into the stack's queue of dead letters and return its address."""
    sqs = aws.client("sqs")
    url: str = sqs.get_queue_url(QueueName=NAMES.named("dead-letters"))["QueueUrl"]
    for document in documents:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(document))
    return url


def test_the_operator(
    stack: Recording, aws: Aws, whole_lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = publish(stack, whole_lake)
    response = tmp_path / "response.json"
    response.write_bytes(body(vector()))
    keep_refused(lake.store, body(vector(), time=NOON + 90), received_at=datetime(2026, 5, 8, 11, tzinfo=UTC))
    cut_off_upload(aws)
    queue = dead_letters(aws, {"scheduled_at": "2026-05-08T11:00:00Z"}, {})
    with recorded_calls(NAMES) as calls:
        read_by_command_line(lake, tmp_path)
        run("land", str(response), "--lake", lake.address, "--format", "json")
        for table in ("states", "polls"):
            run("rollback", table, "--lake", lake.address, "--date", "2026-05-08", "--format", "json")
        run("archive", "--lake", lake.address, "--date", "2026-05-08", "--keep-loose", "--format", "json")
        run("vacuum", "--lake", lake.address, "--older-than-days", "0", "--format", "json")
        for left in lake.store.list_incomplete():  # one that was not old enough to go with the vacuum
            lake.store.remove_incomplete(left)
        run("redrive", "--replay", "--lake", lake.address, "--queue", queue, "--format", "json")
        polled(stack, monkeypatch)
    calls = {(action, arn) for action, arn in calls if action != "events:PutEvents"}  # only the deployed poller tells
    found = differences(calls, operator_grants(ACCESS_ROLES))
    assert found == []


ROLES: dict[str, list[Grant]] = {
    "poller": poller_grants(POLLER),
    "convert": convert_grants(NAMES, KEYS),
    "verify": verify_grants(NAMES, KEYS),
    "vacuum": vacuum_grants(NAMES, KEYS),
    "reader": reader_grants(ACCESS_ROLES),
    "operator": operator_grants(ACCESS_ROLES),
}


@pytest.mark.parametrize("role", ROLES)
def test_one_action_too_many_or_too_few_is_found(role: str) -> None:
    exact = [grant for grant in ROLES[role] if grant.reason is None]
    calls = {
        (action, str(resource).replace("*", "x").replace("?", "x") if resource != "*" else "*")
        for grant in exact
        for action in grant.actions
        for resource in grant.resources
    }
    assert differences(calls, exact) == []
    more = [replace(exact[0], actions=[*exact[0].actions, "s3:DeleteBucket"]), *exact[1:]]
    assert any("s3:DeleteBucket" in line for line in differences(calls, more))
    fewer = exact[:-1]
    gone = set(exact[-1].actions)
    assert any(action in line for line in differences(calls, fewer) for action in gone)


@pytest.mark.parametrize("role", ROLES)
def test_the_recorded_policy_is_that_of_the_grants(role: str, record_stack: Callable[..., Recording]) -> None:
    policy = next(
        found.inputs["policy"]
        for found in record_stack("dev").of_type("aws:iam/rolePolicy:RolePolicy")
        if found.inputs["role"] == NAMES.named(role)
    )
    recorded = {(s["Sid"], tuple(s["Action"]), len(s["Resource"])) for s in json.loads(policy)["Statement"]}
    assert recorded == {(grant.sid, tuple(grant.actions), len(grant.resources)) for grant in ROLES[role]}
