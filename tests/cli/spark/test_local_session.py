"""Starting Spark where Java is absent or broken: an error that says what to do and names the log."""

import os
import re
from pathlib import Path

from support.aws import Aws
from support.commands import flightlake
from support.processes import run_python
from support.vectors import body, landed, vector

from flightlake.storage.open_lake import open_lake

START = """
    import os, sys, tempfile
    sys.prefix = sys.argv[1]
    os.environ.update(PATH=sys.argv[2], JAVA_HOME=sys.argv[3], SPARK_HOME="/an/older/spark")
    tempfile.tempdir = sys.argv[1]
    from flightlake.errors import FlightLakeError
    from cli.spark.local_session import local_spark_session
    try:
        local_spark_session()
    except FlightLakeError as error:
        print(error)
"""


def test_without_java_the_error_says_how_to_get_one(tmp_path: Path) -> None:
    status, output, errors = run_python(START, tmp_path, "", "")
    assert (status, errors) == (0, "")
    assert output.startswith("Spark needs a Java from 17 to 21: none is on the path.")
    assert "run `make spark` in the checkout" in output


def test_the_output_of_a_java_that_fails_is_in_the_log(tmp_path: Path) -> None:
    java = tmp_path / "home" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        '#!/bin/sh\n[ "$1" = -version ] && { echo \'openjdk version "17.0.15"\' >&2; exit 0; }\n'
        "echo 'There is insufficient memory for the Java Runtime Environment to continue.' >&2; exit 1\n"
    )
    java.chmod(0o755)
    status, output, errors = run_python(START, tmp_path, os.environ["PATH"], tmp_path / "home")
    assert (status, errors) == (0, "")
    named = re.match(r"Spark did not start; (\S+) says why", output)
    assert named is not None, output
    log = Path(named[1]).read_text()
    assert "insufficient memory" in log
    assert "/an/older/spark" not in log, "a SPARK_HOME of other work is not used"


def test_a_lake_in_a_bucket_needs_hadoops_client_before_anything_starts(aws: Aws, tmp_path: Path) -> None:
    address = aws.make_lake_place()
    landed(open_lake(address, create=True).store, body(vector()))
    environment = {**aws.environment, "FLIGHTLAKE_S3A_JARS": str(tmp_path)}
    arguments = ("convert", "--lake", address, "--engine", "spark", "--format", "json")
    status, output, errors = flightlake(*arguments, environment=environment)
    assert (status, output) == (2, "")
    assert "bash cli/spark/set_up_s3a.sh" in " ".join(errors.split())
