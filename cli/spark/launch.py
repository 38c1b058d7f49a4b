"""What Spark's Java process is started with: environment variables, and the archive of Spark's classes."""

import shlex
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from cli.spark.java_home import chosen_java_home
from flightlake.errors import UsageError


def spark_environment(environ: Mapping[str, str], *, own: Path) -> dict[str, str]:
    """Return the variables of a process with those that choose Java and Spark.

    Args:
        environ: of this process.
        own: the virtual environment.

    Raises:
        FlightLakeError: there is no Java that Spark runs on.
        UsageError: pyspark is not installed.
    """
    pyspark = find_spec("pyspark")
    if pyspark is None or pyspark.origin is None:
        raise UsageError("pyspark is not installed: `pip install 'flightlake[spark]'`")
    # A Spark that was installed for other work is of another version than this package.
    variables = {**environ, "SPARK_HOME": str(Path(pyspark.origin).parent)}
    java_home = chosen_java_home(environ, own=own)
    variables.pop("JAVA_HOME", None)
    return variables if java_home is None else {**variables, "JAVA_HOME": str(java_home)}


def class_archive(own: Path) -> Path:
    """Return the path of a virtual environment's archive of Spark's classes; `cli.spark.class_archive` writes it."""
    return own / "share" / "flightlake" / "spark-classes.jsa"


def class_option(archive: Path) -> str:
    """Return the option with which Java reads classes from an archive; empty where there is no archive."""
    return java_path_option("SharedArchiveFile", archive) if archive.exists() else ""


def java_path_option(name: str, path: Path) -> str:
    """Return a `-XX` option of Java whose value is a path."""
    # Spark's launcher splits options as a shell does.
    return f"-XX:{name}={shlex.quote(str(path))}"
