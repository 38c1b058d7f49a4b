"""`flightlake vacuum`: remove the files of old commits."""

from datetime import timedelta
from typing import Annotated

import typer

from cli.options import FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table, stdout_console
from cli.published import TableArgument, TableName


def command(
    lake: LakeOption,
    table: TableArgument = TableName.STATES,
    *,
    older_than_days: Annotated[
        float, typer.Option("--older-than-days", min=0, help="Keep commits that were visible within this many days.")
    ] = 7,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be removed.")] = False,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Delete the folders of commits that stopped being visible long ago; never a visible one, never raw data.

    Incomplete writes of crashed runs are deleted too, once they are older and at least a day old. Commit records stay,
    and a new one names the deleted commits, so the history stays complete.
    """
    expired = lake.open().table(table).vacuum(timedelta(days=older_than_days), dry_run=dry_run)
    if output is OutputFormat.JSON:
        freed = sum(commit.size_bytes for commit in expired)
        emit_json({"deleted": [commit.folder for commit in expired], "bytes": freed, "dry_run": dry_run})
    elif not expired:
        stdout_console().print("nothing to remove: every commit is visible or was within the retention")
    else:
        rows = [(commit.folder, len(commit.keys), commit.size_bytes) for commit in expired]
        print_table(("would go" if dry_run else "removed", "files", "bytes"), rows, numeric=(1, 2))
