"""A failed build says what failed, not which call of Python's it was."""

import pytest

from glue_jobs.spark_errors import reason_of

JAVA = """An error occurred while calling o2090.parquet.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 3.0 failed 1 times
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:1)
Caused by: org.apache.spark.SparkException: Task failed while writing rows
\tat org.apache.spark.sql.execution.datasources.FileFormatWriter$.executeTask(FileFormatWriter.scala:1)
Caused by: java.net.ConnectException: Connection refused
\t... 9 more
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (JAVA, "java.net.ConnectException: Connection refused"),
        (JAVA.partition("Caused by")[0], JAVA.splitlines()[1].removeprefix(": ")),
        ("An error occurred while calling o1.parquet.", "An error occurred while calling o1.parquet."),
        ("[PATH_NOT_FOUND] Path does not exist: x.\nSQLSTATE", "[PATH_NOT_FOUND] Path does not exist: x."),
        ("", "RuntimeError"),
    ],
)
def test_the_innermost_cause_is_named(text: str, reason: str) -> None:
    assert reason_of(RuntimeError(text)) == reason
