"""Triggers in an invocation's event, and the times at which their polls were scheduled."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from flightlake.timestamps import parse_timestamp

logger = logging.getLogger(__name__)


def is_test(event: dict[str, Any]) -> bool:
    """Return whether the event asks for a test: `{"test": true}`."""
    return event.get("test") is True


def scheduled_times(event: dict[str, Any], *, now: datetime) -> list[datetime]:
    """Return the scheduled times of an event's polls: one for a schedule's event, one for each SQS message.

    A trigger holds its time as `time` (EventBridge), or as `scheduled_at` and `delay_s`, which a schedule that sends a
    delayed message writes into its body. A trigger without a time counts as due when its message was sent, or `now`.
    """
    if "Records" not in event:
        return [_due(event, otherwise=now)]
    return [_due(_body(message), otherwise=_sent_at(message, now)) for message in event["Records"]]


def scheduled_time(trigger: dict[str, Any]) -> datetime | None:
    """Return the time that a trigger holds; None where it holds none.

    Raises:
        ValueError, TypeError, OverflowError: the value is no time.
    """
    text = _time_text(trigger)
    return None if text is None else parse_timestamp(text) + timedelta(seconds=float(trigger.get("delay_s", 0)))


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


def _due(trigger: dict[str, Any], *, otherwise: datetime) -> datetime:
    try:
        return scheduled_time(trigger) or otherwise
    except (ValueError, TypeError, OverflowError):
        logger.warning("trigger without a usable time", extra={"scheduled_at": str(_time_text(trigger))[:60]})
        return otherwise


def _time_text(trigger: dict[str, Any]) -> Any:
    return trigger.get("scheduled_at") or trigger.get("time")
