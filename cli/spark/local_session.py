"""The Spark session of the command line: all cores of this machine, a suitable Java, no log lines on the terminal."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from cli.spark.launch import class_archive, class_option, java_path_option, spark_environment
from cli.spark.s3a_jars import s3a_jars
from flightlake.errors import FlightLakeError
from flightlake.lake import Lake
from glue_jobs.session import local_settings, spark_session

MASTER = "local[*]"

_JAVA_OPTIONS = "spark.driver.defaultJavaOptions"

_ENDED_S = 300


def session_starter(lake: Lake) -> Callable[[], SparkSession]:
    """Return a function that starts the Spark session for a lake.

    Raises:
        UsageError: the lake is in a bucket and Spark has no S3 client; the text says how to get it.
    """
    if lake.root is not None:
        return local_spark_session
    return partial(local_spark_session, s3_jars=s3a_jars(os.environ, own=Path(sys.prefix)), region=lake.region)


def local_spark_session(
    *, s3_jars: list[Path] | None = None, region: str | None = None, archive_to: Path | None = None
) -> SparkSession:
    """Return the running Spark session, or a new one on all cores of this machine.

    Args:
        s3_jars: Hadoop's S3 client, for a lake in a bucket; the bucket is reached as boto3 reaches it.
        region: of the bucket; None for that of boto3's settings.
        archive_to: a file to which Java writes the classes that it loaded, when it ends; None for a usual session,
            which reads the archive of set-up.

    Raises:
        FlightLakeError: there is no suitable Java, or Spark does not start; the text names the log.
        StorageError: there are no credentials for S3.
    """
    if SparkSession.getActiveSession() is None:
        _prepare_environment()
        if archive_to is None:
            java_option = class_option(class_archive(Path(sys.prefix)))
        else:
            java_option = java_path_option("ArchiveClassesAtExit", archive_to)
        if s3_jars is None:
            _start_quietly(local_settings(on_s3=False), java_option)
        else:
            _start_with_s3(s3_jars, region, java_option)
    return spark_session("flightlake", master=MASTER, on_s3=s3_jars is not None)


def end_java() -> None:
    """Stop the running session and wait for its Java process to end; this process cannot start another one.

    Raises:
        TimeoutExpired: it takes minutes.
    """
    context = SparkContext.getOrCreate()
    java = context._gateway.proc  # type: ignore[union-attr]  # noqa: SLF001  pyspark closes its input, too, but does not wait
    context.stop()
    java.stdin.close()
    java.wait(_ENDED_S)


def _start_with_s3(jars: list[Path], region: str | None, java_option: str) -> None:
    # Imported here and nowhere above: boto3 takes long to import, and a folder needs none of it.
    from flightlake.storage.s3a import s3a_access  # noqa: PLC0415 - see the line above

    access = s3a_access(region)
    with _environment(access.credentials):
        settings = {**local_settings(on_s3=True), **access.settings, "spark.jars": ",".join(map(str, jars))}
        _start_quietly(settings, java_option)


@contextmanager
def _environment(credentials: dict[str, str]) -> Iterator[None]:
    """Give processes that are started within the block these AWS credentials and no others."""
    before = dict(os.environ)
    os.environ.pop("AWS_SESSION_TOKEN", None)
    os.environ.update(credentials)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _prepare_environment() -> None:
    variables = spark_environment(os.environ, own=Path(sys.prefix))
    os.environ.pop("JAVA_HOME", None)
    os.environ.update(variables)


def _start_quietly(settings: dict[str, str], java_option: str) -> None:
    """Start the Java process with its messages in a log file; failures of jobs reach Python as exceptions."""
    log = Path(tempfile.gettempdir()) / f"flightlake-spark-{os.getpid()}.log"
    conf = SparkConf().setMaster(MASTER).setAll(list(settings.items()))
    conf.set(_JAVA_OPTIONS, f"{settings[_JAVA_OPTIONS]} {java_option}".strip())
    try:
        with log.open("wb") as sink:
            gateway = launch_gateway(conf, popen_kwargs={"stderr": sink, "stdout": sink})  # type: ignore[no-untyped-call]  # pyspark gives it no types
        SparkContext._ensure_initialized(gateway=gateway, conf=conf)  # noqa: SLF001  the one way to hand a gateway over
    except (PySparkException, Py4JError, OSError) as error:
        raise FlightLakeError(f"Spark did not start; {log} says why ({error})") from error
    log.unlink()
