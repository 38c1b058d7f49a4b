"""`flightlake verify`: recount everything from raw, by other means than the job's."""

import typer
from rich.markup import escape

from cli.options import DatesOption, FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table, progress, stdout_console
from duckdb_engine.verify.comparison import DayVerdict
from duckdb_engine.verify.verify_days import Verification
from flightlake.errors import StorageError


def command(
    lake: LakeOption,
    dates: DatesOption = [],  # noqa: B006  Typer copies it
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Recount published days from raw and compare counts, contents, quarantine and scores.

    The recount is plain Python and DuckDB; it shares nothing with the Spark job but the rules themselves. Exit status 1
    where anything differs; each difference is named.
    """
    verification = Verification(lake.open())
    published = verification.days()
    missing = [day.isoformat() for day in dates if day not in published]
    if missing:
        raise StorageError(f"never published: {', '.join(missing)}; `flightlake history` lists the published days")
    days = list(dates) or published
    with progress(output) as bar:
        task = bar.add_task("recounting from raw", total=verification.object_count(days))
        found = [verification.verify_day(day, lambda: bar.advance(task)) for day in days]
    verdicts = [verdict for verdict in found if verdict]
    _print_verdicts(verdicts, output)
    if any(verdict.differences for verdict in verdicts):
        raise typer.Exit(1)


def _print_verdicts(verdicts: list[DayVerdict], output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        emit_json({"days": [verdict.to_document() for verdict in verdicts]})
        return
    if not verdicts:
        stdout_console().print("nothing is published yet: there is nothing to recount")
        return
    rows = [
        (
            *(verdict.day, verdict.raw_objects, verdict.recounted.raw_rows, verdict.recounted.curated),
            *(verdict.recounted.quarantined, verdict.recounted.duplicates, verdict.recounted_checksum),
            "differs" if verdict.differences else "adds up",
        )
        for verdict in verdicts
    ]
    headings = ("date", "responses", "raw rows", "curated", "quarantined", "duplicates", "checksum", "published day")
    print_table(headings, rows, numeric=(1, 2, 3, 4, 5))
    for verdict in verdicts:
        for difference in verdict.differences:
            stdout_console().print(f"[red]{verdict.day} {escape(difference)}[/]", highlight=False, soft_wrap=True)
        for note in verdict.notes:
            stdout_console().print(f"{verdict.day} {note}", highlight=False, soft_wrap=True)
