from datetime import datetime, timedelta
from typing import Any

import pytest
from support.polling import NOON

from ingestion.aws_lambda.triggers import is_test, scheduled_times

NOW = NOON + timedelta(minutes=5)


def due(event: dict[str, Any]) -> list[datetime]:
    return scheduled_times(event, now=NOW)


def test_a_schedules_tick_names_its_time() -> None:
    assert due({"source": "aws.events", "time": "2026-05-08T12:00:00Z"}) == [NOON]
    assert due({"scheduled_at": "2026-05-08T12:00:00Z"}) == [NOON]


def test_a_delayed_tick_is_due_after_its_delay() -> None:
    message = {"body": '{"scheduled_at": "2026-05-08T12:00:00Z", "delay_s": 30}'}
    assert due({"Records": [message]}) == [NOON + timedelta(seconds=30)]


def test_each_message_is_a_poll() -> None:
    bodies = ['{"scheduled_at": "2026-05-08T12:00:00Z"}', '{"scheduled_at": "2026-05-08T12:01:00Z"}']
    assert due({"Records": [{"body": body} for body in bodies]}) == [NOON, NOON + timedelta(minutes=1)]
    assert due({"Records": []}) == []


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", None, '{"scheduled_at": "soon"}'])
def test_a_message_without_a_time_was_due_when_it_was_sent(body: str | None) -> None:
    assert due({"Records": [{"body": body, "attributes": {"SentTimestamp": "1778241600000"}}]}) == [NOON]


@pytest.mark.parametrize("attributes", [{}, {"SentTimestamp": "late"}, {"SentTimestamp": "9" * 40}, None])
def test_otherwise_it_is_due_now(attributes: Any) -> None:
    assert due({"Records": [{"body": "{}", "attributes": attributes}]}) == [NOW]


@pytest.mark.parametrize("event", [{}, {"time": "noon"}, {"time": 5}, {"time": "2026-05-08T12:00:00Z", "delay_s": "x"}])
def test_a_tick_without_a_usable_time_is_due_now(event: dict[str, Any]) -> None:
    assert due(event) == [NOW]


def test_a_test_is_asked_for_in_so_many_words() -> None:
    assert is_test({"test": True})
    assert not is_test({"test": "true"})
    assert not is_test({})
