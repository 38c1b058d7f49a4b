"""Start Spark on this machine with a Java that it runs on, and without its chatter."""

import os
import sys
import tempfile
from pathlib import Path

import pyspark
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from glue_jobs.session import LOCAL_SETTINGS, spark_session
from lake.errors import FlightLakeError
from local.java.finding import chosen_java_home

MASTER = "local[*]"


def local_spark_session() -> SparkSession:
    """Return a Spark session on all cores of this machine.

    Raises:
        FlightLakeError: there is no fit Java, or Spark does not start; the text names the log.
    """
    if SparkSession.getActiveSession() is None:
        _prepare_environment()
        _start_quietly()
    return spark_session("flightlake", master=MASTER)


def _prepare_environment() -> None:
    java_home = chosen_java_home(os.environ, own=Path(sys.prefix))
    if java_home is None:
        os.environ.pop("JAVA_HOME", None)
    else:
        os.environ["JAVA_HOME"] = str(java_home)
    # A Spark that was installed for other work is of another version than this package.
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)


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
