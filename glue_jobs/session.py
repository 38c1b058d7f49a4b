"""Spark session with the same settings in Glue, in `spark-submit`, on the command line and in tests."""

import json
from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # Instants as 64-bit microseconds: what Athena and DuckDB read; the default (INT96) is deprecated.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # It would remove, together with an empty input, the counts that are observed on the way.
    "spark.sql.adaptive.optimizer.excludedRules": ("org.apache.spark.sql.execution.adaptive.AQEPropagateEmptyRelation"),
    # A filter stays where it is written. Pushed below, the one of rejected rows would take decoding and evaluation
    # with it, once for each use of each column: they would be done twice, or the plan grow beyond any memory.
    "spark.sql.optimizer.excludedRules": ",".join(
        f"org.apache.spark.sql.catalyst.optimizer.{rule}"
        for rule in ("PushDownPredicates", "PushPredicateThroughNonJoin")
    ),
    # Evaluating all rules makes one method of over 8,000 bytes, which no JVM compiles by default. Past this limit Spark
    # makes many small methods, whatever the options of the JVMs that it runs on.
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # A folder of a commit holds Parquet files and nothing else.
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}
"""Settings that the results of the jobs depend on; production and tests use the same."""

LOCAL_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    # ParallelGC is about a tenth faster than G1 on two cores.
    "spark.driver.defaultJavaOptions": "-XX:+UseParallelGC",
    "spark.log.level": "ERROR",
    # The local file system without checksum files beside the data; Parquet has checksums of its own.
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
}
"""Further settings of one machine; a cluster sets these itself."""

_LOCAL_S3_SETTINGS = {
    # S3A's buffers on disk want Hadoop's usual local file system; with the other one each write would fail.
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.LocalFileSystem",
}


def spark_session(app_name: str, *, master: str | None = None, on_s3: bool = False) -> SparkSession:
    """Return the running session, or a new one, with the jobs' settings.

    Args:
        app_name: shown in Spark's own pages and logs.
        master: such as `local[*]` for one machine; None where a cluster or `spark-submit` has set it.
        on_s3: whether the lake lies in a bucket.
    """
    builder = SparkSession.builder.appName(app_name)
    settings = SETTINGS | local_settings(on_s3=on_s3) if master else SETTINGS
    for key, value in settings.items():
        builder = builder.config(key, value)
    return (builder.master(master) if master else builder).getOrCreate()


def local_settings(*, on_s3: bool) -> dict[str, str]:
    """Return the further settings of one machine, for a lake in a folder or in a bucket."""
    return LOCAL_SETTINGS | (_LOCAL_S3_SETTINGS if on_s3 else {})


def frame_of(spark: SparkSession, rows: Iterable[tuple[Any, ...]], ddl: str) -> DataFrame:
    """Return a frame of the driver's rows of texts and numbers, in one partition.

    `createDataFrame` sends them through a Python process, which takes a second to start; a JVM needs no such process.
    """
    names = [field.split()[0] for field in ddl.split(", ")]
    text = json.dumps([dict(zip(names, row, strict=True)) for row in rows])
    return spark.range(0, 1, 1, 1).select(F.inline(F.from_json(F.lit(text), f"array<struct<{ddl}>>")))
