"""The archive of Spark's classes: sessions read it, and start without it where it is damaged or cannot be written."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from support.processes import run_python, start_python

from cli.spark.launch import class_archive, class_option

SESSION = """
    import sys
    from pathlib import Path
    from cli.spark import local_session as spark
    spark.class_archive = lambda own: Path(sys.argv[1])
    session = spark.local_spark_session()
    print(session.range(1_000).selectExpr("sum(id) as total").first()["total"])
    java = session._jvm.java.lang.management.ManagementFactory.getRuntimeMXBean()
    print(*(option for option in java.getInputArguments() if "Shared" in option))
"""
MAKING = """
    import os, sys
    sys.prefix = sys.argv[1]
    os.environ.update(PATH=sys.argv[2], JAVA_HOME="/nowhere")
    from cli.spark.class_archive import main
    main()
"""


def test_without_java_set_up_says_that_there_is_no_archive_and_goes_on(tmp_path: Path) -> None:
    status, output, errors = run_python(MAKING, tmp_path, "")
    assert (status, errors) == (0, "")
    assert output.startswith("set-up: no archive of Spark's classes, sessions start without it: Spark needs a Java")
    assert not class_archive(tmp_path).exists()


def test_a_path_with_blanks_and_quotes_is_one_option(tmp_path: Path) -> None:
    archive = tmp_path / "a 'checkout' of mine" / "classes.jsa"
    assert class_option(archive) == ""
    archive.parent.mkdir()
    archive.touch()
    assert class_option(archive).startswith(f"-XX:SharedArchiveFile='{tmp_path}/a ")


@pytest.mark.slow
def test_a_session_starts_with_a_damaged_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a 'checkout'" / "classes.jsa"
    archive.parent.mkdir()
    archive.write_bytes(b"damaged" * 10_000)
    status, output, errors = run_python(SESSION, archive)
    assert (status, errors) == (0, "")
    assert output.split("\n")[:2] == ["499500", f"-XX:SharedArchiveFile={archive}"]


@pytest.mark.slow
def test_an_archive_that_set_up_writes_is_used(tmp_path: Path) -> None:
    made = class_archive(Path(sys.prefix))
    if not made.exists():
        pytest.skip(f"set-up made no archive of Spark's classes in {made}: no Java, or one that uses none")
    environment = tmp_path / "environment"
    shutil.copytree(Path(sys.prefix, "bin"), environment / "bin", symlinks=True)
    making = start_python(MAKING, environment, os.environ["PATH"])
    output, errors = making.communicate(timeout=300)
    assert (making.returncode, errors) == (0, "")
    assert re.fullmatch(r"set-up: Spark's classes archived \(\d+ MB\), so that sessions start faster\n", output)
    status, output, errors = run_python(SESSION, class_archive(environment))
    assert (status, output.split("\n")[0], errors) == (0, "499500", "")
