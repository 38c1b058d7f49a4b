"""`flightlake poll`: poll a source within its rate limits and land the responses."""

import os
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.options import FormatOption, LakeOption, StackOption, prefer_stack
from cli.output import OutputFormat, emit_json, print_table, progress, stderr_console, stdout_console
from cli.polling import find_target, make_plan, make_poller
from flightlake.poll_record import OUTCOMES
from flightlake.timestamps import timestamp_text
from ingestion.opensky.client import LIVE_URL
from ingestion.poll import Poll, poll_many

SourceOption = Annotated[
    str,
    typer.Option(
        envvar="FLIGHTLAKE_SOURCE_URL",
        callback=prefer_stack,
        metavar="URL",
        help="The live OpenSky service, or the address of a simulator.",
    ),
]
CountOption = Annotated[int, typer.Option(min=0, help="How many polls; 0 polls until interrupted.")]
IntervalOption = Annotated[
    float | None,
    typer.Option(
        envvar="FLIGHTLAKE_INTERVAL_S",
        callback=prefer_stack,
        metavar="SECONDS",
        help="From one poll to the next; default: the fastest that tier and box allow.",
    ),
]
TierOption = Annotated[
    str | None,
    typer.Option(
        envvar="FLIGHTLAKE_TIER",
        callback=prefer_stack,
        help="anonymous, standard, feeder or licensed; default: standard with credentials, else anonymous.",
    ),
]
BoxOption = Annotated[
    str | None,
    typer.Option(
        envvar="FLIGHTLAKE_BOX",
        callback=prefer_stack,
        metavar="LAMIN,LOMIN,LAMAX,LOMAX",
        help="South, west, north, east in degrees; default: the globe.",
    ),
]
_COLOURS = {"landed": "green", "duplicate": "cyan", "failed": "red"}


def command(
    lake: LakeOption,
    *,
    source: SourceOption = LIVE_URL,
    count: CountOption = 1,
    interval: IntervalOption = None,
    tier: TierOption = None,
    box: BoxOption = None,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Poll a source within its credit quota and land the responses.

    Every poll leaves a record in the lake's ledger: landed, duplicate, skipped (budget, cooldown, breaker) or failed
    with the reason. Credits, cooldown and breaker are kept in the lake, so several pollers share one budget. A tier
    whose credits do not last for the box and the interval is refused. A simulator is polled in its own time.

    The account comes from OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET, with --stack from the stack's secret; without
    either polls are anonymous.
    OpenSky's data is for research and non-commercial use, with attribution: see https://opensky-network.org/about/terms-of-use.

    The lake is made where its place is empty. Exit status 1 when any poll failed.
    """
    target = find_target(source, tier=tier, environ=os.environ, location=lake)
    plan = make_plan(target, tier=tier, box=box, interval_s=interval)
    poller = make_poller(target, plan, lake.open(create=True))
    tally = PollTally(poller.source.name)
    try:
        _show_polls(
            poll_many(poller, count=count or None, interval_s=plan.interval_s), tally, count=count, output=output
        )
    except KeyboardInterrupt:
        tally.print_counts(output)
        raise
    tally.print_counts(output)
    if tally.outcomes["failed"]:
        raise typer.Exit(1)


class PollTally:
    """Counts of the polls of one run."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.outcomes: Counter[str] = Counter()
        self._rows = self._credits_spent = 0
        self._credits_left: int | None = None
        self._troubles: list[dict[str, Any]] = []

    def add(self, poll: Poll) -> None:
        """Count one poll."""
        record = poll.record
        self.outcomes[record.outcome] += 1
        self._rows += record.row_count or 0 if record.outcome == "landed" else 0
        self._credits_spent += record.credits_spent
        self._credits_left = record.credits_left if record.credits_left is not None else self._credits_left
        if record.reason is not None:
            due = timestamp_text(record.scheduled_at)
            self._troubles.append({"scheduled_at": due, "outcome": record.outcome, "reason": record.reason})

    def print_counts(self, output: OutputFormat) -> None:
        """Print the counts on stdout."""
        if output is OutputFormat.JSON:
            emit_json(self._document())
            return
        rows = [(outcome, self.outcomes[outcome]) for outcome in OUTCOMES if self.outcomes[outcome]]
        print_table(("outcome", "polls"), [*rows, ("all", self.outcomes.total())], numeric=[1])
        left = "" if self._credits_left is None else f", {self._credits_left:,} left"
        stdout_console().print(f"{self._rows:,} rows landed; {self._credits_spent:,} credits spent{left}")

    def _document(self) -> dict[str, Any]:
        return {
            "source": self._source,
            "polls": self.outcomes.total(),
            "outcomes": {outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "rows_landed": self._rows,
            "credits_spent": self._credits_spent,
            "credits_left": self._credits_left,
            "troubles": self._troubles,
        }


def _show_polls(polls: Iterable[Poll], tally: PollTally, *, count: int, output: OutputFormat) -> None:
    with progress(output) as display:
        task = display.add_task("polling", total=count or None)
        for poll in polls:
            tally.add(poll)
            display.advance(task)
            if output is not OutputFormat.JSON:
                stderr_console().print(_line(poll), soft_wrap=True, highlight=False)


def _line(poll: Poll) -> str:
    record = poll.record
    text = record.reason or (f"{record.row_count:,} rows" if record.row_count is not None else "")
    colour = _COLOURS.get(record.outcome, "yellow")
    return f"{record.scheduled_at:%Y-%m-%d %H:%M:%S}Z [{colour}]{record.outcome}[/] {escape(text)}"
