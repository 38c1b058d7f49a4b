"""`flightlake verify`: published days against a recomputation from raw."""

import typer
from rich.markup import escape

from cli.options import DatesOption, FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table, progress, stdout_console
from duckdb_engine.verify.verify_days import Verification
from flightlake.publishing.verification import DayVerification


def command(
    lake: LakeOption,
    dates: DatesOption = [],  # noqa: B006  Typer copies it
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Recompute published days from raw and compare counts, contents, quarantine and scores.

    Rows are recomputed by plain Python and DuckDB, which share nothing with the conversion but the rules themselves.
    Exit status 1 where anything differs; each difference is named.
    """
    verification = Verification(lake.open())
    days = verification.days(dates)
    with progress(output) as bar:
        task = bar.add_task("recomputing from raw", total=verification.object_count(days))
        found = [verification.verify_day(day, lambda: bar.advance(task)) for day in days]
    verified = [day for day in found if day]
    _print_days(verified, output)
    if any(day.differences for day in verified):
        raise typer.Exit(1)


def _print_days(verified: list[DayVerification], output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        emit_json({"days": [day.to_document() for day in verified]})
        return
    if not verified:
        stdout_console().print("nothing is published yet: there is nothing to verify")
        return
    rows = [
        (
            *(found.day, found.raw_objects, found.recomputed.raw_rows, found.recomputed.curated),
            *(found.recomputed.quarantined, found.recomputed.duplicates, found.checksums[1] if found.checksums else ""),
            "differs" if found.differences else "adds up",
        )
        for found in verified
    ]
    headings = ("date", "responses", "raw rows", "curated", "quarantined", "duplicates", "checksum", "published day")
    print_table(headings, rows, numeric=(1, 2, 3, 4, 5))
    for found in verified:
        for difference in found.differences:
            stdout_console().print(f"[red]{found.day} {escape(difference)}[/]", highlight=False, soft_wrap=True)
        for note in found.notes:
            stdout_console().print(f"{found.day} {note}", highlight=False, soft_wrap=True)
