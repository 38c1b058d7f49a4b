"""Dead letters in every form in which they come, on moto's SQS."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from support.aws import Aws
from support.dead_letters import QueueOnMoto, delayed_message, invocation_record, tick

from flightlake.errors import StorageError, UsageError
from ingestion.redrive.dead_letters import PLACEHOLDER, one_line, open_queue

DUE = datetime(2026, 5, 8, 12, tzinfo=UTC)
LATER = datetime(2026, 5, 8, 12, 0, 30, tzinfo=UTC)
REFUSED = {
    "ERROR_CODE": "AWS.Lambda.TooManyRequestsException",
    "ERROR_MESSAGE": "Rate Exceeded",
    "SCHEDULE_ARN": "arn:aws:scheduler:us-east-1:1:schedule/ticks/flightlake-dev-poll",
    "SCHEDULED_TIME": "2026-05-08T12:00:00Z",
}
BY_SCHEDULE = "schedule flightlake-dev-poll could not send it: AWS.Lambda.TooManyRequestsException, Rate Exceeded"


@pytest.fixture
def queue(aws: Aws) -> QueueOnMoto:
    return QueueOnMoto(aws)


@pytest.mark.parametrize(
    ("body", "attributes", "due_at", "why"),
    [
        (tick(DUE), {}, DUE, "the queue of triggers gave it up: the poller did not take it"),
        (tick(DUE, delay_s=30), {}, LATER, "the queue of triggers gave it up: the poller did not take it"),
        ({"time": "2026-05-08T12:00:00Z"}, REFUSED, DUE, BY_SCHEDULE),
        (tick(DUE), REFUSED, DUE, BY_SCHEDULE),
        (tick(PLACEHOLDER), REFUSED, DUE, BY_SCHEDULE),
        (delayed_message(tick(DUE, delay_s=30)), REFUSED, LATER, BY_SCHEDULE),
        (delayed_message(tick(PLACEHOLDER, delay_s=30)), REFUSED, LATER, BY_SCHEDULE),
        (invocation_record(tick(DUE)), {}, DUE, "the function did not run it to its end: EventAgeExceeded"),
        (
            invocation_record(tick(DUE), condition="RetriesExhausted", error="Task timed\nout"),
            {},
            DUE,
            "the function did not run it to its end: RetriesExhausted, Task timed out",
        ),
    ],
)
def test_a_tick_is_known_in_every_form(
    queue: QueueOnMoto, body: Any, attributes: dict[str, str], due_at: datetime, why: str
) -> None:
    queue.put(body, **attributes)
    (letter,) = queue.reader().take()
    assert (letter.due_at, letter.why, letter.receives) == (due_at, why, 1)
    assert abs(letter.sent_at - datetime.now(UTC)).total_seconds() < 60


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "no json",
        "[" * 100_000,
        '"text"',
        '{"test": true}',
        '{"scheduled_at": "yesterday"}',
        '{"scheduled_at": ["2026-05-08T12:00:00Z"]}',
        '{"scheduled_at": "2026-05-08T12:00:00"}',
        '{"scheduled_at": "2026-05-08T12:00:00Z", "delay_s": 1e300}',
        '{"requestPayload": {"test": true}}',
        '{"MessageBody": 5}',
        '{"Records": [], "time": "2026-05-08T12:00:00Z"}',
    ],
)
def test_what_names_no_poll_is_no_tick(queue: QueueOnMoto, body: str) -> None:
    queue.put(body)
    (letter,) = queue.reader().take()
    assert (letter.due_at, letter.why) == (None, "no trigger: it names no poll")


def test_all_messages_are_taken_once_and_hidden_until_they_are_given_back(queue: QueueOnMoto) -> None:
    for minute in range(25):
        queue.put(tick(DUE.replace(minute=minute)))
    taken = queue.reader().take()
    assert sorted(letter.due_at.minute for letter in taken if letter.due_at) == list(range(25))
    assert queue.reader().take() == []
    assert queue.reader().held_elsewhere() == 25
    queue.reader().delete(taken[0])
    queue.reader().give_back(taken[1:])
    assert queue.reader().held_elsewhere() == 0
    again = queue.reader().take()
    assert len(again) == 24
    assert {letter.receives for letter in again} == {2}


def test_a_queue_that_gives_the_same_messages_again_is_left(queue: QueueOnMoto) -> None:
    class Forgetful:
        """Hides nothing, as if taking had lasted longer than messages are hidden."""

        def receive_message(self, **given: Any) -> Any:
            return queue.client.receive_message(**given | {"VisibilityTimeout": 0})

    for minute in range(3):
        queue.put(tick(DUE.replace(minute=minute)))
    assert len(queue.reader(Forgetful()).take()) == 3


def test_a_queue_that_is_not_there_is_named(queue: QueueOnMoto) -> None:
    missing = open_queue(f"{queue.url}-no")
    for ask in (missing.held_elsewhere, missing.take):
        with pytest.raises(StorageError, match=r"dead-letters-no: .*(QueueDoesNotExist|NonExistentQueue)"):
            ask()


@pytest.mark.parametrize(
    "address", ["", "dead-letters", "sqs.test/1/q", "https://sqs.test", "https://a b/c", "file:///q"]
)
def test_an_address_that_is_none_is_wrong_usage(address: str) -> None:
    with pytest.raises(UsageError, match="is no address of a queue: give https://sqs"):
        open_queue(address)


@pytest.mark.usefixtures("aws")
def test_without_a_region_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(StorageError, match="set AWS_DEFAULT_REGION"):
        open_queue("https://sqs.test/1/q")


def test_a_text_from_outside_becomes_one_tame_line() -> None:
    assert one_line("a\n\tb \x1b[31mc") == "a b ?[31mc"
    assert one_line("x" * 400) == "x" * 297 + "..."
