"""Redrive on a lake in a folder and moto's SQS: what comes back, what stays, and that a second time changes nothing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.aws import Aws
from support.dead_letters import QueueOnMoto, tick
from support.polling import NOON, NOON_S, FullStore, HandClock, a_body, a_poller, keys_of, ledger_of

from flightlake.errors import StorageError
from flightlake.lake import Lake
from flightlake.layout import gzipped
from flightlake.ports import ObjectStore
from ingestion.aws_lambda.invocation import LATE
from ingestion.landing import keep_refused
from ingestion.poll import poll_once
from ingestion.redrive.redrive import SETTLE_DELAY, EvaluatedLetter, RefusedBody, dead_letters, refused_bodies

HOUR = timedelta(hours=1)
BEHIND = NOON - HOUR
"""What a clock says at noon that is an hour behind."""

RAW_KEY = "raw/states/year=2026/month=05/day=08/hour=12/flight_data_20260508_120000_"


@pytest.fixture
def queue(aws: Aws) -> QueueOnMoto:
    return QueueOnMoto(aws)


def bodies(store: ObjectStore, *, replay: bool = False, now: datetime = NOON) -> list[RefusedBody]:
    return list(refused_bodies(store, now=now, replay=replay))


def letters(lake: Lake, queue: QueueOnMoto, *, replay: bool = False, at: datetime = NOON) -> list[EvaluatedLetter]:
    poller = a_poller(lake.store, clock=HandClock(at))
    return list(dead_letters(queue.reader(), poller, replay=replay))


def test_a_body_that_a_wrong_clock_refused_is_explained_and_nothing_changes(folder_lake: Lake) -> None:
    key = keep_refused(folder_lake.store, a_body(), received_at=BEHIND)
    for _ in range(2):
        (found,) = bodies(folder_lake.store)
        assert (found.key, found.received_at, found.outcome) == (key, BEHIND, "replayable")
        assert (found.size_bytes, found.row_count) == (len(a_body()), 1)
        assert found.reason.startswith("then: time: 1778241600 (2026-05-08 12:00:00 UTC) is in the future, 3,600 s")
        assert found.starts_with == '{"time": 1778241600, "states": [["3c6444", "DLH9'
        assert found.raw_key is not None
        assert found.raw_key.startswith(RAW_KEY)
    assert keys_of(folder_lake.store, "raw/states/") == []


def test_it_lands_byte_for_byte_once_and_the_refused_object_stays(folder_lake: Lake) -> None:
    key = keep_refused(folder_lake.store, a_body(), received_at=BEHIND)
    (first,) = bodies(folder_lake.store, replay=True)
    (second,) = bodies(folder_lake.store, replay=True)
    (looked,) = bodies(folder_lake.store)
    assert [found.outcome for found in (first, second, looked)] == ["landed", "duplicate", "duplicate"]
    assert keys_of(folder_lake.store, "raw/states/") == [first.raw_key]
    assert first.raw_key is not None
    assert folder_lake.store.get(first.raw_key) == gzipped(a_body())
    assert keys_of(folder_lake.store, "raw/refused/") == [key]


def test_a_body_that_an_older_check_refused_says_so(folder_lake: Lake) -> None:
    keep_refused(folder_lake.store, a_body(), received_at=NOON)
    assert [(found.outcome, found.reason) for found in bodies(folder_lake.store)] == [
        ("replayable", "an older check refused it")
    ]


@pytest.mark.parametrize(
    ("body", "starts_with", "reason"),
    [
        (b"<html>\x1b[31m busy", "<html>\\x1b[31m busy", "the body is no JSON: Expecting value"),
        (a_body("x"), '{"time": "x", "states": [["3c6444", "DLH9LF  ", ', "time: 'x' is no whole number"),
        (a_body(NOON_S + 61), '{"time": 1778241661, "states": [["3c6444", "DLH9', "is in the future, 61 s ahead"),
        (b"", "", "the body is empty"),
    ],
)
def test_what_does_not_pass_today_stays_refused_with_its_reason(
    folder_lake: Lake, body: bytes, starts_with: str, reason: str
) -> None:
    keep_refused(folder_lake.store, body, received_at=NOON)
    (found,) = bodies(folder_lake.store, replay=True)
    assert (found.outcome, found.raw_key, found.starts_with) == ("refused", None, starts_with)
    assert reason in found.reason
    assert keys_of(folder_lake.store, "raw/states/") == []


def test_an_object_that_nobody_can_unpack_stops_no_other(folder_lake: Lake) -> None:
    folder_lake.store.put_if_absent("raw/refused/by-hand", b"not packed")
    folder_lake.store.put_if_absent("raw/refused/cut.gz", gzipped(a_body())[:-9])
    keep_refused(folder_lake.store, a_body(), received_at=BEHIND)
    found = bodies(folder_lake.store, replay=True)
    assert [body.outcome for body in found] == ["refused", "refused", "landed"]
    assert [body.reason[:24] for body in found[:2]] == ["the object is a broken g", "the object is a gzip tha"]
    assert found[0].size_bytes == 10
    assert abs(found[0].received_at - datetime.now(UTC)) < HOUR


def test_an_object_that_vanishes_after_the_listing_is_passed_over(folder_lake: Lake) -> None:
    keep_refused(folder_lake.store, a_body(), received_at=BEHIND)
    going = refused_bodies(folder_lake.store, now=NOON, replay=True)

    class Fading(FullStore):
        def get(self, key: str) -> bytes:
            folder_lake.store.delete([key])
            return folder_lake.store.get(key)

    assert list(refused_bodies(Fading(folder_lake.store), now=NOON, replay=True)) == []
    assert list(going) == []


def test_a_dead_letter_that_is_looked_at_stays(folder_lake: Lake, queue: QueueOnMoto) -> None:
    queue.put(tick(NOON - HOUR))
    for receives in (1, 2):
        (found,) = letters(folder_lake, queue)
        assert (found.outcome, found.poll_outcome, found.is_deleted) == ("missed", None, False)
        assert (found.poll_at, found.letter.receives) == (NOON - HOUR, receives)
    assert len(queue.bodies()) == 1
    assert ledger_of(folder_lake.store) == []


def test_a_tick_whose_time_has_passed_is_a_missed_poll(folder_lake: Lake, queue: QueueOnMoto) -> None:
    queue.put(tick(NOON - HOUR + timedelta(seconds=40)))  # in the interval of 90 s that begins on the hour
    (found,) = letters(folder_lake, queue, replay=True)
    assert (found.outcome, found.poll_outcome, found.is_deleted) == ("missed", "failed", True)
    (record,) = ledger_of(folder_lake.store)
    assert record["scheduled_at"] == "2026-05-08T11:00:00.000000Z"
    assert (record["outcome"], record["credits_spent"], record["polled_at"]) == ("failed", 0, None)
    assert record["reason"] == (
        "missed: its trigger was a dead letter (the queue of triggers gave it up: the poller did not take it)"
    )
    assert queue.bodies() == []


def test_a_tick_whose_poll_is_in_the_ledger_is_deleted_and_the_record_stays(
    folder_lake: Lake, queue: QueueOnMoto
) -> None:
    poll_once(a_poller(folder_lake.store, [a_body()]), scheduled_at=NOON)
    before = ledger_of(folder_lake.store)
    queue.put(tick(NOON))
    (found,) = letters(folder_lake, queue, replay=True)
    assert (found.outcome, found.poll_outcome, found.is_deleted) == ("known", "landed", True)
    assert ledger_of(folder_lake.store) == before
    assert queue.bodies() == []


def test_two_ticks_of_one_interval_are_one_missed_poll(folder_lake: Lake, queue: QueueOnMoto) -> None:
    queue.put(tick(NOON - HOUR))
    queue.put(tick(NOON - HOUR, delay_s=30))
    found = letters(folder_lake, queue, replay=True)
    assert sorted(judged.outcome for judged in found) == ["known", "missed"]
    assert len(ledger_of(folder_lake.store)) == 1
    assert queue.bodies() == []


def test_a_tick_whose_poll_may_still_come_is_kept_to_the_last_moment(folder_lake: Lake, queue: QueueOnMoto) -> None:
    queue.put(tick(NOON))
    last = NOON + timedelta(seconds=90) + SETTLE_DELAY
    assert [found.outcome for found in letters(folder_lake, queue, replay=True, at=last)] == ["due"]
    assert ledger_of(folder_lake.store) == []
    after = last + timedelta(seconds=1)
    assert [found.outcome for found in letters(folder_lake, queue, replay=True, at=after)] == ["missed"]


def test_no_poll_runs_longer_than_a_redrive_waits() -> None:
    assert timedelta(seconds=75) + LATE < SETTLE_DELAY


def test_what_is_no_tick_is_kept_and_given_back(folder_lake: Lake, queue: QueueOnMoto) -> None:
    queue.put("an alarm's text\x1b")
    for _ in range(2):
        (found,) = letters(folder_lake, queue, replay=True)
        assert (found.outcome, found.poll_at, found.is_deleted) == ("foreign", None, False)
        assert found.to_document()["body"] == "an alarm's text?"
    assert len(queue.bodies()) == 1


def test_a_lake_that_takes_nothing_loses_no_message(folder_lake: Lake, queue: QueueOnMoto) -> None:
    for minute in (0, 3):
        queue.put(tick(NOON - HOUR + timedelta(minutes=minute)))
    full = a_poller(FullStore(folder_lake.store, "raw/polls/"))
    with pytest.raises(StorageError, match="no space left"):
        list(dead_letters(queue.reader(), full, replay=True))
    assert len(queue.bodies()) == 2
    assert queue.reader().held_elsewhere() == 0
    assert [found.outcome for found in letters(folder_lake, queue, replay=True)] == ["missed", "missed"]


def test_a_redrive_asks_no_source_and_spends_no_credit(folder_lake: Lake, queue: QueueOnMoto) -> None:
    queue.put(tick(NOON - HOUR))
    keep_refused(folder_lake.store, a_body(), received_at=BEHIND)
    poller: Any = a_poller(folder_lake.store)
    before = poller.quota._state.load()
    assert bodies(folder_lake.store, replay=True)
    assert list(dead_letters(queue.reader(), poller, replay=True))
    assert poller.source.asked_at == []
    assert poller.quota._state.load() == before


def test_what_is_found_has_a_form_in_json(folder_lake: Lake, queue: QueueOnMoto) -> None:
    keep_refused(folder_lake.store, a_body(), received_at=BEHIND)
    queue.put(tick(NOON - HOUR))
    (body,), (letter,) = bodies(folder_lake.store), letters(folder_lake, queue)
    document = json.loads(json.dumps(body.to_document()))
    assert document["received_at"] == "2026-05-08T11:00:00.000000Z"
    assert abs(datetime.fromisoformat(document["stored_at"]) - datetime.now(UTC)) < HOUR
    document = json.loads(json.dumps(letter.to_document()))
    assert (document["poll_at"], document["outcome"], document["deleted"]) == (
        "2026-05-08T11:00:00.000000Z",
        "missed",
        False,
    )
    assert "receipt" not in document
