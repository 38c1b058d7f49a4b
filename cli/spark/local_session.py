"""Start Spark on this machine with a Java that it runs on, and without its chatter."""

import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pyspark
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from cli.spark.java_home import chosen_java_home
from cli.spark.s3a_jars import s3a_jars
from flightlake.errors import FlightLakeError
from flightlake.lake import Lake
from glue_jobs.session import local_settings, spark_session

MASTER = "local[*]"

_JAVA_OPTIONS = "spark.driver.defaultJavaOptions"

_ENDED_S = 300


def session_starter(lake: Lake) -> Callable[[], SparkSession]:
    """Return what starts the session for a lake, when it is needed.

    Raises:
        UsageError: the lake lies in a bucket, and Spark has no client of S3; the text says how to get it.
    """
    if lake.root is not None:
        return local_spark_session
    return partial(local_spark_session, s3_jars=s3a_jars(os.environ, own=Path(sys.prefix)), region=lake.region)


def class_archive(own: Path) -> Path:
    """Return where a virtual environment keeps Spark's classes; `cli.spark.class_archive` makes it."""
    return own / "share" / "flightlake" / "spark-classes.jsa"


def class_option(archive: Path) -> str:
    """Return the option with which Java reads its classes from an archive; none where there is no archive."""
    return _java_option("SharedArchiveFile", archive) if archive.exists() else ""


def local_spark_session(
    *, s3_jars: list[Path] | None = None, region: str | None = None, archive_to: Path | None = None
) -> SparkSession:
    """Return a Spark session on all cores of this machine.

    Args:
        s3_jars: the client of S3, for a lake in a bucket; the bucket is reached as boto3 reaches it.
        region: of the bucket; None for that of boto3's settings.
        archive_to: a file to which Java writes the classes that it loaded, when it ends; None for a usual session,
            which reads the archive that is there.

    Raises:
        FlightLakeError: there is no fit Java, or Spark does not start; the text names the log.
        StorageError: there are no credentials for S3.
    """
    if SparkSession.getActiveSession() is None:
        _prepare_environment()
        archive = class_archive(Path(sys.prefix))
        java_option = class_option(archive) if archive_to is None else _java_option("ArchiveClassesAtExit", archive_to)
        if s3_jars is None:
            _start_quietly(local_settings(on_s3=False), java_option)
        else:
            _start_with_s3(s3_jars, region, java_option)
    return spark_session("flightlake", master=MASTER, on_s3=s3_jars is not None)


def end_java() -> None:
    """End the session that runs and its Java, and wait until that is gone; a process can have no other after it.

    Raises:
        TimeoutExpired: it takes minutes.
    """
    context = SparkContext.getOrCreate()
    java = context._gateway.proc  # type: ignore[union-attr]  # noqa: SLF001  pyspark closes its input, too, but does not wait
    context.stop()
    java.stdin.close()
    java.wait(_ENDED_S)


def _java_option(name: str, path: Path) -> str:
    # Spark's launcher takes options apart as a shell does.
    return f"-XX:{name}={shlex.quote(str(path))}"


def _start_with_s3(jars: list[Path], region: str | None, java_option: str) -> None:
    # Imported here and nowhere above: boto3 takes long to import, and a folder needs none of it.
    from flightlake.storage.s3a import s3a_access  # noqa: PLC0415 - see the line above

    access = s3a_access(region)
    with _environment(access.credentials):
        settings = {**local_settings(on_s3=True), **access.settings, "spark.jars": ",".join(map(str, jars))}
        _start_quietly(settings, java_option)


@contextmanager
def _environment(credentials: dict[str, str]) -> Iterator[None]:
    """Let a process that is started within the block have these credentials, and no others."""
    before = dict(os.environ)
    os.environ.pop("AWS_SESSION_TOKEN", None)
    os.environ.update(credentials)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _prepare_environment() -> None:
    java_home = chosen_java_home(os.environ, own=Path(sys.prefix))
    if java_home is None:
        os.environ.pop("JAVA_HOME", None)
    else:
        os.environ["JAVA_HOME"] = str(java_home)
    # A Spark that was installed for other work is of another version than this package.
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)


def _start_quietly(settings: dict[str, str], java_option: str) -> None:
    """Start the Java process with its messages in a log file: what matters reaches Python as errors."""
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
