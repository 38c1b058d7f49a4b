"""`flightlake convert`: run the Glue job's code under local Spark."""

from datetime import date
from typing import Annotated

import typer
from rich.progress import Progress

from glue_jobs.convert import DEFAULT_MIN_QUALITY, POLLS_JOB, STATES_JOB, Conversion, DayJob, DayResult
from lake.adapters.clock import SystemClock
from lake.adapters.opening import Lake, open_lake
from lake.tables import POLLS, STATES
from local.cli.options import DatesOption, FormatOption, LakeOption, StackOption
from local.cli.output import OutputFormat, emit_json, print_table, progress, stderr_console
from local.java.spark import local_spark_session


def command(
    lake: LakeOption,
    dates: DatesOption = [],  # noqa: B006  Typer copies it
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Also days where nothing new was landed, as after a change of the rules.")
    ] = False,
    min_quality: Annotated[
        float, typer.Option("--min-quality", min=0, max=100, help="Publish no day whose score (percent) is lower.")
    ] = DEFAULT_MIN_QUALITY,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Turn raw responses into published days: decode, judge, quarantine, deduplicate, audit, publish.

    By default every pending day: one that holds responses newer than its last commit. A day is rebuilt whole from raw
    and becomes visible in one step, or not at all.
    """
    opened = open_lake(lake)
    with progress(output) as bar:
        results = _converted(opened, STATES_JOB, bar, dates=dates, rebuild=rebuild, min_quality=min_quality)
        polls = _converted(opened, POLLS_JOB, bar, dates=dates, rebuild=rebuild, min_quality=0)
    if dates:
        # A day that was asked for may well have no poll ledger: it was landed from files.
        polls = [result for result in polls if result.commit is not None]
    _tell(results, polls, output)
    if any(result.failed for result in (*results, *polls)):
        raise typer.Exit(1)


def _converted(
    lake: Lake, job: DayJob, bar: Progress, *, dates: list[date], rebuild: bool, min_quality: float
) -> list[DayResult]:
    conversion = Conversion(job, local_spark_session, lake.store, lake.catalog, SystemClock(), min_quality=min_quality)
    days = list(dates) or conversion.pending_days()
    return list(bar.track(conversion.run(days, rebuild=rebuild), total=len(days), description=f"converting {job.name}"))


def _tell(results: list[DayResult], polls: list[DayResult], output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        emit_json(
            {"days": [result.to_document() for result in results], "polls": [poll.to_document() for poll in polls]}
        )
        return
    if not results and not polls:
        stderr_console().print("nothing to do: no raw object is newer than its day's last commit")
        return
    print_table(
        ("table", "date", "responses", "raw rows", "=", "curated", "+", "quarantined", "+", "duplicates", "score", ""),
        [_row(STATES.name, result) for result in results] + [_row(POLLS.name, poll) for poll in polls],
        numeric=(2, 3, 5, 7, 9, 10),
    )
    for result in (*results, *polls):
        for item in result.unreadable:
            stderr_console().print(f"left out: {item.raw_key}: {item.reason}", style="yellow", highlight=False)


def _row(table: str, result: DayResult) -> tuple[object, ...]:
    counts = result.counts
    score = None if result.quality_score is None else f"{result.quality_score:.2f}"
    fate = "published" if result.published else result.reason
    if counts is None:
        return (table, result.day, result.raw_objects, *(None,) * 8, fate)
    sums = (counts.raw_rows, "=", counts.curated, "+", counts.quarantined, "+", counts.duplicates)
    return (table, result.day, result.raw_objects, *sums, score, fate)
