"""`flightlake report`: one self-contained page about the lake."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DatesOption, FormatOption, LakeOption, StackOption
from cli.output import OutputFormat, emit_json, print_table
from flightlake.clock import SystemClock
from flightlake.errors import UsageError
from serving.report.formatting import size
from serving.report.page import report_page
from serving.report.queries import Facts, gather

OutOption = Annotated[
    Path, typer.Option("--out", "-o", dir_okay=False, help="The page to write; an older one is replaced.")
]


def command(
    lake: LakeOption,
    out: OutOption = Path("report.html"),
    date: DatesOption = [],  # noqa: B006 - typer makes a new list for each call
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Write one HTML page about the lake that opens from disk, with no network.

    What is in the lake, a map and the profile of its traffic, quality by dimension and rule, rejected rows with
    examples, gaps in polling, and the counts that must add up. It follows the reader's light or dark theme and is
    legible on a phone. Without --date it is about the newest seven published days.
    """
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}; make it first or name another place")
    facts = gather(lake.open(), date)
    page = report_page(facts, SystemClock().now()).encode()
    try:
        out.write_bytes(page)
    except OSError as exc:
        raise UsageError(f"--out {out}: cannot be written ({exc.strerror}); name another place") from exc
    days = [day.isoformat() for day in facts.selected] if isinstance(facts, Facts) else []
    if output is OutputFormat.JSON:
        emit_json({"report": str(out), "days": days, "bytes": len(page)})
        return
    shown = f"{days[0]} to {days[-1]}" if len(days) > 1 else "".join(days) or "none published yet"
    print_table(("report", "days", "size"), [(str(out), shown, size(len(page)))])
