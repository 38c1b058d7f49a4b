"""A stand-in for Glue's module `awsglue`, which cannot be installed on every Python that this project runs on.

The published package (AWSGlueDataplanePython) wants Python 3.11 exactly, and had no release for Glue 6. What a job
uses of it is one function; this one behaves as that of version 5.1.0 does: a missing argument is an error, there are no
optional ones, dashes become underscores, unknown arguments are left alone, and keys of its own are added.
"""

from pathlib import Path

_UTILS = """
import argparse


class GlueArgumentError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise GlueArgumentError(message)


def getResolvedOptions(args, options):
    parser = _Parser(allow_abbrev=False)
    for option in options:
        parser.add_argument(f"--{option}", required=True)
    for reserved in ("TempDir", "job-bookmark-option", "JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION"):
        parser.add_argument(f"--{reserved}")
    found, _ = parser.parse_known_args(args[1:])
    return vars(found)
"""

GLUE_ARGUMENTS = (
    *("--JOB_NAME", "convert-states", "--JOB_ID", "j_0123", "--JOB_RUN_ID", "jr_4567"),
    *("--TempDir", "s3://bucket/temp/", "--job-bookmark-option", "job-bookmark-disable", "--enable-metrics", "true"),
)
"""What Glue adds to the arguments of every run."""


def awsglue_folder(folder: Path) -> Path:
    """Write the stand-in into a folder that a Python path may name; return the folder."""
    package = folder / "awsglue"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "utils.py").write_text(_UTILS)
    return folder
