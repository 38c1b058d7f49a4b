"""Dead-letter queue on moto, and messages in the forms of their senders."""

import copy
import json
from datetime import datetime
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends
from support.aws import REGION, Aws

from ingestion.redrive.dead_letters import DeadLetterQueue

QUEUE = "flightlake-test-dead-letters"


def tick(due: datetime | str, **more: Any) -> dict[str, Any]:
    """Return a trigger as a schedule makes it."""
    return {"scheduled_at": due if isinstance(due, str) else due.isoformat().replace("+00:00", "Z"), **more}


def delayed_message(message: dict[str, Any]) -> dict[str, Any]:
    """Return the request to SQS that EventBridge Scheduler could not deliver."""
    return {"QueueUrl": "https://sqs.test/1/ticks", "MessageBody": json.dumps(message), "DelaySeconds": 30}


def invocation_record(payload: dict[str, Any], *, condition: str = "EventAgeExceeded", error: str = "") -> Any:
    """Return Lambda's record of a failed invocation."""
    return {
        "version": "1.0",
        "requestContext": {"requestId": "r", "condition": condition, "approximateInvokeCount": 1},
        "requestPayload": payload,
        "responsePayload": {"errorMessage": error} if error else None,
    }


class QueueOnMoto:
    """A queue that exists."""

    def __init__(self, aws: Aws) -> None:
        self.client = aws.client("sqs")
        self.url: str = self.client.create_queue(QueueName=QUEUE)["QueueUrl"]

    def put(self, body: dict[str, Any] | str, **attributes: str) -> None:
        """Put a message there, with these message attributes."""
        told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        text = body if isinstance(body, str) else json.dumps(body)
        self.client.send_message(QueueUrl=self.url, MessageBody=text, MessageAttributes=told)

    def reader(self, client: Any = None) -> DeadLetterQueue:
        """Return the queue as a redrive reads it, without waiting."""
        return DeadLetterQueue(self.url, client or self.client, wait_s=0)

    def bodies(self) -> list[str]:
        """Return the bodies of all messages in the queue, held by a reader or not."""
        return sorted(message.body for message in self._messages())

    def let_hands_time_out(self) -> None:
        """Make every message receivable again."""
        for message in self._messages():
            message.visible_at = 0.0

    def kept(self) -> list[Any]:
        """Return all messages as they are now, for `put_back`."""
        return copy.deepcopy(self._messages())

    def put_back(self, messages: list[Any]) -> None:
        """Let the queue hold these messages and no others."""
        self._queue()._messages = copy.deepcopy(messages)

    def _messages(self) -> list[Any]:
        return list(self._queue()._messages)

    def _queue(self) -> Any:
        return sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues[QUEUE]
