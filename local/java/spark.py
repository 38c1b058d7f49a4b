"""Start Spark on this machine with the Java that set-up found or brought, and without its chatter."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from glue_jobs.session import LOCAL_SETTINGS, spark_session
from lake.errors import FlightLakeError

MASTER = "local[*]"


def local_spark_session() -> SparkSession:
    """Return a Spark session on all cores of this machine.

    Raises:
        FlightLakeError: there is no Java, or Spark does not start; the text names the log.
    """
    if SparkSession.getActiveSession() is None:
        _use_own_java()
        _start_quietly()
    return spark_session("flightlake", master=MASTER)


def _use_own_java() -> None:
    own = Path(sys.prefix) / "bin" / "java"
    if own.exists():
        # Made by set-up where the machine has no Java 17; Spark looks for JAVA_HOME/bin/java.
        os.environ["JAVA_HOME"] = sys.prefix
    elif not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise FlightLakeError(
            "Spark needs Java 17 or later and there is none on the path; run `make .venv/.local --always-make` to set "
            "one up, or install Java and set JAVA_HOME"
        )


def _start_quietly() -> None:
    """Start the Java process with its messages in a log file: what matters reaches Python as errors."""
    log = Path(tempfile.gettempdir()) / f"flightlake-spark-{os.getpid()}.log"
    conf = SparkConf().setMaster(MASTER).setAll(list(LOCAL_SETTINGS.items()))
    try:
        with log.open("wb") as sink:
            gateway = launch_gateway(conf, popen_kwargs={"stderr": sink, "stdout": sink})  # type: ignore[no-untyped-call]  # pyspark gives it no types
        SparkContext._ensure_initialized(gateway=gateway, conf=conf)  # noqa: SLF001  the one way to hand a gateway over
    except (PySparkException, Py4JError, OSError) as error:
        raise FlightLakeError(f"Spark did not start; {log} says why ({error})") from error
    log.unlink()
