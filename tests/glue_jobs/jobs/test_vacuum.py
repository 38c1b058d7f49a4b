"""The vacuum job removes what no reader needs, counts it, and starts no Spark."""

import logging
import os
from pathlib import Path

import pytest
from support.aws import Aws

from flightlake.lake import Lake
from glue_jobs.jobs.vacuum import main

STRAY = "curated/states/snapshot_date=2026-05-08/commit=20200101T000000Z-00000000/part-0.parquet"


@pytest.fixture(autouse=True)
def _job_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@pytest.fixture
def stray(small_lake: Lake) -> Path:
    """A folder that a run left behind when it crashed in 2020."""
    small_lake.store.put_if_absent(STRAY, b"12345")
    assert small_lake.root is not None
    path = small_lake.root / STRAY
    os.utime(path, (1577836800, 1577836800))
    return path


def test_what_a_crashed_run_left_goes_and_is_counted(
    small_lake: Lake, stray: Path, aws: Aws, caplog: pytest.LogCaptureFixture
) -> None:
    before = {info.key for info in small_lake.store.list("")}
    assert main(["--lake", small_lake.address, "--service", "flightlake-dev"]) == 0
    assert before - {info.key for info in small_lake.store.list("")} == {STRAY}
    assert "(1 files, 5 bytes)" in caplog.text
    data = aws.client("cloudwatch").list_metrics(Namespace="Flightlake")["Metrics"]
    assert sorted(metric["MetricName"] for metric in data) == ["BytesRemoved", "FoldersRemoved"]


def test_a_dry_run_only_tells(small_lake: Lake, stray: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert main(["--lake", small_lake.address, "--dry-run"]) == 0
    assert stray.exists()
    assert "would go: curated/states/" in caplog.text


def test_a_place_that_is_no_lake_is_status_1_and_a_wrong_age_2(tmp_path: Path) -> None:
    assert main(["--lake", str(tmp_path / "nowhere")]) == 1
    assert main(["--lake", str(tmp_path), "--older-than-days", "soon"]) == 2
