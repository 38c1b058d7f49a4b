"""Jobs as Glue runs them: started twice, killed at the timeout, retried; with a crawler at any moment."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.aws import DATABASE, Aws
from support.commands import flightlake
from support.commits import log_of
from support.experiments import Experiment
from support.glue import GLUE_ARGUMENTS, awsglue_folder
from support.small_days import FIRST_DAY, GOOD_ROWS, land_version, small_conversion, visible_rows
from support.spark_submit import started_spark_submit
from support.workers import Read, readers

from flightlake.clock import SystemClock
from flightlake.lake import Lake
from flightlake.layout import RAW_POLLS_PREFIX, RAW_STATES_PREFIX
from flightlake.schema.contract import glue_table
from flightlake.schema.tables.registry import CURATED_TABLES, RAW_TABLES, TABLES
from flightlake.storage.open_lake import open_lake
from infra.components.catalog import crawler_grants
from infra.config.names import Names
from infra.plan.mock_outputs import ACCOUNT

ROOT = Path(__file__).parents[2]
QUESTION = "What does Glue do to a day that I would not?"


def started_job(lake: Lake, tmp_path: Path) -> subprocess.Popen[str]:
    """Start the job as Glue starts it, always with the same arguments."""
    python_path = tmp_path / "glue"
    if not python_path.exists():
        awsglue_folder(python_path)
    script = ROOT / "glue_jobs" / "jobs" / "convert_states.py"
    few = ("--conf", "spark.sql.shuffle.partitions=2")
    ours = ("--lake", lake.address)
    return started_spark_submit(*few, script, *GLUE_ARGUMENTS, *ours, cwd=tmp_path, python_path=str(python_path))


def is_whole(lake: Lake, versions: int) -> None:
    """The log has no gap, the pointers are the log's, and the recount agrees row by row."""
    records = log_of(lake).records(FIRST_DAY)
    assert [record.sequence for record in records] == list(range(1, len(records) + 1))
    assert len(records[-1].raw_keys) == versions
    for table in CURATED_TABLES:
        assert lake.catalog.partitions(table)[FIRST_DAY] == records[-1].folders[table.name]
    status, output, errors = flightlake("verify", "--lake", lake.address, "--format", "json")
    assert status == 0, output + errors


@pytest.mark.slow
def test_a_job_started_twice_publishes_each_row_once(folder_lake: Lake, tmp_path: Path, experiment: Experiment) -> None:
    rounds = experiment.size(small=1, ci=1, full=6)
    for number in range(rounds):
        land_version(folder_lake.store, FIRST_DAY, number + 1)
        jobs = [started_job(folder_lake, tmp_path) for _ in range(2)]
        said = [job.communicate(timeout=300)[0] for job in jobs]
        assert [job.returncode for job in jobs] == [0, 0], said
        is_whole(folder_lake, number + 1)
    experiment.found(
        QUESTION,
        tried=f"{rounds} times the whole job by two triggers at once, the same arguments, real Spark",
        result=f"both ended well; {len(log_of(folder_lake).records(FIRST_DAY))} commits for {rounds} changes; the "
        "recount agreed row by row",
    )


@pytest.mark.slow
def test_a_job_killed_at_its_timeout_is_simply_run_again(
    folder_lake: Lake, tmp_path: Path, experiment: Experiment
) -> None:
    kills = experiment.size(small=1, ci=1, full=30)
    drawn, seen, died = random.Random(kills), list[Read](), 0
    usual_s = timed_job(folder_lake, tmp_path)
    with readers(folder_lake.address, 1, seen) as (reader,):
        reader.look_at(FIRST_DAY)
        for number in range(kills):
            land_version(folder_lake.store, FIRST_DAY, number + 2)
            job = started_job(folder_lake, tmp_path)
            # Most of the time goes into Java's start: what is killed is to be at work.
            time.sleep(drawn.uniform(0.5, 1.0) * usual_s)
            with suppress(ProcessLookupError):
                os.killpg(job.pid, signal.SIGKILL)
            job.communicate(timeout=60)
            died += job.returncode != 0
            again = started_job(folder_lake, tmp_path)
            said, _ = again.communicate(timeout=300)
            assert again.returncode == 0, said
            is_whole(folder_lake, number + 2)
    for read in seen:
        assert read.error is None, read
        assert read.rows == visible_rows(FIRST_DAY, range(1, len(read.rows) // GOOD_ROWS + 1)), read
    experiment.found(
        QUESTION,
        tried=f"{kills} runs of the whole job, real Spark, killed at a random instant ({died} were not through), then "
        "retried with the same arguments; a reader all the while",
        result=f"each retry published the day; each of {len(seen):,} reads was one whole version of it; the recount "
        "agreed row by row",
    )


def timed_job(lake: Lake, tmp_path: Path) -> float:
    """Run the job once undisturbed and return the seconds that it took."""
    land_version(lake.store, FIRST_DAY, 1)
    began_s = time.monotonic()
    job = started_job(lake, tmp_path)
    said, _ = job.communicate(timeout=300)
    assert job.returncode == 0, said
    return time.monotonic() - began_s


@dataclass
class Crawler:
    """Does what Glue's crawler does with the configuration that is deployed: adds partitions for new folders.

    It tries the rest, too: with `CRAWL_NEW_FOLDERS_ONLY` and changes only logged, the service itself does not.
    """

    aws: Aws
    address: str
    runs: int = 0
    _client: Any = field(init=False)

    def __post_init__(self) -> None:
        self._client = self.aws.client("glue")

    def run(self) -> None:
        self.runs += 1
        for table, prefix in RAW_TABLES.items():
            depth = len(table.partition_columns)
            known = self._known(table.name)
            for folder in sorted(self._folders(prefix, depth) - known):
                self._add(table.name, folder, f"{self.address}/{prefix}")

    def _known(self, table: str) -> set[tuple[str, ...]]:
        pages = self._client.get_paginator("get_partitions").paginate(DatabaseName=DATABASE, TableName=table)
        return {tuple(found["Values"]) for page in pages for found in page["Partitions"]}

    def _folders(self, prefix: str, depth: int) -> set[tuple[str, ...]]:
        bucket, _, base = self.address.removeprefix("s3://").partition("/")
        listed = self.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{base}/{prefix}").get("Contents", [])
        names = [found["Key"].removeprefix(f"{base}/{prefix}").split("/")[:depth] for found in listed]
        return {tuple(part.partition("=")[2] for part in name) for name in names}

    def _add(self, table: str, values: tuple[str, ...], location: str) -> None:
        found = self._client.get_table(DatabaseName=DATABASE, Name=table)["Table"]
        names = [column["Name"] for column in found["PartitionKeys"]]
        path = "/".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
        storage = {**found["StorageDescriptor"], "Location": f"{location}{path}/"}
        partition = {"Values": list(values), "StorageDescriptor": storage}
        self._client.batch_create_partition(DatabaseName=DATABASE, TableName=table, PartitionInputList=[partition])


@dataclass(frozen=True)
class CrawledCatalog:
    """A catalog before and after each change of which the crawler runs."""

    catalog: Any
    crawler: Crawler

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.catalog, name)
        if name not in ("create_table", "move_pointer"):
            return method

        def called(*args: Any) -> Any:
            self.crawler.run()
            result = method(*args)
            self.crawler.run()
            return result

        return called


def published(aws: Aws, around: Callable[[Lake, str], Lake]) -> tuple[dict[str, Any], Lake]:
    """Publish three versions of a day; return the published tables and their partitions as Glue has them."""
    address = aws.make_lake_place()
    lake = around(open_lake(address, create=True), address)
    glue = aws.client("glue")
    for table in TABLES:
        prefix = RAW_TABLES.get(table, f"curated/{table.name}/")
        with suppress(glue.exceptions.AlreadyExistsException):
            glue.create_table(DatabaseName=DATABASE, TableInput=glue_table(table, f"{address}/{prefix}"))
    for version in (1, 2, 3):
        land_version(lake.store, FIRST_DAY, version)
        (result,) = small_conversion(lake, SystemClock()).run([FIRST_DAY])
        assert result.published
    return {table.name: described(glue, table.name) for table in CURATED_TABLES}, lake


def described(glue: Any, table: str) -> dict[str, Any]:
    """Return what Glue holds of a table, without instants and the ids of commits."""
    found = glue.get_table(DatabaseName=DATABASE, Name=table)["Table"]
    partitions = glue.get_partitions(DatabaseName=DATABASE, TableName=table)["Partitions"]
    for part in (found, *partitions):
        for name in ("CreateTime", "UpdateTime", "CreationTime", "LastAccessTime"):
            part.pop(name, None)
        part["StorageDescriptor"]["Location"] = part["StorageDescriptor"]["Location"].partition("commit=")[0]
    return {"table": found, "partitions": partitions}


def test_a_crawler_at_any_moment_leaves_alone_what_publish_made(aws: Aws, experiment: Experiment) -> None:
    alone, _ = published(aws, lambda lake, _: lake)
    aws.reset()
    crawlers: list[Crawler] = []

    def crawled(lake: Lake, address: str) -> Lake:
        crawlers.append(Crawler(aws, address))
        return replace(lake, catalog=CrawledCatalog(lake.catalog, crawlers[0]))

    beside, lake = published(aws, crawled)
    assert beside == alone
    crawlers[0].run()
    glue = aws.client("glue")
    (hour,) = glue.get_partitions(DatabaseName=DATABASE, TableName="raw_states")["Partitions"]
    assert hour["StorageDescriptor"]["Location"].endswith("raw/states/year=2026/month=05/day=08/hour=12/")
    assert not list(lake.store.list(RAW_POLLS_PREFIX))
    assert len(list(lake.store.list(RAW_STATES_PREFIX))) == 3
    experiment.found(
        QUESTION,
        tried=f"a crawler, configured as the deployed one, run {crawlers[0].runs} times: before and after each call "
        "that changes the catalog in three publishes (moto's Glue; the crawler is a stand-in)",
        result="the published tables and partitions are the same as without a crawler; raw partitions are added; its "
        "role may change no published table",
    )


def test_the_crawlers_role_may_change_no_published_table() -> None:
    """What its configuration says, IAM enforces."""
    names = Names("dev", ACCOUNT, "us-east-1")
    keys: Any = SimpleNamespace(raw="raw", curated="curated", operations="operations")
    changing = [
        resource
        for grant in crawler_grants(names, keys)
        if any(action.startswith("glue:") and "Get" not in action for action in grant.actions)
        for resource in map(str, grant.resources)
    ]
    arns = {table: names.arn("glue", f"table/{names.database}/{table.name}") for table in TABLES}
    may = {table for table, arn in arns.items() if any(fnmatchcase(arn, resource) for resource in changing)}
    assert may == set(RAW_TABLES)
