"""`flightlake convert`: build and publish pending days."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from cli.options import DatesOption, FormatOption, LakeOption, StackOption, parse_date
from cli.output import OutputFormat, emit_json, print_table, progress, stderr_console
from flightlake.clock import SystemClock
from flightlake.errors import UsageError
from flightlake.lake import Lake
from flightlake.opensky.fields import KNOWN_FIELDS
from flightlake.publishing.day_build import DayBuilder
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.pending import PendingDays
from flightlake.publishing.publisher import DEFAULT_MIN_QUALITY, Publisher
from flightlake.publishing.registry import POLLS_LOG, STATES_LOG
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.states import STATES


class EngineName(StrEnum):
    """Engines that build days."""

    DUCKDB = "duckdb"
    SPARK = "spark"


MemoryOption = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        help="What a build by duckdb may use, such as 2G; the rest is spilled to disk. "
        "Default: half of the free memory, 1.5G at least.",
    ),
]
TempOption = Annotated[
    Path | None,
    typer.Option("--temp", metavar="FOLDER", help="Folder for what is spilled. Default: in the lake's folder."),
]
RebuildOption = Annotated[
    bool, typer.Option("--rebuild", help="Also days where nothing new was landed, as after a change of the rules.")
]
SinceOption = Annotated[
    date | None,
    typer.Option(
        "--since",
        parser=parse_date,
        metavar="YYYY-MM-DD",
        help="From this UTC day on, also days that were built under other rules than today's.",
    ),
]
QualityOption = Annotated[
    float, typer.Option("--min-quality", min=0, max=100, help="Publish no day whose score (percent) is lower.")
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="duckdb in this process, or spark for days that outgrow one machine.")
]


def command(
    lake: LakeOption,
    dates: DatesOption = [],  # noqa: B006  Typer copies it
    *,
    rebuild: RebuildOption = False,
    since: SinceOption = None,
    min_quality: QualityOption = DEFAULT_MIN_QUALITY,
    engine: EngineOption = EngineName.DUCKDB,
    memory: MemoryOption = None,
    temp: TempOption = None,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Turn raw responses into published days: decode, judge, quarantine, deduplicate, audit, publish.

    By default every pending day: one that holds responses newer than its last commit. A day is rebuilt whole from raw
    and becomes visible in one step, or not at all. A day that was built under other rules stays as it is until
    `--since` makes it pending; one that was rolled back stays even then, until `--date` with `--rebuild` names it.
    """
    if dates and since:
        raise UsageError("--date names the days and --since adds days to the pending ones: give one of them")
    if engine is EngineName.SPARK and (memory or temp):
        raise UsageError("--memory and --temp are for --engine duckdb; Spark's memory is spark.driver.memory")
    opened = lake.open()
    builder = _spark_builder(opened) if engine is EngineName.SPARK else _duckdb_builder(opened, memory, temp)
    states, polls = (
        Publisher(log, builder, opened.store, opened.catalog, SystemClock(), min_quality=quality, since=since)
        for log, quality in ((STATES_LOG, min_quality), (POLLS_LOG, 0))
    )
    survey = PendingDays() if dates else states.find_pending()
    with progress(output) as bar:
        state_results = _converted(states, bar, dates or survey.due(since), rebuild=rebuild)
        poll_results = _converted(polls, bar, dates or polls.pending_days(), rebuild=rebuild)
    if dates:
        # A day that was asked for may well have no poll ledger: it was landed from files.
        poll_results = [result for result in poll_results if result.commit is not None]
    _tell(state_results, poll_results, _still_outdated(survey, state_results), output)
    if any(result.failed for result in (*state_results, *poll_results)):
        raise typer.Exit(1)


def _duckdb_builder(lake: Lake, memory: str | None, temp: Path | None) -> DayBuilder:
    # Imported here: a conversion by Spark needs no DuckDB.
    from duckdb_engine.build.day_builder import DuckDbDayBuilder  # noqa: PLC0415 - see the line above
    from duckdb_engine.build.memory import default_memory, parse_memory  # noqa: PLC0415 - see above

    return DuckDbDayBuilder(lake, default_memory() if memory is None else parse_memory(memory), temp)


def _spark_builder(lake: Lake) -> DayBuilder:
    from cli.spark.installation import ensure_spark  # noqa: PLC0415 - only this engine needs Spark

    ensure_spark()
    from cli.spark.local_session import session_starter  # noqa: PLC0415 - pyspark may have been installed just now
    from glue_jobs.build.day_builder import SparkDayBuilder  # noqa: PLC0415 - see the line above

    return SparkDayBuilder(session_starter(lake), lake.store)


def _converted(publisher: Publisher, bar: Progress, days: list[date], *, rebuild: bool) -> list[DayResult]:
    run = publisher.run(days, rebuild=rebuild)
    return list(bar.track(run, total=len(days), description=f"converting {publisher.definition.name}"))


def _still_outdated(survey: PendingDays, results: list[DayResult]) -> PendingDays:
    """Return the survey without the outdated days that the run published."""
    published = {result.day for result in results if result.published}
    return replace(survey, outdated=tuple(day for day in survey.outdated if day not in published))


def _tell(results: list[DayResult], polls: list[DayResult], survey: PendingDays, output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        documents = {
            "days": [result.to_document() for result in results],
            "polls": [poll.to_document() for poll in polls],
        }
        emit_json(documents | {"outdated": {"days": survey.outdated, "rolled_back": survey.pinned}})
        return
    if not results and not polls:
        stderr_console().print("nothing to do: no raw object is newer than its day's last commit")
    else:
        print_table(
            (
                *("table", "date", "responses", "raw rows", "=", "curated"),
                "+",
                "quarantined",
                "+",
                "duplicates",
                "score",
                "",
            ),
            [_row(STATES.name, result) for result in results] + [_row(POLLS.name, poll) for poll in polls],
            numeric=(2, 3, 5, 7, 9, 10),
        )
    for result in (*results, *polls):
        for item in result.unreadable:
            said = escape(f"left out: {item.raw_key}: {item.reason}")
            stderr_console().print(said, style="yellow", highlight=False, soft_wrap=True)
        if result.drifted_rows:
            stderr_console().print(
                f"the source has grown: {result.drifted_rows} rows of {result.day} have more fields than the contract "
                f"knows ({KNOWN_FIELDS}); what it knows of them is published, the rest stays in raw",
                style="yellow",
                highlight=False,
            )
    for sentence in outdated_sentences(survey):
        stderr_console().print(sentence, style="yellow", highlight=False)


def outdated_sentences(survey: PendingDays) -> Iterator[str]:
    """Yield how many published days were built under other rules than today's, and what rebuilds them."""
    if survey.outdated:
        first, last = survey.outdated[0], survey.outdated[-1]
        count = "1 published day was" if first == last else f"{len(survey.outdated)} published days were"
        span = f"{first}" if first == last else f"{first} to {last}"
        yield f"{count} built under other rules than today's ({span}); `flightlake convert --since {first}` rebuilds"
    for day in survey.pinned:
        yield (
            f"{day} shows a commit of other rules because it was rolled back, and stays so; "
            f"`flightlake convert --date {day} --rebuild` builds it under today's"
        )


def _row(table: str, result: DayResult) -> tuple[object, ...]:
    counts = result.counts
    score = None if result.quality_score is None else f"{result.quality_score:.2f}"
    outcome = "published" if result.published else result.reason
    if counts is None:
        return (table, result.day, result.raw_objects, *(None,) * 8, outcome)
    sums = (counts.raw_rows, "=", counts.curated, "+", counts.quarantined, "+", counts.duplicates)
    return (table, result.day, result.raw_objects, *sums, score, outcome)
