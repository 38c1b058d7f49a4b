"""The Glue job's file run by `spark-submit` on this machine."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.spark.launch import class_archive, class_option, spark_environment
from glue_jobs.session import LOCAL_SETTINGS

JOB = Path(__file__).parents[2] / "glue_jobs" / "jobs" / "convert_states.py"

_MEMORY = "spark.driver.memory"
_JAVA_OPTIONS = "spark.driver.defaultJavaOptions"


@dataclass(frozen=True)
class SparkSubmit:
    """A command that runs `spark-submit`, and the environment variables it needs."""

    command: list[str]
    environment: dict[str, str]


def spark_submit_command(lake: str) -> SparkSubmit:
    """Return the command that converts the pending days of a lake in a folder.

    Java's memory and options are part of the command because they must be known before the job's own settings are read.

    Raises:
        FlightLakeError: there is no Java that Spark runs on.
        UsageError: pyspark is not installed.
    """
    own = Path(sys.prefix)
    environment = spark_environment(os.environ, own=own)
    # The driver runs the job in this Python, whatever `python3` is on the path.
    environment |= {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    java_options = f"{LOCAL_SETTINGS[_JAVA_OPTIONS]} {class_option(class_archive(own))}".strip()
    settings = {_MEMORY: LOCAL_SETTINGS[_MEMORY], _JAVA_OPTIONS: java_options}
    submit = Path(environment["SPARK_HOME"], "bin", "spark-submit")
    options = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    return SparkSubmit([str(submit), *options, str(JOB), "--lake", lake], environment)
