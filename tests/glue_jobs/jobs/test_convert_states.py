"""The job's entry: arguments in, exit status out."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from support.glue import GLUE_ARGUMENTS, awsglue_folder
from support.traced import TracedLake, instant
from support.vectors import DAY, body, landed, vector

from flightlake.lake import Lake
from flightlake.schema.tables.states import STATES
from glue_jobs.jobs.convert_states import main


@pytest.fixture(autouse=True)
def _job_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def a_record(lake: Lake) -> None:
    """Put a broken record into the poll ledger: its day is published without it."""
    lake.store.put_if_absent("raw/polls/year=2026/month=05/day=08/poll_20260508_120000_000_8ac17376.json", b"{")


def days_done(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    marked = [record.getMessage() for record in caplog.records if record.getMessage().startswith("day done: ")]
    return [json.loads(message.removeprefix("day done: ")) for message in marked]


@pytest.mark.usefixtures("spark")
def test_a_run_publishes_the_pending_day_and_the_next_has_nothing_to_do(
    folder_lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    landed(folder_lake.store, body(vector(), vector(icao24="4b1805")))
    a_record(folder_lake)
    assert main(["--lake", folder_lake.address]) == 0
    (day,) = days_done(caplog)
    assert (day["date"], day["curated"], day["published"]) == ("2026-05-08", 2, True)
    assert list(folder_lake.catalog.partitions(STATES)) == [DAY]
    caplog.clear()
    assert main(["--lake", folder_lake.address]) == 0
    assert days_done(caplog) == []
    assert "nothing to do: no raw object is newer than its day's last commit" in caplog.text


@pytest.mark.usefixtures("spark")
def test_a_day_that_fails_its_audit_is_status_1(folder_lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    landed(folder_lake.store, body(vector(), []))
    assert main(["--lake", folder_lake.address, "--min-quality", "99.9"]) == 1
    (day,) = days_done(caplog)
    assert (day["published"], day["commit"]) == (False, None)
    assert "is below 99.9" in str(day["reason"])
    assert folder_lake.catalog.partitions(STATES) == {}


def test_a_day_without_data_is_status_1(folder_lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["--lake", folder_lake.address, "--date", "2020-01-01"]) == 1
    assert "nothing was landed for this day" in caplog.text


@pytest.mark.parametrize("wrong", [["--date", "8 May"], ["--min-quality", "all"]])
def test_a_wrong_argument_is_status_2_and_no_traceback(
    folder_lake: Lake, caplog: pytest.LogCaptureFixture, wrong: list[str]
) -> None:
    assert main(["--lake", folder_lake.address, *wrong]) == 2
    assert [record.exc_info for record in caplog.records] == [None]
    assert caplog.text.count(wrong[0].replace("min-q", "min_q")) == 1


def test_a_place_that_is_no_lake_is_status_1(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["--lake", str(tmp_path / "nowhere")]) == 1
    assert "nowhere is not a lake: there is no such folder" in caplog.text


def test_a_lake_with_nothing_landed_needs_no_spark(folder_lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["--lake", folder_lake.address]) == 0
    assert "nothing to do" in caplog.text


@pytest.fixture
def _on_glue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(awsglue_folder(tmp_path / "glue"))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "awsglue"]:
        del sys.modules[name]


@pytest.mark.usefixtures("_on_glue")
def test_the_same_entry_runs_with_glues_arguments(
    spark: SparkSession, folder_lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    landed(folder_lake.store, body(vector()))
    assert main([*GLUE_ARGUMENTS, "--lake", folder_lake.address, "--date", "2026-05-08"]) == 0
    (day,) = days_done(caplog)
    assert (day["curated"], day["published"]) == (1, True)
    assert SparkSession.getActiveSession() is spark, "the cluster's session is used, none of its own is made"


def test_a_run_logs_how_many_days_were_built_under_other_rules(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    traced = TracedLake(tmp_path / "lake")
    traced.publish([traced.land(vector())], rule_fingerprint="aaaaaaaaaaaa")
    assert main(["--lake", traced.lake.address]) == 0
    assert "days built under other rules stay; rebuild with --since: 1 of them from 2026-05-08" in caplog.text


def test_a_day_that_was_rolled_back_is_named_and_not_rebuilt_by_since(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    traced = TracedLake(tmp_path / "lake")
    key = traced.land(vector())
    for commit in ("c1", "c2"):
        traced.publish([key], commit=commit, rule_fingerprint="aaaaaaaaaaaa")
    traced.log.roll_back(DAY, commit=None, seen_raw_keys=(key,), at=instant(90_000))
    assert main(["--lake", traced.lake.address, "--since", "2026-05-08"]) == 0
    assert "days rolled back stay; rebuild with --date and --rebuild: 2026-05-08" in caplog.text
    assert len(traced.log.records(DAY)) == 3
