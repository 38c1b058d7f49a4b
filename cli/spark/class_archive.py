"""Archive of Spark's loaded and verified classes, with which a session starts in half the time.

    .venv/bin/python -m cli.spark.class_archive

Set-up runs this once. A small day is landed and converted, and Java writes the classes that this loaded into an archive
in the virtual environment (class data sharing; source: JEP 350). An archive fits one build of Java and
one set of jars; Java ignores any other and starts as if there were none.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from subprocess import SubprocessError
from tempfile import TemporaryDirectory
from uuid import uuid4

from cli.spark.launch import class_archive, class_option
from cli.spark.local_session import end_java, local_spark_session
from flightlake.clock import SystemClock
from flightlake.errors import FlightLakeError
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.day_builder import SparkDayBuilder
from ingestion.landing import land
from simulator.sky import Sky, response_body

_SUNRISE = datetime(2026, 5, 8, 6, tzinfo=UTC)
_ANSWER_S = 60


def main() -> None:
    """Write the archive; where Java cannot write or read one, print that sessions start without it."""
    archive = class_archive(Path(sys.prefix))
    unfinished = archive.with_name(f"{archive.name}.{uuid4().hex}")
    archive.parent.mkdir(parents=True, exist_ok=True)
    try:
        _convert_a_day(unfinished)
        _check(unfinished)
        unfinished.replace(archive)
    except (FlightLakeError, OSError, SubprocessError) as error:
        unfinished.unlink(missing_ok=True)
        archive.unlink(missing_ok=True)
        _print_message(f"no archive of Spark's classes, sessions start without it: {error}")
        return
    _print_message(f"Spark's classes archived ({archive.stat().st_size / 1e6:.0f} MB), so that sessions start faster")


def _print_message(message: str) -> None:
    sys.stdout.write(f"set-up: {message}\n")


def _convert_a_day(archive_to: Path) -> None:
    """Convert responses with a rejected row and repeated rows, so that the classes of every step are archived."""
    spark = local_spark_session(archive_to=archive_to)
    try:
        with TemporaryDirectory() as folder:
            lake = open_lake(f"{folder}/lake", create=True)
            at_s = int(_SUNRISE.timestamp())
            body = response_body(at_s, Sky(1, _SUNRISE, 60).observations(at_s), is_extended=True)
            for changed in (body, body.replace(b"[[", b"[[null],[", 1)):
                land(lake.store, changed, clock=SystemClock())
            conversion = Publisher(
                STATES_LOG,
                SparkDayBuilder(lambda: spark, lake.store),
                lake.store,
                lake.catalog,
                SystemClock(),
                min_quality=0,
            )
            for result in conversion.run([_SUNRISE.date()]):
                if result.error:
                    raise result.error
    finally:
        # Java writes the archive when it ends, which may be after this process.
        end_java()


def _check(archive: Path) -> None:
    """Start Java as Spark does, with the option that makes an unusable archive an error.

    Raises:
        FlightLakeError: Java does not read the archive.
    """
    options = f"-Xshare:on {class_option(archive)}"
    submit = Path(os.environ["SPARK_HOME"], "bin", "spark-submit")
    command: list[str | Path] = [submit, "--driver-java-options", options, "--version"]
    if subprocess.run(command, check=False, capture_output=True, timeout=_ANSWER_S).returncode:
        raise FlightLakeError("Java does not read it: from 18 on because Spark's launcher names one jar twice")


if __name__ == "__main__":
    main()
