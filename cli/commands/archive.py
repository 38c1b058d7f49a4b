"""`flightlake archive`: pack the raw responses of past days into few objects."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from cli.options import DatesOption, FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table, progress, stderr_console, stdout_console
from flightlake.archive.archiver import Archiver, DayArchived
from flightlake.archive.index import LEAST_AGE
from flightlake.clock import SystemClock
from flightlake.schema.tables.states import STATES


def command(
    lake: LakeOption,
    dates: DatesOption = [],  # noqa: B006  Typer copies it
    *,
    older_than_days: Annotated[
        int,
        typer.Option(
            "--older-than-days",
            min=LEAST_AGE.days,
            help="Without --date: archive days at least this many days old.",
        ),
    ] = 7,
    keep_loose: Annotated[
        bool,
        typer.Option("--keep-loose", help="Leave packed objects where they are, where Athena sees them."),
    ] = False,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Pack the raw responses of past days into few large objects, byte for byte, and remove the many small ones.

    A response keeps its key: every command finds, reads and checks it as before, and rebuilds read few objects. Only
    what some commit was built from is packed; what was left out of its day stays an object by itself. Nothing is
    removed before it was read back. The table `raw_states` in Athena sees only what was not removed.
    """
    opened = lake.open()
    today = SystemClock().now().date()
    archiver = Archiver(opened.raw_store, opened.table(STATES.name).log, today, removes=not keep_loose)
    days = list(dates) or archiver.days(until=today - timedelta(days=older_than_days))
    with progress(output) as bar:
        done = [archiver.archive_day(day) for day in bar.track(days, description="archiving")]
    _print_days(done, output)


def _print_days(days: list[DayArchived], output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        emit_json({"days": [day.to_document() for day in days]})
        return
    if not days:
        stdout_console().print("nothing to archive: no day is old enough and has responses that lie by themselves")
        return
    rows = [
        (
            *(day.day, day.objects, "=", day.archived, "+", day.archived_before, "+", len(day.kept)),
            *(day.removed, len(day.parts), day.stored_bytes),
        )
        for day in days
    ]
    headings = ("date", "objects", "=", "archived", "+", "archived before", "+", "kept", "removed", "parts", "bytes")
    print_table(headings, rows, numeric=(1, 3, 5, 7, 8, 9, 10))
    for day in days:
        for item in day.kept:
            message = escape(f"kept: {item.raw_key}: {item.reason}")
            stderr_console().print(message, style="yellow", highlight=False, soft_wrap=True)
