"""The Glue job's file by `spark-submit`: the command, and one run of it."""

import os
import subprocess
import sys
from pathlib import Path

import pyspark
import pytest
from support.vectors import DAY, body, landed, vector

from cli.spark.submit import JOB, spark_submit_command
from flightlake.commits.log import CommitLog
from flightlake.commits.record import DayCounts
from flightlake.lake import Lake
from flightlake.publishing.registry import STATES_LOG


def test_the_command_runs_the_job_of_glue_with_the_spark_and_python_of_this_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPARK_HOME", "/an/older/spark")
    submit = spark_submit_command("a lake")
    home = Path(pyspark.__file__).parent
    assert submit.command[0] == str(home / "bin" / "spark-submit")
    assert submit.command[-3:] == [str(JOB), "--lake", "a lake"]
    assert "spark.driver.memory=2g" in submit.command
    assert submit.environment["SPARK_HOME"] == str(home)
    assert submit.environment["PYSPARK_DRIVER_PYTHON"] == sys.executable
    assert os.environ["SPARK_HOME"] == "/an/older/spark", "this process keeps its environment"


@pytest.mark.slow
def test_the_command_publishes_the_pending_days(folder_lake: Lake, tmp_path: Path) -> None:
    landed(folder_lake.store, body(vector()))
    submit = spark_submit_command(str(folder_lake.root))
    done = subprocess.run(
        submit.command, env=submit.environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    commit = CommitLog(STATES_LOG.name, STATES_LOG.tables, folder_lake.store, folder_lake.catalog).head(DAY)
    assert commit is not None
    assert commit.counts == DayCounts(raw_rows=1, curated=1, quarantined=0, duplicates=0)
