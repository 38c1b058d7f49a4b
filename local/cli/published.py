"""Which tables have a commit log, for the commands that work on one."""

from enum import StrEnum
from typing import Annotated

import typer

from glue_jobs.convert import POLLS_JOB, STATES_JOB, DayJob
from lake.adapters.opening import Lake
from lake.commits import CommitLog


class PublishedTable(StrEnum):
    """Tables that are published by commits; a commit of `states` holds its quarantine and quality too."""

    STATES = "states"
    POLLS = "polls"


TableArgument = Annotated[
    PublishedTable, typer.Argument(help="states (with its quarantine and quality scores) or polls.")
]


def job_of(table: PublishedTable) -> DayJob:
    """Return how the days of a table come about."""
    return {PublishedTable.STATES: STATES_JOB, PublishedTable.POLLS: POLLS_JOB}[table]


def log_of(lake: Lake, table: PublishedTable) -> CommitLog:
    """Return the commit log of a table."""
    job = job_of(table)
    return CommitLog(job.name, job.tables, lake.store, lake.catalog)
