"""`spark-submit` as somebody else runs it, with the Java that this project would choose."""

import os
import subprocess
import sys
from pathlib import Path

from cli.spark.java_home import chosen_java_home


def spark_submit(*arguments: str | Path, cwd: Path, python_path: str = "") -> tuple[int, str]:
    """Run `spark-submit` as in an activated environment; return its exit status and all that it said."""
    process = started_spark_submit(*arguments, cwd=cwd, python_path=python_path)
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def started_spark_submit(*arguments: str | Path, cwd: Path, python_path: str = "") -> subprocess.Popen[str]:
    """Start `spark-submit` in a session of its own, so that all of its processes can be killed at once."""
    bin_folder = Path(sys.prefix, "bin")
    environment = os.environ | {"PATH": f"{bin_folder}:{os.environ['PATH']}", "PYTHONPATH": python_path}
    java_home = chosen_java_home(os.environ, own=Path(sys.prefix))
    if java_home is not None:
        environment["JAVA_HOME"] = str(java_home)
    return subprocess.Popen(
        [bin_folder / "spark-submit", *arguments],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
