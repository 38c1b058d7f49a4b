"""Faults of the storage at every request and every step: each operation is done or not done, and can be run again."""

import errno
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.aws import Aws
from support.commits import log_of
from support.experiments import Experiment
from support.faulty_network import FAULTS, Network, Plan, faulty_network, may_strike
from support.small_days import FIRST_DAY, GOOD_ROWS, land_version, read_day, small_conversion, visible_rows
from support.workers import workers

from duckdb_engine.engine import Engine
from flightlake.clock import SystemClock
from flightlake.commits.vacuum import Vacuum
from flightlake.errors import FlightLakeError, StorageError
from flightlake.lake import Lake
from flightlake.schema.tables.states import STATES
from flightlake.storage.open_lake import open_lake


@dataclass(frozen=True)
class Operation:
    """Something that is done to a lake that holds a published day of one response and one response more.

    Attributes:
        run: does it; raises a FlightLakeError where it could not.
        versions: of the responses that readers see when it is done.
    """

    name: str
    run: Callable[[Lake], Any]
    versions: tuple[int, ...]


def land(lake: Lake) -> None:
    """Land a third response; readers see nothing of it yet."""
    land_version(lake.store, FIRST_DAY, 3)


def convert(lake: Lake) -> None:
    conversion = small_conversion(lake, SystemClock())
    (result,) = conversion.run([FIRST_DAY])
    if result.failed:
        raise StorageError(str(result.reason))


def roll_back(lake: Lake) -> None:
    log = small_conversion(lake, SystemClock()).log
    first = log.records(FIRST_DAY)[0].commit
    if log.records(FIRST_DAY)[-1].commit != first:  # a retry finds it done
        seen = tuple(info.key for info in lake.store.list("raw/states/"))
        log.roll_back(FIRST_DAY, commit=first, seen_raw_keys=seen, at=datetime.now(UTC))


def vacuum(lake: Lake) -> None:
    log = small_conversion(lake, SystemClock()).log
    Vacuum(log, lake.store, lake.catalog, datetime.now(UTC) + timedelta(days=30), timedelta(days=7)).remove()


OPERATIONS = (
    Operation("land", land, (1,)),
    Operation("convert", convert, (1, 2)),
    Operation("rollback", roll_back, (1,)),
    Operation("vacuum", vacuum, (1, 2)),
)


def prepared(lake: Lake, operation: Operation) -> None:
    """Bring the lake into the state that the operation begins with."""
    land_version(lake.store, FIRST_DAY, 1)
    convert(lake)
    land_version(lake.store, FIRST_DAY, 2)
    if operation.name in ("rollback", "vacuum"):
        convert(lake)


def seen_versions(lake: Lake, cache: Path) -> tuple[int, ...]:
    """Return which responses readers see, having checked that they see them whole."""
    with Engine(lake, cache_root=cache) as engine:
        rows, _, _ = read_day(engine, FIRST_DAY)
    versions = tuple(range(1, len(rows) // GOOD_ROWS + 1))
    assert rows == visible_rows(FIRST_DAY, versions), rows
    return versions


def attempted(operation: Operation, lake: Lake) -> str | None:
    """Do it and return None, or the error that it ended with."""
    try:
        operation.run(lake)
    except FlightLakeError as error:
        return str(error)
    return None


def check_log(lake: Lake) -> None:
    """No gap in the log, and every folder of its head is there."""
    records = log_of(lake).records(FIRST_DAY)
    assert [record.sequence for record in records] == list(range(1, len(records) + 1))
    for folder in records[-1].folders.values():
        assert list(lake.store.list(folder)), f"{folder} of the visible commit is gone"


def convert_what_is_left_undone(lake: Lake) -> None:
    """Begin a run, as the next one would, for no day."""
    assert list(small_conversion(lake, SystemClock()).run([])) == []


def check(operation: Operation, lake: Lake, error: str | None, cache: Path) -> None:
    """After the fault readers see the day before or after; after one more try, without fault, the day after."""
    before = (1, 2) if operation.name in ("rollback", "vacuum") else (1,)
    seen = seen_versions(lake, cache)
    assert seen in (before, operation.versions), (seen, error)
    if error is None:
        assert seen == operation.versions, "it said that it was done"
    check_log(lake)
    convert_what_is_left_undone(lake)
    assert attempted(operation, lake) is None
    assert seen_versions(lake, cache) == operation.versions
    check_log(lake)
    if operation.name == "land":
        convert(lake)
        assert seen_versions(lake, cache) == (1, 2, 3), "what was landed, or landed again, is there once"


@pytest.fixture
def network(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """AWS behind a network that can fail; boto3 does not wait before it tries again."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr("flightlake.storage.s3.time", SimpleNamespace(sleep=lambda _: None))
    with faulty_network(aws.endpoint) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.endpoint)
        yield found


PLANS: dict[str, Callable[[str, int], Plan]] = {
    "one request": lambda fault, at: lambda number: fault if number == at else None,
    "all requests from one on": lambda fault, at: lambda number: fault if number >= at else None,
}


def cases(aws: Aws, network: Network) -> Iterator[tuple[Operation, Plan]]:
    """Yield each operation with each fault at each of its requests."""
    for number, operation in enumerate(OPERATIONS):
        lake = fresh_lake(aws, network, f"counted-{number}")
        prepared(lake, operation)
        network.strike(lambda _: None)
        operation.run(lake)
        requests = [request for request, _ in network.requests]
        for fault, (name, plan_of), at in product(FAULTS, PLANS.items(), range(len(requests))):
            is_harmless = name != "one request" and fault in ("slow", "stale listing")
            if may_strike(fault, requests[at]) and not is_harmless:
                yield operation, plan_of(fault, at)


def fresh_lake(aws: Aws, network: Network, name: str) -> Lake:
    """Make a new lake behind the faulty network."""
    network.strike(lambda _: None)
    aws.reset()
    aws.make_database()
    aws.make_bucket(f"a-lake-{name}")  # a name used once: the reader keeps copies by the lake's address
    return open_lake(f"s3://a-lake-{name}/lake", create=True)


@pytest.mark.slow
def test_each_request_to_aws_may_go_wrong(network: Network, aws: Aws, tmp_path: Path, experiment: Experiment) -> None:
    outcomes: Counter[str] = Counter()
    for number, (operation, plan) in enumerate(list(cases(aws, network))[:: experiment.size(small=97, ci=61, full=1)]):
        lake = fresh_lake(aws, network, str(number))
        prepared(lake, operation)
        network.strike(plan)
        error = attempted(operation, lake)
        outcomes["done" if error is None else "not done, and said so"] += network.struck()
        network.strike(lambda _: None)
        check(operation, lake, error, tmp_path / "cache")
    assert len(outcomes) == 2, outcomes
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
    experiment.found(
        "Can a fault of the storage lose me a row?",
        tried=f"{outcomes.total():,} times land, convert, rollback or vacuum on S3 and Glue (moto), one request of "
        f"which, or all from one on, met a fault of the network: {', '.join(FAULTS)}",
        result=f"{told}; readers saw the day before or after, and the next try without fault completed each",
    )


REFUSALS = {errno.ENOSPC: "full disk", errno.EACCES: "no permission", errno.EROFS: "read-only disk"}


def test_each_write_to_the_disk_may_be_refused(tmp_path: Path, experiment: Experiment) -> None:
    pattern = open_lake(str(tmp_path / "pattern"), create=True)
    land_version(pattern.store, FIRST_DAY, 1)
    with workers(pattern.address) as (worker,):
        steps = dict.fromkeys(worker.do(do="convert", trace=True)["steps"])
        writes = [step for step in steps if ": remove" not in step]
        found = list(product(writes, REFUSALS))[:: experiment.size(small=11, ci=3, full=1)]
        for number, (step, refusal) in enumerate(found):
            lake = open_lake(str(tmp_path / f"lake-{number}"), create=True)
            land_version(lake.store, FIRST_DAY, 1)
            (result,) = worker.do(lake=lake.address, do="convert", fail_at=step, errno=refusal)["result"]
            assert result["failed"], step
            assert os.strerror(refusal).lower() in result["reason"], "it says what happened"
            is_visible = FIRST_DAY in lake.catalog.partitions(STATES)
            assert seen_versions(lake, tmp_path) == ((1,) if is_visible else ())
            assert not any(again["failed"] for again in worker.do(lake=lake.address, do="convert")["result"])
            assert seen_versions(lake, tmp_path) == (1,)
    experiment.found(
        "Can a fault of the storage lose me a row?",
        tried=f"{len(found)} publishes to a folder, in each of which one write and all after it were refused: "
        f"{', '.join(REFUSALS.values())}; at each of {len(writes)} steps",
        result="each ended in one line that says what happened and what to do; readers saw the whole day or none of "
        "it, and the next run without fault published each",
    )


@pytest.mark.slow
def test_a_disk_that_is_really_full(tmp_path: Path, experiment: Experiment) -> None:
    """A small disk in memory, filled up to different points."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk (mount -t tmpfs)")
    try:
        failures = fill_and_publish(disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert failures > 3
    experiment.found(
        "Can a fault of the storage lose me a row?",
        tried=f"{failures} publishes to a disk of 4 MB that was really full, with 0 to 60 KB left",
        result="each failed in one line; readers kept the day before; with room again the next run published it",
    )


def fill_and_publish(disk: Path) -> int:
    """Publish on a disk with ever more room, and return how often there was too little."""
    lake, failures = open_lake(str(disk / "lake"), create=True), 0
    for number, room_bytes in enumerate(range(0, 60_000, 4_000)):
        day = FIRST_DAY + timedelta(days=number)
        land_version(lake.store, day, 1)
        room = shutil.disk_usage(disk).free
        (disk / "ballast").write_bytes(b"\0" * max(room - room_bytes, 0))
        (result,) = small_conversion(lake, SystemClock()).run([day])
        if result.failed:
            failures += 1
            assert "no space left on device; free some space" in str(result.reason)
            assert day not in lake.catalog.partitions(STATES) or seen_whole(lake, day)
        (disk / "ballast").unlink()
        again = list(small_conversion(lake, SystemClock()).run([day]))
        assert not any(found.failed for found in again)
        assert seen_whole(lake, day)
        later = datetime.now(UTC) + timedelta(days=30)
        Vacuum(small_conversion(lake, SystemClock()).log, lake.store, lake.catalog, later, timedelta()).remove()
    return failures


def seen_whole(lake: Lake, day: date) -> bool:
    with Engine(lake) as engine:
        return read_day(engine, day)[0] == visible_rows(day, [1])
