"""`flightlake vacuum`: remove the files of old commits."""

from datetime import timedelta
from typing import Annotated

import typer

from cli.options import FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table, stdout_console
from cli.published import PublishedTable, TableArgument, log_of
from flightlake.clock import SystemClock
from flightlake.commits.vacuum import ExpiredCommit, Vacuum, expired_incomplete
from flightlake.storage.open_lake import open_lake


def command(
    lake: LakeOption,
    table: TableArgument = PublishedTable.STATES,
    *,
    older_than_days: Annotated[
        float, typer.Option("--older-than-days", min=0, help="Keep what readers saw within so many days.")
    ] = 7,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Delete the folders of commits that no reader has seen for a while; never a visible one, never raw data.

    What a crashed run left behind goes too, once it is older and at least a day old. Commit records stay, and a new one
    names what went, so history stays whole.
    """
    opened = open_lake(lake)
    now, retention = SystemClock().now(), timedelta(days=older_than_days)
    cleaning = Vacuum(log_of(opened, table), opened.store, opened.catalog, now, retention)
    old = cleaning.old_folders() if dry_run else cleaning.remove()
    for left in expired_incomplete(opened.store, now=now, retention=retention):
        old.append(ExpiredCommit(left.key, (left.key,), left.size_bytes))
        if not dry_run:
            opened.store.discard(left)
    freed = sum(folder.size_bytes for folder in old)
    if output is OutputFormat.JSON:
        emit_json({"deleted": [folder.folder for folder in old], "bytes": freed, "dry_run": dry_run})
    elif not old:
        stdout_console().print("nothing to remove: every commit is visible or was within the retention")
    else:
        rows = [(folder.folder, len(folder.keys), folder.size_bytes) for folder in old]
        print_table(("would go" if dry_run else "removed", "files", "bytes"), rows, numeric=(1, 2))
