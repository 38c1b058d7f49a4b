"""`flightlake why`: trace an aircraft at a time, or its absence, to poll, response, rule and commit."""

from typing import Annotated

import typer
from rich.markup import escape

from cli.options import FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table, stdout_console
from flightlake.clock import SystemClock
from serving.trace.times import parsed_address, parsed_instant
from serving.trace.why import Answer, why


def command(
    icao24: Annotated[str, typer.Argument(metavar="ICAO24", help="The aircraft: six hex digits, such as 3c6444.")],
    time: Annotated[str, typer.Argument(metavar="TIME", help="ISO 8601 in UTC, such as 2026-05-08T12:00:00Z.")],
    lake: LakeOption,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Tell why an aircraft is in `states` at a time, or why it is not.

    The snapshot nearest to the time answers for it, within a quarter of an hour; where a poll that brought no response
    was nearer, that poll does: no data and no aircraft are different things. The answer names the poll and its outcome,
    the raw response, the row and its text, the rules that it breaks, and the commit that it is visible in.
    """
    address, at = parsed_address(icao24), parsed_instant(time)
    answer = why(lake.open(), address, at, now=SystemClock().now())
    if output is OutputFormat.JSON:
        emit_json(answer.to_document())
    else:
        _print_answer(answer)


def _print_answer(answer: Answer) -> None:
    first, *others = answer.sentences
    console = stdout_console()
    console.print(f"[bold]{escape(first)}[/]", highlight=False, soft_wrap=True)
    for sentence in others:
        console.print(escape(sentence), highlight=False, soft_wrap=True)
    for row in (status.row for status in answer.statuses):
        if row.raw_row is not None:
            text = escape(row.raw_row.replace("\n", " "))
            console.print(f"{escape(row.place)}: {text}", highlight=False, soft_wrap=True, style="dim")
    document = answer.to_document()
    if document["commits"]:
        print_table(
            ("no.", "commit", "kind", "at (UTC)", "rules", "flightlake", "visible"),
            [_commit_row(commit) for commit in document["commits"]],
            numeric=(0,),
        )


def _commit_row(commit: dict[str, object]) -> tuple[object, ...]:
    names = ("sequence", "commit", "kind", "created_at", "rule_fingerprint", "code_version")
    mark = "yes" if commit["visible"] else None
    return (*(f"{commit[name]:%Y-%m-%d %H:%M:%S}" if name == "created_at" else commit[name] for name in names), mark)
