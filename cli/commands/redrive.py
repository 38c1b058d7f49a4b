"""`flightlake redrive`: list refused bodies and dead letters with their reasons, and recover what is usable."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, TypeVar, get_args

import typer

from cli.commands.poll import BoxOption, SourceOption
from cli.options import FormatOption, LakeOption, StackOption, prefer_stack
from cli.output import OutputFormat, emit_json, print_table, progress, stderr_console, stdout_console
from cli.polling import Target, make_poller
from flightlake.clock import SystemClock
from flightlake.errors import UsageError
from flightlake.lake import Lake
from flightlake.opensky.bounding_box import Box
from flightlake.opensky.quota import LICENSED, PollingPlan
from ingestion.opensky.client import LIVE_URL, Service
from ingestion.opensky.http import Limits
from ingestion.poll import Poller
from ingestion.redrive.dead_letters import open_queue
from ingestion.redrive.redrive import (
    BodyOutcome,
    EvaluatedLetter,
    LetterOutcome,
    RefusedBody,
    dead_letters,
    refused_bodies,
)

QueueOption = Annotated[
    str | None,
    typer.Option(
        "--queue",
        envvar="FLIGHTLAKE_DEAD_LETTER_QUEUE",
        callback=prefer_stack,
        metavar="URL",
        help="The dead-letter queue of triggers; --stack sets it. Without it dead letters are left alone.",
    ),
]
IntervalOption = Annotated[
    float | None,
    typer.Option(
        envvar="FLIGHTLAKE_INTERVAL_S",
        callback=prefer_stack,
        metavar="SECONDS",
        min=1,
        help="From one poll of the deployed poller to the next; needed with --queue.",
    ),
]
_BODY_WORDS: dict[BodyOutcome, str] = {
    "replayable": "passes today: --replay lands it",
    "landed": "landed",
    "duplicate": "lies in the raw zone already",
    "refused": "still refused",
}
_LETTER_WORDS: dict[LetterOutcome, str] = {
    "known": "its poll has its outcome",
    "missed": "its poll was missed",
    "due": "kept: its poll may still come",
    "foreign": "kept: for a person to read",
}
_Found = TypeVar("_Found")


def command(
    lake: LakeOption,
    *,
    replay: Annotated[
        bool, typer.Option("--replay", help="Land bodies that pass and record missed polls; else only list.")
    ] = False,
    queue: QueueOption = None,
    source: SourceOption = LIVE_URL,
    interval: IntervalOption = None,
    box: BoxOption = None,
    _stack: StackOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List refused bodies and triggers that were not delivered, with the reasons; with `--replay` recover them.

    A refused body is checked again. `--replay` lands what passes, byte for byte, once; nothing is asked of
    the source and no credit is spent. The refused object stays, and so does the poll's record: a poll has one outcome.
    Look first: a response that came from the future passes once its time has come.

    A dead letter is a trigger. `--replay` records its poll as missed where the ledger does not know it and its time has
    passed, then deletes the message; one whose poll has its outcome is deleted; what is no trigger is shown and kept.
    Source, box and interval must be those of the deployed poller; `--stack` sets them all.

    A run that was cut off is finished by the next. Exit status 1 when another reader held messages back.
    """
    opened = lake.open()
    # Both before any body is touched: wrong usage changes nothing.
    poller = _deployed_poller(opened, source=source, box=box, interval_s=interval) if queue else None
    dead = open_queue(queue, region=lake.region) if queue else None
    bodies = _with_progress(refused_bodies(opened.store, now=SystemClock().now(), replay=replay), "bodies", output)
    letters, held = None, 0
    if poller and dead:
        held = dead.held_elsewhere()
        letters = _with_progress(dead_letters(dead, poller, replay=replay), "dead letters", output)
    if output is OutputFormat.JSON:
        emit_json(_document(bodies, letters, replay=replay, held=held))
    else:
        _print_bodies(bodies, replay=replay)
        _print_letters(letters, replay=replay, is_on_aws=opened.root is None)
    _fail_if_held(held)


def _fail_if_held(held: int) -> None:
    if held:
        message = f"{held} messages are in another reader's hands for up to two minutes: run it again then"
        stderr_console().print(message, style="yellow", soft_wrap=True)
        raise typer.Exit(1)


def _deployed_poller(lake: Lake, *, source: str, box: str | None, interval_s: float | None) -> Poller:
    """Build a poller with source and plan of the deployed one; it sends no request."""
    if interval_s is None:
        raise UsageError(
            "--queue needs --interval, that of the deployed poller: a trigger belongs to the poll of its interval"
        )
    # Nothing is spent, so the tier does not matter: the widest lets every interval pass.
    plan = PollingPlan(LICENSED, Box.parse(box) if box is not None else None, interval_s)
    return make_poller(Target(Service.at(source), None, SystemClock(), Limits()), plan, lake)


def _with_progress(found: Iterator[_Found], what: str, output: OutputFormat) -> list[_Found]:
    with progress(output) as display:
        return list(display.track(found, description=what))


def _document(
    bodies: list[RefusedBody], letters: list[EvaluatedLetter] | None, *, replay: bool, held: int
) -> dict[str, Any]:
    return {
        "replay": replay,
        "refused": {
            **_counts(bodies, get_args(BodyOutcome), lambda body: body.outcome),
            "bodies": [body.to_document() for body in bodies],
        },
        "dead_letters": letters
        if letters is None
        else {
            **_counts(letters, get_args(LetterOutcome), lambda letter: letter.outcome),
            "held_elsewhere": held,
            "letters": [letter.to_document() for letter in letters],
        },
    }


def _counts(found: list[_Found], outcomes: Iterable[str], outcome: Callable[[_Found], str]) -> dict[str, int]:
    counted = Counter(map(outcome, found))
    return {"found": len(found), **{name: counted[name] for name in outcomes}}


def _print_bodies(bodies: list[RefusedBody], *, replay: bool) -> None:
    if not bodies:
        stdout_console().print("no body was ever refused")
        return
    rows = [
        (f"{body.received_at:%Y-%m-%d %H:%M:%S}Z", body.size_bytes, body.starts_with, body.reason, _body_result(body))
        for body in bodies
    ]
    columns = ("received", "bytes", "starts with", "why", "now")
    print_table(columns, rows, title="refused bodies", numeric=[1])
    landed = sum(body.outcome == "landed" for body in bodies)
    if replay and landed:
        stdout_console().print(f"{landed:,} landed; `flightlake convert` publishes their days")


def _body_result(body: RefusedBody) -> str:
    return _BODY_WORDS[body.outcome] + (f" ({body.row_count:,} rows)" if body.row_count is not None else "")


def _print_letters(letters: list[EvaluatedLetter] | None, *, replay: bool, is_on_aws: bool) -> None:
    if letters is None:
        if is_on_aws:
            stderr_console().print("dead letters were left alone: name their queue by --queue, or the lake by --stack")
        return
    if not letters:
        stdout_console().print("no dead letters")
        return
    rows = [
        (
            f"{evaluated.poll_at or evaluated.letter.sent_at:%Y-%m-%d %H:%M:%S}Z",
            evaluated.letter.receives,
            evaluated.letter.why,
            evaluated.to_document()["body"],
            _letter_result(evaluated, replay=replay),
        )
        for evaluated in letters
    ]
    columns = ("poll due (or sent)", "received", "why", "message", "now")
    print_table(columns, rows, title="dead letters", numeric=[1])


def _letter_result(evaluated: EvaluatedLetter, *, replay: bool) -> str:
    words = _LETTER_WORDS[evaluated.outcome] + (f" ({evaluated.poll_outcome})" if evaluated.outcome == "known" else "")
    if evaluated.is_deleted:
        return f"{words}: {'recorded and ' if evaluated.outcome == 'missed' else ''}deleted"
    return words if replay or evaluated.outcome in ("due", "foreign") else f"{words}: --replay clears it"
