"""Jars of Hadoop's S3 client for Spark, which set-up fetches because pyspark does not include them."""

from collections.abc import Mapping
from pathlib import Path

from flightlake.errors import UsageError

VARIABLE = "FLIGHTLAKE_S3A_JARS"


def s3a_jars(environ: Mapping[str, str], *, own: Path) -> list[Path]:
    """Return the jars that Spark needs for a lake in a bucket.

    Args:
        environ: of the process; FLIGHTLAKE_S3A_JARS names another folder with the jars.
        own: the virtual environment; set-up puts them into its `engines/s3a`.

    Raises:
        UsageError: the jars are not there; the text says how to get them.
    """
    named = environ.get(VARIABLE)
    folder = Path(named).absolute() if named else own / "engines" / "s3a"
    jars = sorted(folder.glob("*.jar"))
    if not any(jar.name.startswith("hadoop-aws-") for jar in jars):
        where = f"{VARIABLE} names {named}, where there is no hadoop-aws-*.jar" if named else f"none is in {folder}"
        raise UsageError(
            f"Spark reads s3:// with Hadoop's S3 client, and {where}. Run `bash cli/spark/set_up_s3a.sh {own}` once "
            f"in the checkout (12 MB from Maven Central), or let {VARIABLE} name a folder that holds its jars"
        )
    return jars
