"""`flightlake rollback`: let readers see an older commit of a day again."""

from datetime import date
from typing import Annotated

import typer

from cli.options import FormatOption, LakeOption, StackOption, parse_date
from cli.output import OutputFormat, emit_json, stdout_console
from cli.published import TableArgument, TableName


def command(
    lake: LakeOption,
    day: Annotated[date, typer.Option("--date", parser=parse_date, metavar="YYYY-MM-DD", help="The UTC day.")],
    table: TableArgument = TableName.STATES,
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
    record = lake.open().table(table).restore(day, commit)
    if output is OutputFormat.JSON:
        emit_json({"date": day, "table": table.value, "commit": record.commit, "sequence": record.sequence})
    else:
        stdout_console().print(f"{table} of {day} shows commit {record.commit} again", highlight=False)
