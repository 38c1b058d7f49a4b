"""Redrive: check refused bodies and dead letters again, land the bodies that pass and record missed polls.

Nothing here asks a source or spends a credit. A body under `raw/refused/` is checked again and landed where it passes;
the refused object and the poll's record stay, for a poll has one outcome. A dead letter is a trigger whose poll
may be missing from the ledger: it is recorded as missed, once its time has surely passed, and the message is deleted.
Every step may be repeated, so a run that was cut off is finished by the next one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from flightlake.errors import InvalidResponseError, ObjectNotFoundError
from flightlake.layout import RAW_REFUSED_PREFIX, raw_states_key, received_at_of
from flightlake.opensky.decoder import Response
from flightlake.poll_record import Outcome
from flightlake.ports import ObjectInfo, ObjectStore
from flightlake.timestamps import timestamp_text
from ingestion.gzip_reader import ungzip
from ingestion.landing import checked_response, land_response
from ingestion.ledger import recorded_poll
from ingestion.poll import Poller, missed_poll
from ingestion.redrive.dead_letters import DeadLetter, DeadLetterQueue, one_line
from ingestion.response_files import BODY_LIMIT_BYTES

SETTLE_DELAY = timedelta(minutes=5)
"""Time after its interval in which a poll may still run: a trigger may be two minutes late, a poll takes 75 s."""

_SHOWN_BYTES = 48

BodyOutcome = Literal["replayable", "landed", "duplicate", "refused"]
"""Passes the checks and would land; landed now; is in the raw zone already; fails the checks again."""

LetterOutcome = Literal["known", "missed", "due", "foreign"]
"""Its poll is in the ledger; its poll was missed; its poll may still come; it is no trigger."""


@dataclass(frozen=True)
class RefusedBody:
    """Body that a poller refused, with the result of checking it again.

    Attributes:
        received_at: by the poller's clock, UTC.
        stored_at: by the store's clock, UTC: in a bucket it shows whether the poller's clock was wrong.
        size_bytes: of the body; of the stored object where it cannot be unpacked.
        starts_with: its first bytes, escaped.
        reason: why it was refused, or still is.
        raw_key: its key as a response; None where it is no response.
        row_count: None where it is no response.
    """

    key: str
    received_at: datetime
    stored_at: datetime
    size_bytes: int
    starts_with: str
    outcome: BodyOutcome
    reason: str
    raw_key: str | None = None
    row_count: int | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the fields in JSON's types."""
        timestamps = {"received_at": timestamp_text(self.received_at), "stored_at": timestamp_text(self.stored_at)}
        return vars(self) | timestamps


@dataclass(frozen=True)
class EvaluatedLetter:
    """Dead letter with the outcome of its poll.

    Attributes:
        poll_at: scheduled time of the poll that it triggers, UTC; None where it is no trigger.
        poll_outcome: of that poll as the ledger has it; None where it has none.
        is_deleted: from the queue, by this run.
    """

    letter: DeadLetter
    poll_at: datetime | None
    outcome: LetterOutcome
    poll_outcome: Outcome | None = None
    is_deleted: bool = False

    def to_document(self) -> dict[str, Any]:
        """Return the fields in JSON's types."""
        letter = self.letter
        return {
            "message_id": letter.message_id,
            "sent_at": timestamp_text(letter.sent_at),
            "receives": letter.receives,
            "due_at": timestamp_text(letter.due_at),
            "poll_at": timestamp_text(self.poll_at),
            "why": letter.why,
            "outcome": self.outcome,
            "poll_outcome": self.poll_outcome,
            "deleted": self.is_deleted,
            "body": one_line(letter.body),
        }


def refused_bodies(store: ObjectStore, *, now: datetime, replay: bool) -> Iterator[RefusedBody]:
    """Check every body under `raw/refused/`, in the order of receipt; with `replay` land those that pass.

    Args:
        store: the lake's.
        now: by a clock that is right, UTC; no response may be ahead of it.
        replay: land what passes, byte for byte, once; else only look.

    Raises:
        StorageError: the lake cannot be read or written; what has landed stays, and the next run goes on.
    """
    for info in store.list(RAW_REFUSED_PREFIX):
        try:
            stored = store.get(info.key)
        except ObjectNotFoundError:  # removed since the listing
            continue
        received_at = received_at_of(info.key) or info.modified_at
        try:
            body = _unpacked(stored)
        except InvalidResponseError as exc:
            at, start = info.modified_at, _first_bytes(stored)
            yield RefusedBody(info.key, received_at, at, info.size_bytes, start, "refused", f"the object {exc}")
            continue
        yield _evaluate_body(store, info, received_at, body, now=now, replay=replay)


def dead_letters(queue: DeadLetterQueue, poller: Poller, *, replay: bool) -> Iterator[EvaluatedLetter]:
    """Evaluate every message of the queue, oldest first; with `replay` record the missed polls of its triggers.

    What is kept is given back to the queue at the end, also where the caller leaves early.

    Args:
        queue: of triggers that could not be delivered.
        poller: with source and plan of the deployed poller; it sends no request.
        replay: record missed polls and delete the messages whose polls have an outcome; else only look.

    Raises:
        StorageError: the queue or the ledger fails; what is done stays, and the next run goes on.
    """
    kept = {letter.message_id: letter for letter in queue.take()}
    try:
        for letter in list(kept.values()):
            evaluated = _evaluate_letter(letter, poller)
            if replay and evaluated.poll_at is not None and evaluated.outcome in ("known", "missed"):
                evaluated = _resolve(evaluated, queue, poller, poll_at=evaluated.poll_at)
                del kept[letter.message_id]
            yield evaluated
    finally:
        queue.give_back(kept.values())


def _unpacked(stored: bytes) -> bytes:
    body = ungzip(stored, limit_bytes=BODY_LIMIT_BYTES)
    if len(body) > BODY_LIMIT_BYTES:
        raise InvalidResponseError(f"is larger than {BODY_LIMIT_BYTES:,} bytes unpacked; no response is")
    return body


def _evaluate_body(
    store: ObjectStore, info: ObjectInfo, received_at: datetime, body: bytes, *, now: datetime, replay: bool
) -> RefusedBody:
    def result(outcome: BodyOutcome, reason: str, key: str | None = None, rows: int | None = None) -> RefusedBody:
        at, start = info.modified_at, _first_bytes(body)
        return RefusedBody(info.key, received_at, at, len(body), start, outcome, one_line(reason), key, rows)

    try:
        response = checked_response(body, now=now)
    except InvalidResponseError as exc:
        return result("refused", str(exc))
    reason = _former_reason(body, received_at)
    if replay:
        landing = land_response(store, response, body)
        return result(landing.outcome, reason, landing.key, len(response.rows))
    outcome: BodyOutcome = "duplicate" if _is_landed(store, response, body) else "replayable"
    return result(outcome, reason, raw_states_key(response.snapshot_at, body), len(response.rows))


def _former_reason(body: bytes, received_at: datetime) -> str:
    """Return why a body that passes now was refused when it was received."""
    try:
        checked_response(body, now=received_at)
    except InvalidResponseError as exc:
        return f"then: {exc}"
    return "an older check refused it"


def _is_landed(store: ObjectStore, response: Response, body: bytes) -> bool:
    try:
        store.get(raw_states_key(response.snapshot_at, body))
    except ObjectNotFoundError:
        return False
    return True


def _first_bytes(body: bytes) -> str:
    return repr(body[:_SHOWN_BYTES])[2:-1]


def _evaluate_letter(letter: DeadLetter, poller: Poller) -> EvaluatedLetter:
    if letter.due_at is None:
        return EvaluatedLetter(letter, None, "foreign")
    plan = poller.quota.plan
    poll_at = plan.slot_at(letter.due_at)
    known = recorded_poll(poller.store, scheduled_at=poll_at, source=poller.source.name)
    if known is not None:
        return EvaluatedLetter(letter, poll_at, "known", known.outcome)
    is_past = poller.clock.now() > poll_at + timedelta(seconds=plan.interval_s) + SETTLE_DELAY
    return EvaluatedLetter(letter, poll_at, "missed" if is_past else "due")


def _resolve(
    evaluated: EvaluatedLetter, queue: DeadLetterQueue, poller: Poller, *, poll_at: datetime
) -> EvaluatedLetter:
    """Record the poll's outcome, then delete the message; after a crash in between the next run deletes it."""
    poll_outcome = evaluated.poll_outcome
    if evaluated.outcome == "missed":
        poll_outcome = missed_poll(
            poller, scheduled_at=poll_at, why=f"its trigger was a dead letter ({evaluated.letter.why})"
        ).record.outcome
    queue.delete(evaluated.letter)
    return EvaluatedLetter(evaluated.letter, poll_at, evaluated.outcome, poll_outcome, is_deleted=True)
