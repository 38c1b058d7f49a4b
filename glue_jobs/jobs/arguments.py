"""Arguments of a job as texts: by `getResolvedOptions` on Glue, from an ordinary command line elsewhere."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from flightlake.errors import UsageError

_GLUE_MARK = "--JOB_NAME"


@dataclass(frozen=True)
class Argument:
    """One argument of a job.

    Attributes:
        default: where it is not given; None where it must be.
        is_flag: given without a value on a command line, as true or false on Glue.
        is_list: may be given several times on a command line, separated by commas on Glue.
    """

    name: str
    help: str
    default: str | None = ""
    is_flag: bool = False
    is_list: bool = False


LAKE = Argument("lake", "folder or s3://bucket/prefix", default=None)
DATABASE = Argument("database", "Glue database of the lake's tables; default: FLIGHTLAKE_DATABASE, or flightlake")
SERVICE = Argument("service", "sends metrics to CloudWatch under this name; default: sends none")
COMMON = (LAKE, DATABASE, SERVICE)
"""Arguments of every job."""


def argument_texts(argv: Sequence[str], job: str, arguments: Sequence[Argument]) -> dict[str, str]:
    """Return the text of every argument by name.

    Args:
        argv: the arguments, without the program's name.
        job: description of the job, for its usage text.
        arguments: arguments of the job.

    Raises:
        UsageError: on Glue, one is missing; elsewhere the process ends with the usage and status 2.
    """
    return _glue_texts(argv, arguments) if is_glue(argv) else _command_line_texts(argv, job, arguments)


def is_glue(argv: Sequence[str]) -> bool:
    """Tell whether Glue has passed these arguments."""
    return any(argument.partition("=")[0] == _GLUE_MARK for argument in argv)


def _glue_texts(argv: Sequence[str], arguments: Sequence[Argument]) -> dict[str, str]:
    try:
        # Only Glue has this module, so it cannot be imported above.
        from awsglue.utils import getResolvedOptions  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(f"{_GLUE_MARK} is for Glue, whose module awsglue is not here; leave it out") from error
    # It knows no optional arguments and stops at a missing one, so ask only for those that were given.
    given = {argument.partition("=")[0] for argument in argv}
    names = [entry.name for entry in arguments if f"--{entry.name}" in given]
    for entry in arguments:
        if entry.default is None and entry.name not in names:
            raise UsageError(f"--{entry.name} is missing; give the job the argument --{entry.name}: {entry.help}")
    resolved: dict[str, str] = getResolvedOptions(["job", *argv], names)
    return {entry.name: resolved.get(entry.name, entry.default or "") for entry in arguments}


def _command_line_texts(argv: Sequence[str], job: str, arguments: Sequence[Argument]) -> dict[str, str]:
    parser = argparse.ArgumentParser(description=job)
    for entry in arguments:
        # Glue's names have underscores, a command line's have dashes; both do.
        flags = dict.fromkeys((f"--{entry.name}", f"--{entry.name.replace('_', '-')}"))
        if entry.is_flag:
            parser.add_argument(*flags, action="store_true", help=entry.help)
        elif entry.is_list:
            parser.add_argument(*flags, action="append", default=[], help=entry.help)
        else:
            parser.add_argument(*flags, default=entry.default, required=entry.default is None, help=entry.help)
    found = vars(parser.parse_args(argv))
    return {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in found.items()}
