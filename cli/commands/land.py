"""`flightlake land`: land recorded responses from files in the lake."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.options import FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table, progress, stderr_console
from flightlake.clock import SystemClock
from ingestion.landing_files import LandingTally, land_files, shown_path, usable_processes
from ingestion.response_files import find_files

FilesArgument = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Recorded responses, or folders to search for *.json and *.json.gz."),
]


def command(
    files: FilesArgument, lake: LakeOption, _stack: StackOption = None, output: FormatOption = OutputFormat.TABLE
) -> None:
    """Land recorded responses, byte for byte, each once.

    A file holds one response of OpenSky's `/states/all`, as JSON or gzip (told by its content, not its name). Its place
    in the lake comes from the response's own `time`, so names do not matter and a second landing changes nothing.
    The lake is made where its place is empty.

    Many files are read, checked and gzipped by a process for each core. Ctrl-C ends the landing and prints the counts
    so far; landing the same files again goes on.

    A file that is no usable response is reported with the reason and does not stop the others; exit status 1 then.
    """
    opened = lake.open(create=True)
    tally = LandingTally()
    found = list(find_files(files, on_trouble=tally.refuse))
    landing = land_files(opened.store, found, tally, clock=SystemClock(), processes=usable_processes(found))
    try:
        _follow(landing, count=len(found), output=output)
    except KeyboardInterrupt:
        _print_tally(tally, output)
        raise
    _print_tally(tally, output)
    if tally.refused:
        raise typer.Exit(1)


def _follow(landing: Generator[Path, None, None], *, count: int, output: OutputFormat) -> None:
    # Closed here: only then are the worker processes gone and the last files counted.
    with progress(output) as display, closing(landing):
        task = display.add_task("landing", total=count)
        for _ in landing:
            display.advance(task)


def _print_tally(tally: LandingTally, output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        emit_json(tally.to_document())
        return
    counts = (tally.offered, tally.landed, tally.duplicates, len(tally.refused))
    print_table(("offered", "landed", "duplicates", "refused"), [counts], numeric=range(4))
    for file, reason in tally.refused:
        stderr_console().print(f"[red]refused[/] {escape(shown_path(file))}: {escape(reason)}", soft_wrap=True)
