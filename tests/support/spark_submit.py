"""`spark-submit` as somebody else runs it, with the Java that this project would choose."""

import os
import subprocess
import sys
from pathlib import Path

from local.java.finding import chosen_java_home


def spark_submit(*arguments: str | Path, cwd: Path, python_path: str = "") -> tuple[int, str]:
    """Run `spark-submit` as in an activated environment; return its exit status and all that it said."""
    bin_folder = Path(sys.prefix, "bin")
    environment = os.environ | {"PATH": f"{bin_folder}:{os.environ['PATH']}", "PYTHONPATH": python_path}
    java_home = chosen_java_home(os.environ, own=Path(sys.prefix))
    if java_home is not None:
        environment["JAVA_HOME"] = str(java_home)
    done = subprocess.run(
        [bin_folder / "spark-submit", *arguments],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout
