"""`flightlake rollback`: let readers see an older commit of a day again."""

from datetime import date
from typing import Annotated

import typer

from cli.options import FormatOption, LakeOption, StackOption, parse_date
from cli.output import OutputFormat, emit_json, stdout_console
from cli.published import PublishedTable, TableArgument, definition_of, log_of
from flightlake.clock import SystemClock
from flightlake.publishing.raw_day import list_raw_day
from flightlake.storage.open_lake import open_lake


def command(
    lake: LakeOption,
    day: Annotated[date, typer.Option("--date", parser=parse_date, metavar="YYYY-MM-DD", help="The UTC day.")],
    table: TableArgument = PublishedTable.STATES,
    *,
    commit: Annotated[
        str | None, typer.Option("--to", help="Commit to go back to (see history); default: the one before.")
    ] = None,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Move a day's pointer back to an older commit, by a new record in its log; nothing is deleted.

    The day stays as it is until a response is landed that is newer than the rollback; `flightlake convert --rebuild`
    builds it anew at once.
    """
    opened = open_lake(lake)
    seen = list_raw_day(opened.store, definition_of(table), day).keys
    record = log_of(opened, table).roll_back(
        day, commit=commit, seen_raw_keys=tuple(sorted(seen)), at=SystemClock().now()
    )
    if output is OutputFormat.JSON:
        emit_json({"date": day, "table": table.value, "commit": record.commit, "sequence": record.sequence})
    else:
        stdout_console().print(f"{table} of {day} shows commit {record.commit} again", highlight=False)
