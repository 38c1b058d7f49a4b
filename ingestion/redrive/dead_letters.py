"""Dead-letter queue of triggers that could not be delivered: its messages, their reasons and scheduled times.

Three senders put messages there, each in its own form: the queue of delayed triggers (the trigger itself), EventBridge
Scheduler (the request that it could not deliver, its reasons as attributes), and Lambda (a record of the invocation).
Source: SQS developer guide, "Dead-letter queues"; EventBridge Scheduler user guide, "Configuring a schedule's
dead-letter queue"; Lambda developer guide, "Capturing records of Lambda asynchronous invocations".
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

from flightlake.errors import UsageError
from flightlake.storage.aws_errors import aws_errors
from ingestion.aws_lambda.triggers import scheduled_time

HOLD_S = 120
"""Seconds for which messages are hidden from other readers while they are looked at."""

_WAIT_S = 2
"""Seconds to wait for messages: a request that does not wait asks only some of SQS's servers."""

_BATCH = 10
"""Messages in one request at most. Source: Amazon SQS API reference, ReceiveMessage."""

PLACEHOLDER = "<aws.scheduler.scheduled-time>"
"""Stands for a trigger's time until EventBridge Scheduler fills it in, as in `infra.components.scheduling`."""

_HELD = "ApproximateNumberOfMessagesNotVisible"
_CLIENT = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 4})
_ADDRESS = re.compile(r"https?://[^\s/?#@]+/\S+")
_LONGEST_TEXT = 300


@dataclass(frozen=True)
class DeadLetter:
    """A message of the queue.

    Attributes:
        sent_at: when it was first sent, UTC.
        receives: how often it was received, this time included.
        due_at: the time in its trigger, UTC; None where the message is no trigger.
        why: reason that it is there, as far as the message holds one.
        receipt: handle by which SQS deletes it.
    """

    message_id: str
    body: str
    sent_at: datetime
    receives: int
    due_at: datetime | None
    why: str
    receipt: str = field(repr=False)

    @classmethod
    def of_message(cls, message: dict[str, Any]) -> "DeadLetter":
        """Parse a message of `ReceiveMessage`."""
        system = message.get("Attributes", {})
        attributes = {name: str(of.get("StringValue", "")) for name, of in message.get("MessageAttributes", {}).items()}
        document = _object(message["Body"])
        due_at = _due_at(_trigger_in(document), attributes)
        return cls(
            message_id=message["MessageId"],
            body=message["Body"],
            sent_at=datetime.fromtimestamp(int(system.get("SentTimestamp", 0)) / 1000, UTC),
            receives=int(system.get("ApproximateReceiveCount", 1)),
            due_at=due_at,
            why=_why(document, attributes, system) if due_at is not None else "no trigger: it names no poll",
            receipt=message["ReceiptHandle"],
        )


class DeadLetterQueue:
    """Client of the dead-letter queue; every message that is taken must be deleted or given back."""

    def __init__(self, url: str, client: Any, *, hold_s: int = HOLD_S, wait_s: int = _WAIT_S) -> None:
        """Take the queue's address and boto3's client of SQS."""
        self._url = url
        self._client = client
        self._hold_s = hold_s
        self._wait_s = wait_s

    def held_elsewhere(self) -> int:
        """Return the number of messages that another reader holds; call it before `take`."""
        with aws_errors("ask", self._url):
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[_HELD])
        return int(answer["Attributes"][_HELD])

    def take(self) -> list[DeadLetter]:
        """Receive every message that no other reader holds, oldest first; they are hidden from others for `hold_s`.

        Raises:
            StorageError: the queue cannot be read.
        """
        found: dict[str, DeadLetter] = {}
        with aws_errors("read", self._url):
            while messages := self._received():
                known = len(found)
                found.update({letter.message_id: letter for letter in map(DeadLetter.of_message, messages)})
                if len(found) == known:
                    break  # taken so slowly that the first ones came again
        return sorted(found.values(), key=lambda letter: (letter.sent_at, letter.message_id))

    def delete(self, letter: DeadLetter) -> None:
        """Delete a message; one that is gone already is no error.

        Raises:
            StorageError: it could not be deleted.
        """
        with aws_errors("delete a message of", self._url):
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)

    def give_back(self, letters: Iterable[DeadLetter]) -> None:
        """Make messages visible to other readers again.

        Raises:
            StorageError: the queue does not answer; they are seen again when their time is over.
        """
        waiting = list(letters)
        for start in range(0, len(waiting), _BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                for number, letter in enumerate(waiting[start : start + _BATCH])
            ]
            with aws_errors("give messages back to", self._url):
                self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _received(self) -> list[dict[str, Any]]:
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=self._hold_s,
            WaitTimeSeconds=self._wait_s,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages


def open_queue(url: str, *, region: str | None = None) -> DeadLetterQueue:
    """Open the queue at an address; without a region in that of boto3's settings.

    Raises:
        UsageError: the text is no address of a queue.
        StorageError: AWS's settings are incomplete.
    """
    if _ADDRESS.fullmatch(url) is None:
        raise UsageError(f"{url!r} is no address of a queue: give https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
    with aws_errors("open", url):
        return DeadLetterQueue(url, boto3.client("sqs", region_name=region, config=_CLIENT))


def one_line(text: str) -> str:
    """Return a text from outside as one line of bounded length without control characters."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in " ".join(text.split()))
    return plain if len(plain) <= _LONGEST_TEXT else f"{plain[: _LONGEST_TEXT - 3]}..."


def _object(text: object) -> dict[str, Any]:
    try:
        document = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _trigger_in(document: dict[str, Any]) -> dict[str, Any]:
    for envelope in ("requestPayload", "MessageBody"):
        if envelope in document:
            return _object(document[envelope])
    return document


def _due_at(trigger: dict[str, Any], attributes: dict[str, str]) -> datetime | None:
    """Return the trigger's time as the poller reads it, or the schedule's where the trigger holds a placeholder."""
    if "Records" in trigger:
        return None
    if trigger.get("scheduled_at") == PLACEHOLDER and "SCHEDULED_TIME" in attributes:
        trigger = {**trigger, "scheduled_at": attributes["SCHEDULED_TIME"]}
    try:
        return scheduled_time(trigger)
    except (ValueError, TypeError, OverflowError):
        return None


def _why(document: dict[str, Any], attributes: dict[str, str], system: dict[str, str]) -> str:
    if "ERROR_CODE" in attributes:
        schedule = attributes.get("SCHEDULE_ARN", "").rpartition("/")[2]
        code, message = attributes["ERROR_CODE"], attributes.get("ERROR_MESSAGE", "")
        return one_line(f"schedule {schedule} could not send it: {code}, {message}")
    if "requestContext" in document:
        condition = _object(document["requestContext"]).get("condition", "no reason given")
        error = _object(document.get("responsePayload")).get("errorMessage", "")
        return one_line(f"the function did not run it to its end: {condition}{error and f', {error}'}")
    queue = system.get("DeadLetterQueueSourceArn", "").rpartition(":")[2] or "the queue of triggers"
    return one_line(f"{queue} gave it up: the poller did not take it")
