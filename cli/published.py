"""Argument that names a published table, for the commands that work on one."""

from enum import StrEnum
from typing import Annotated

import typer


class TableName(StrEnum):
    """Tables that are published by commits; a commit of `states` holds its quarantine and quality too."""

    STATES = "states"
    POLLS = "polls"


TableArgument = Annotated[TableName, typer.Argument(help="states (with its quarantine and quality scores) or polls.")]
