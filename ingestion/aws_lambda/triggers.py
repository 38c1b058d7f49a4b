"""From an invocation's event to the instants at which polls were due."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from flightlake.timestamps import parse_timestamp

logger = logging.getLogger(__name__)


def is_test(event: dict[str, Any]) -> bool:
    """Tell whether the event asks for a test: `{"test": true}`."""
    return event.get("test") is True


def scheduled_times(event: dict[str, Any], *, now: datetime) -> list[datetime]:
    """Return when the polls of an event were due: one of a schedule's tick, one of each SQS message.

    A tick names its instant as `time` (EventBridge), or as `scheduled_at` and `delay_s`, which a schedule that sends a
    delayed message writes into its body. One that names none was due when the message was sent, or `now`.
    """
    if "Records" not in event:
        return [_due(event, otherwise=now)]
    return [_due(_body(message), otherwise=_sent_at(message, now)) for message in event["Records"]]


def scheduled_time(tick: dict[str, Any]) -> datetime | None:
    """Return when the poll of a tick was due; None where the tick does not say.

    Raises:
        ValueError, TypeError, OverflowError: what it says is no instant.
    """
    text = _instant_text(tick)
    return None if text is None else parse_timestamp(text) + timedelta(seconds=float(tick.get("delay_s", 0)))


def _body(message: dict[str, Any]) -> dict[str, Any]:
    try:
        body = json.loads(message.get("body") or "{}")
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def _sent_at(message: dict[str, Any], now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(message["attributes"]["SentTimestamp"]) / 1000, UTC)
    except (KeyError, ValueError, TypeError, OverflowError):
        return now


def _due(tick: dict[str, Any], *, otherwise: datetime) -> datetime:
    try:
        return scheduled_time(tick) or otherwise
    except (ValueError, TypeError, OverflowError):
        logger.warning("tick without a usable instant", extra={"scheduled_at": str(_instant_text(tick))[:60]})
        return otherwise


def _instant_text(tick: dict[str, Any]) -> Any:
    return tick.get("scheduled_at") or tick.get("time")
