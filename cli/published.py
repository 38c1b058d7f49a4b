"""Which tables have a commit log, for the commands that work on one."""

from enum import StrEnum
from typing import Annotated

import typer

from flightlake.commits.log import CommitLog
from flightlake.lake import Lake
from flightlake.publishing.registry import LOGS, LogDefinition


class PublishedTable(StrEnum):
    """Tables that are published by commits; a commit of `states` holds its quarantine and quality too."""

    STATES = "states"
    POLLS = "polls"


TableArgument = Annotated[
    PublishedTable, typer.Argument(help="states (with its quarantine and quality scores) or polls.")
]


def definition_of(table: PublishedTable) -> LogDefinition:
    """Return the definition of a table's log."""
    return LOGS[table.value]


def log_of(lake: Lake, table: PublishedTable) -> CommitLog:
    """Return the commit log of a table."""
    return definition_of(table).commit_log(lake.store, lake.catalog)
