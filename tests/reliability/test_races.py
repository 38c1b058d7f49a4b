"""Converts, rollbacks and vacuums of one day at once: one order of events explains all results."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from support.aws import POLL_STATE_TABLE, Aws
from support.commits import log_of
from support.dynamodb_local import dynamodb_local
from support.experiments import Experiment
from support.processes import finished, start_python
from support.s3_server import AwsWithS3, s3_server
from support.small_days import FIRST_DAY, land_version, visible_rows
from support.workers import Read, Worker, readers, workers

from flightlake.commits.log import CommitLog, vacuumed_commits
from flightlake.commits.record import CommitRecord
from flightlake.lake import Lake
from flightlake.layout import snapshot_at_of
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.storage.open_lake import open_lake

RETENTION_S = 5.0
"""What vacuum leaves to readers; a read takes a tenth of it."""

EXPECTED_ERRORS = (
    "nothing to go back to",
    "another run has published",
    "its files were vacuumed",
    "is gone",
    "has no commit",
)
"""How a rollback may end that meets other work; a vacuum finds its way, and a convert tries ten times."""


@dataclass(frozen=True, eq=False)
class Operation:
    """What one worker did between two instants of the machine's monotonic clock."""

    what: str
    began_s: float
    ended_s: float
    answer: dict[str, Any]

    @property
    def commit(self) -> str | None:
        """The commit that a convert has published."""
        (result,) = self.answer.get("result") or [None]
        return result["commit"] if result and result["published"] else None


@dataclass
class Race:
    """What several workers do to one day, and what came of it.

    Attributes:
        landed: when the landing of each version began and ended.
    """

    lake: Lake
    operations: list[Operation] = field(default_factory=list)
    landed: dict[int, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def log(self) -> CommitLog:
        return log_of(self.lake)

    def run(self, worker: Worker, seed: int, count: int) -> None:
        """Let one worker do a number of operations in a random order."""
        drawn = random.Random(seed)
        for _ in range(count):
            what = drawn.choices(("convert", "rollback", "vacuum"), weights=(5, 3, 2))[0]
            self._do(worker, what)

    def _do(self, worker: Worker, what: str) -> None:
        order: dict[str, Any] = {"do": what}
        if what == "convert":
            self._land()
            order["days"] = [FIRST_DAY]
        elif what == "rollback":
            order |= {"day": FIRST_DAY, "seen": sorted(info.key for info in self.lake.store.list("raw/states/"))}
        else:
            order |= {"days_from_now": 0, "retention_s": RETENTION_S}
        answer = worker.do(**order)
        with self._lock:
            self.operations.append(Operation(what, answer["began_s"], answer["ended_s"], answer))

    def _land(self) -> None:
        with self._lock:
            version = len(self.landed) + 1
            self.landed[version] = (time.monotonic(), float("inf"))
        land_version(self.lake.store, FIRST_DAY, version)
        self.landed[version] = (self.landed[version][0], time.monotonic())


def version_of(raw_key: str) -> int:
    """Return the number of the response that a raw key holds: the minutes after noon."""
    at = snapshot_at_of(raw_key)
    assert at is not None
    return int((at - datetime(at.year, at.month, at.day, 12, tzinfo=at.tzinfo)).total_seconds()) // 60


def explained(race: Race) -> dict[int, Operation]:
    """Check that the log's order is one in which every operation could have happened; return each record's operation.

    The specification, in the order of the log: a build knows every response that was landed before it began; a rollback
    names a commit that was built before, is not retired and was not the visible one; a vacuum retires what is neither
    visible nor retired; and no operation comes before one that had ended when it began.
    """
    records = race.log.records(FIRST_DAY)
    assert [record.sequence for record in records] == list(range(1, len(records) + 1))
    made_by = {record.sequence: _maker(record, race) for record in records}
    claimed = Counter(operation for operation in made_by.values() if operation.what != "vacuum")
    assert all(count == 1 for count in claimed.values()), "no operation has two records, no record two operations"
    published = {operation.commit for operation in race.operations if operation.what == "convert"} - {None}
    assert published == {record.commit for record in records if record.kind == "build" and not record.vacuumed}
    for number, record in enumerate(records):
        _is_possible(record, records[:number], race, made_by[record.sequence])
        later = records[number + 1 :]
        assert all(made_by[other.sequence].ended_s > made_by[record.sequence].began_s for other in later)
    for operation in race.operations:
        _ended_well(operation, race, records, made_by)
    return made_by


def _maker(record: CommitRecord, race: Race) -> Operation:
    found = [operation for operation in race.operations if _made(operation, record)]
    assert len(found) == 1 or (record.vacuumed and found), f"{record.sequence} was made by {len(found)}"
    return found[0]


def _made(operation: Operation, record: CommitRecord) -> bool:
    if record.vacuumed:
        removed = operation.answer["result"]["removed"] if operation.what == "vacuum" else []
        return any(f"commit={commit}/" in folder for folder in removed for commit in record.vacuumed)
    if record.kind == "rollback":
        answer = operation.answer.get("result")
        return operation.what == "rollback" and bool(answer) and answer["sequence"] == record.sequence
    return operation.what == "convert" and operation.commit == record.commit


def _is_possible(record: CommitRecord, before: list[CommitRecord], race: Race, maker: Operation) -> None:
    built = {earlier.commit for earlier in before}
    retired = vacuumed_commits(before)
    if record.vacuumed:
        assert set(record.vacuumed) <= built - retired - {before[-1].commit}
        assert record.commit == before[-1].commit, "a vacuum leaves readers where they are"
    elif record.kind == "rollback":
        assert record.commit in built - retired - {before[-1].commit}
    else:
        versions = {version_of(key) for key in record.raw_keys}
        assert {version for version, (_, ended_s) in race.landed.items() if ended_s < maker.began_s} <= versions
        assert versions <= {version for version, (began_s, _) in race.landed.items() if began_s < maker.ended_s}


def _ended_well(operation: Operation, race: Race, records: list[CommitRecord], made_by: dict[int, Operation]) -> None:
    """What says that it was done was done, what says that nothing was to do is right, and errors are those expected."""
    if "error" in operation.answer:
        assert operation.what == "rollback", operation
        assert any(text in operation.answer["text"] for text in EXPECTED_ERRORS), operation
        return
    if operation.what == "convert" and operation.commit is None:
        (result,) = operation.answer["result"]
        if result["failed"]:  # whoever is never first gives up and says so; nothing is lost
            assert "10 times another run was first" in result["reason"], operation
            return
        known = {
            version_of(key)
            for record in records
            if made_by[record.sequence].began_s < operation.ended_s
            for key in record.known_raw_keys
        }
        assert {version for version, (_, ended_s) in race.landed.items() if ended_s < operation.began_s} <= known


def check_reads(seen: list[Read], race: Race, made_by: dict[int, Operation]) -> None:
    """Each read is one record's whole content, no older than the visible one when the longest writer under way began.

    Within that time a slow writer may set a pointer back for a moment, before it looks at the log again.
    """
    contents = {
        record.sequence: visible_rows(FIRST_DAY, {version_of(key) for key in record.raw_keys})
        for record in race.log.records(FIRST_DAY)
    }
    for read in seen:
        assert read.error is None, read.error
        under_way = [o.began_s for o in race.operations if o.began_s < read.began_s < o.ended_s]
        horizon_s = min(under_way, default=read.began_s)
        oldest = max((sequence for sequence, o in made_by.items() if o.ended_s < horizon_s), default=0)
        possible = [c for s, c in contents.items() if s >= oldest and made_by[s].began_s < read.ended_s]
        assert read.rows in ([], *possible) if oldest == 0 else read.rows in possible, read


def raced(lake: Lake, *, worker_count: int, operations_each: int, seed: int) -> tuple[Race, list[Read]]:
    """Let workers and readers loose on one day of the lake."""
    race, seen = Race(lake), list[Read]()
    with workers(lake.address, worker_count) as started, readers(lake.address, 2, seen) as watching:
        for reader in watching:
            reader.look_at(FIRST_DAY)
        with ThreadPoolExecutor(worker_count) as pool:
            futures = [
                pool.submit(race.run, worker, seed + number, operations_each) for number, worker in enumerate(started)
            ]
            for future in futures:
                future.result()
        last = started[0].do(do="convert")
        assert not any(result["failed"] for result in last["result"])
    head = race.log.head(FIRST_DAY)
    assert head is not None
    for table in CURATED_TABLES:
        assert lake.catalog.partitions(table)[FIRST_DAY] == head.folders[table.name], "the pointers are the log's"
        assert list(lake.store.list(head.folders[table.name])), "and their files are there"
    return race, seen


def report(experiment: Experiment, races: list[tuple[Race, list[Read]]], *, where: str, counts: list[int]) -> None:
    """Tell what the races did."""
    operations = [operation for race, _ in races for operation in race.operations]
    by_kind = Counter(operation.what for operation in operations)
    refused = sum("error" in operation.answer for operation in operations)
    converts = [operation.answer["result"][0] for operation in operations if operation.what == "convert"]
    beaten = sum(result["failed"] for result in converts)
    reads = sum(len(seen) for _, seen in races)
    experiment.found(
        "Can two runs at once break a day?",
        tried=f"{len(races)} races of {min(counts)} to {max(counts)} processes on one day {where}: "
        f"{by_kind['convert']} converts, {by_kind['rollback']} rollbacks, {by_kind['vacuum']} vacuums; "
        "2 readers all the while",
        result=f"the log's order explains every answer; no number was used twice; {refused} rollbacks were refused and "
        f"said why, {beaten} converts gave up after being beaten ten times; each of {reads:,} reads was one whole "
        "commit, and none missed a file",
    )


def test_one_order_explains_what_racing_processes_did_to_a_folder(tmp_path: Path, experiment: Experiment) -> None:
    worker_counts = [3] * experiment.size(small=1, ci=0, full=0) + [2, 4, 8] * experiment.size(small=0, ci=1, full=5)
    races = []
    for number, count in enumerate(worker_counts):
        lake = open_lake(str(tmp_path / f"lake-{number}"), create=True)
        each = experiment.size(small=5, ci=12, full=40)
        race, seen = raced(lake, worker_count=count, operations_each=each, seed=100 * number)
        check_reads(seen, race, explained(race))
        races.append((race, seen))
    report(experiment, races, where="of a folder lake", counts=worker_counts)


@pytest.fixture
def real_aws(tmp_path: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsWithS3]:
    """A real S3 server and a real DynamoDB, with moto's Glue."""
    with s3_server(tmp_path / "s3") as server, dynamodb_local(tmp_path) as dynamodb:
        found = AwsWithS3(aws, server, dynamodb)
        for variable, value in {**found.environment, "XDG_CACHE_HOME": str(tmp_path / "cache")}.items():
            monkeypatch.setenv(variable, value)
        yield found


@pytest.mark.slow
def test_one_order_explains_what_racing_processes_did_to_a_bucket(real_aws: AwsWithS3, experiment: Experiment) -> None:
    worker_counts = [2, 4, 8] * experiment.size(small=1, ci=1, full=4)
    place = real_aws.make_lake_place()
    races = []
    for number, count in enumerate(worker_counts):
        database = f"race_{number}"
        real_aws.others.make_database(database)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FLIGHTLAKE_DATABASE", database)
            lake = open_lake(f"{place}-{number}", create=True)
            each = experiment.size(small=4, ci=4, full=25)
            race, seen = raced(lake, worker_count=count, operations_each=each, seed=1000 + 100 * number)
            check_reads(seen, race, explained(race))
        races.append((race, seen))
    report(experiment, races, where="in a real S3 server (versitygw, moto's Glue)", counts=worker_counts)


ADMIT = """
    import json, sys
    from datetime import UTC, datetime
    import boto3
    from ingestion.quota.account import Granted, PollFeedback
    from ingestion.quota.quota import CreditQuota
    from flightlake.clock import SystemClock
    from flightlake.storage.dynamodb_state import DynamoDbPollState
    from flightlake.opensky.quota import PollingPlan, tier_named
    table, attempts = sys.argv[1], int(sys.argv[2])
    state = DynamoDbPollState(table, boto3.client("dynamodb"), "one-account")
    quota = CreditQuota(state, PollingPlan(tier_named("anonymous"), None, 900), place="x", clock=SystemClock())
    granted = 0
    for _ in range(attempts):
        permission = quota.admit(tries=1)
        if isinstance(permission, Granted):
            granted += 1
            quota.settle(permission, PollFeedback(1, is_answered=True))
    print(granted)
"""


@pytest.mark.slow
def test_pollers_at_once_never_spend_a_credit_twice(real_aws: AwsWithS3, experiment: Experiment) -> None:
    """An anonymous account has 400 credits a day, so that 100 global calls of 4 can be made, whoever makes them."""
    pollers = experiment.size(small=2, ci=4, full=8)
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=POLL_STATE_TABLE,
        AttributeDefinitions=[{"AttributeName": "poller_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "poller_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    attempts = 200 // pollers
    results = finished([start_python(ADMIT, POLL_STATE_TABLE, attempts) for _ in range(pollers)])
    assert all(status == 0 for status, _, _ in results), results
    granted = [int(output) for _, output, _ in results]
    assert sum(granted) == 100
    item = client.get_item(TableName=POLL_STATE_TABLE, Key={"poller_id": {"S": "one-account"}})["Item"]
    (account,) = json.loads(item["document"]["S"]).values()
    assert (account["budget"]["spent"], account["budget"]["reserved"]) == (400, 0)
    experiment.found(
        "Can two runs at once break a day?",
        tried=f"{pollers} pollers of one account at once, {attempts * pollers} attempts at 100 calls' worth of "
        "credits, on a real DynamoDB (DynamoDB Local)",
        result="exactly 100 calls were allowed and all 400 credits spent, none twice",
    )
