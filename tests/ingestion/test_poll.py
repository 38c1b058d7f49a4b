import gzip
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from support.polling import (
    GLOBAL_PLAN,
    NOON,
    NOON_S,
    FullStore,
    HandClock,
    MemoryState,
    ScriptedSource,
    a_body,
    a_poller,
    keys_of,
    ledger_of,
)

from flightlake.errors import (
    InvalidResponseError,
    SourceRejectedError,
    SourceThrottledError,
    SourceUnavailableError,
    StorageError,
)
from flightlake.lake import Lake
from flightlake.opensky.quota import PollingPlan, Tier
from ingestion.poll import Poller, check_source, missed_poll, poll_many, poll_once
from ingestion.sources import Fetched, RequestBudget

NAME = "http://source.test/api/states/all"


def the_source(poller: Poller) -> ScriptedSource:
    assert isinstance(poller.source, ScriptedSource)
    return poller.source


def credits_of(state: MemoryState) -> dict[str, Any]:
    budget: dict[str, Any] = state.stored.document["standard@http://source.test"]["budget"]
    return {name: budget[name] for name in ("spent", "reserved", "foreign")}


def test_a_poll_that_lands_leaves_its_record(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [a_body()])
    the_source(poller).credits_left = 3_996
    poll = poll_once(poller, scheduled_at=NOON - timedelta(seconds=1))
    (key,) = keys_of(folder_lake.store, "raw/states/")
    assert ledger_of(folder_lake.store) == [
        {
            "scheduled_at": "2026-05-08T11:59:59.000000Z",
            "polled_at": "2026-05-08T12:00:00.000000Z",
            "outcome": "landed",
            "reason": None,
            "source": NAME,
            "credits_spent": 4,
            "credits_left": 3_996,
            "row_count": 1,
            "raw_key": key,
        }
    ]
    assert poll.response is not None
    assert poll.response.time_s == NOON_S


def test_an_answer_that_was_seen_before_is_a_duplicate(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [a_body(), a_body()])
    outcomes = [poll_once(poller, scheduled_at=NOON + timedelta(seconds=due)).record.outcome for due in (0, 90)]
    assert outcomes == ["landed", "duplicate"]
    assert ledger_of(folder_lake.store)[1]["raw_key"] == keys_of(folder_lake.store, "raw/states/")[0]


def test_no_data_and_no_aircraft_are_told_apart(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [a_body(rows=[]), SourceUnavailableError("no answer")])
    poll_once(poller, scheduled_at=NOON)
    poll_once(poller, scheduled_at=NOON + timedelta(seconds=90))
    assert [(entry["outcome"], entry["row_count"]) for entry in ledger_of(folder_lake.store)] == [
        ("landed", 0),
        ("failed", None),
    ]


@pytest.mark.parametrize("error", [SourceUnavailableError("answered 503"), SourceRejectedError("answered 403")])
def test_a_poll_without_an_answer_fails_with_its_reason_and_costs_its_requests(
    folder_lake: Lake, error: Exception
) -> None:
    state = MemoryState()
    poller = a_poller(folder_lake.store, [error], state=state)
    the_source(poller).requests_each = 3
    record = poll_once(poller, scheduled_at=NOON).record
    assert (record.outcome, record.reason, record.credits_spent) == ("failed", str(error), 12)
    assert record.polled_at == NOON
    assert credits_of(state) == {"spent": 12, "reserved": 0, "foreign": 0}


def test_a_429_fails_and_no_request_is_sent_until_its_pause_is_over(folder_lake: Lake) -> None:
    clock = HandClock()
    poller = a_poller(
        folder_lake.store,
        [SourceThrottledError("answered 429", retry_after_s=200), a_body(NOON_S + 270)],
        clock=clock,
        takes_s=0,
    )
    outcomes = [poll.record.outcome for poll in poll_many(poller, count=4, interval_s=90)]
    assert outcomes == ["failed", "skipped_cooldown", "skipped_cooldown", "landed"]
    assert the_source(poller).asked_at == [NOON, NOON + timedelta(seconds=270)]
    assert ledger_of(folder_lake.store)[1]["reason"] == "the source asked for a pause until 2026-05-08 12:03:20 UTC"
    assert ledger_of(folder_lake.store)[1]["polled_at"] is None


def test_after_five_failures_the_breaker_skips_polls(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [SourceUnavailableError("gone")] * 5, takes_s=0)
    outcomes = [poll.record.outcome for poll in poll_many(poller, count=8, interval_s=90)]
    assert outcomes == ["failed"] * 5 + ["skipped_breaker"] * 3
    assert len(the_source(poller).asked_at) == 5


def test_a_spent_budget_skips_polls_until_midnight(folder_lake: Lake) -> None:
    two_calls_a_day = PollingPlan(Tier("standard", 8, 86_400, "for this test"), None, 43_200)
    clock = HandClock()
    poller = a_poller(folder_lake.store, [a_body()] * 3, clock=clock, plan=two_calls_a_day, takes_s=0)
    outcomes = [poll.record.outcome for poll in poll_many(poller, count=4, interval_s=90)]
    assert outcomes == ["landed", "duplicate", "skipped_budget", "skipped_budget"]
    clock.instant = NOON + timedelta(hours=12)
    assert poll_once(poller, scheduled_at=clock.now()).record.outcome == "duplicate"


def test_a_body_that_is_no_response_is_kept_as_refused_and_the_poll_has_failed(folder_lake: Lake) -> None:
    state = MemoryState()
    poller = a_poller(folder_lake.store, [b"<html>"], state=state)
    record = poll_once(poller, scheduled_at=NOON).record
    (key,) = keys_of(folder_lake.store, "raw/refused/")
    assert gzip.decompress(folder_lake.store.get(key)) == b"<html>"
    assert (record.outcome, record.raw_key, record.row_count) == ("failed", key, None)
    assert record.reason is not None
    assert record.reason.startswith("the body is no JSON")
    assert keys_of(folder_lake.store, "raw/states/") == []
    assert state.stored.document["standard@http://source.test"]["breaker"]["failures"] == 1


def test_a_lake_that_is_full_fails_the_poll_and_the_record_says_so(folder_lake: Lake) -> None:
    state = MemoryState()
    poller = a_poller(FullStore(folder_lake.store, "raw/states/"), [a_body()], state=state)
    with pytest.raises(StorageError, match="no space left"):
        poll_once(poller, scheduled_at=NOON)
    (record,) = ledger_of(folder_lake.store)
    assert (record["outcome"], record["credits_spent"], record["raw_key"]) == ("failed", 4, None)
    assert "no space left" in record["reason"]
    assert credits_of(state) == {"spent": 4, "reserved": 0, "foreign": 0}


def test_a_lake_that_takes_no_record_either_raises_its_first_error(
    folder_lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    poller = a_poller(FullStore(folder_lake.store, "raw/"), [a_body()])
    with pytest.raises(StorageError, match="cannot write raw/states/"):
        poll_once(poller, scheduled_at=NOON)
    assert "poll not recorded" in caplog.text


class LostState(MemoryState):
    """Cannot be reached from a version on."""

    def __init__(self, from_version: int) -> None:
        super().__init__()
        self._from_version = from_version

    def load(self) -> Any:
        if self.stored.version >= self._from_version:
            raise StorageError("the poll state cannot be reached")
        return super().load()


def test_without_its_state_the_poller_asks_nobody(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [a_body()], state=LostState(0))
    with pytest.raises(StorageError, match="cannot be reached"):
        poll_once(poller, scheduled_at=NOON)
    assert the_source(poller).asked_at == []
    assert ledger_of(folder_lake.store)[0]["reason"] == "the poll state cannot be reached"


def test_what_was_received_lands_also_when_the_state_is_lost_afterwards(
    folder_lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    poller = a_poller(folder_lake.store, [a_body()], state=LostState(1))
    poll_once(poller, scheduled_at=NOON)
    (key,) = keys_of(folder_lake.store, "raw/states/")
    (record,) = ledger_of(folder_lake.store)
    assert (record["outcome"], record["raw_key"]) == ("landed", key)
    assert "poll not settled" in caplog.text
    with pytest.raises(StorageError, match="cannot be reached"):
        poll_once(poller, scheduled_at=NOON + timedelta(seconds=90))


def test_a_poll_delivered_twice_asks_once(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [a_body(), a_body(NOON_S + 1)])
    first, second = (poll_once(poller, scheduled_at=NOON + timedelta(microseconds=us)) for us in (0, 999))
    assert second.record == first.record
    assert second.is_repeat
    assert len(the_source(poller).asked_at) == len(ledger_of(folder_lake.store)) == 1


class Interrupted(ScriptedSource):
    """A person loses patience."""

    def fetch(self, request_budget: RequestBudget) -> Fetched:
        raise KeyboardInterrupt


def test_a_poll_that_is_interrupted_is_in_the_ledger_too(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store)
    impatient = Poller(Interrupted([], HandClock()), poller.store, poller.quota, poller.clock)
    with pytest.raises(KeyboardInterrupt):
        poll_once(impatient, scheduled_at=NOON)
    (record,) = ledger_of(folder_lake.store)
    assert (record["outcome"], record["reason"]) == ("failed", "interrupted")


def test_polls_are_due_every_interval_from_the_start(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [a_body(NOON_S + due) for due in (0, 90, 180)], takes_s=4)
    assert [poll.record.outcome for poll in poll_many(poller, count=3, interval_s=90)] == ["landed"] * 3
    assert the_source(poller).asked_at == [NOON + timedelta(seconds=due) for due in (0, 90, 180)]


def test_a_poll_that_comes_late_is_polled_late_and_one_that_comes_too_late_is_missed(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [a_body(NOON_S), a_body(NOON_S + 180), a_body(NOON_S + 300)], takes_s=200)
    polls = list(poll_many(poller, count=5, interval_s=90))
    assert [poll.record.outcome for poll in polls] == ["landed", "failed", "landed", "failed", "landed"]
    assert [entry["scheduled_at"][11:19] for entry in ledger_of(folder_lake.store)] == [
        "12:00:00", "12:01:30", "12:03:00", "12:04:30", "12:06:00"
    ]  # fmt: skip
    assert polls[1].record.reason == "missed: the poll before it was still running"
    assert polls[1].record.polled_at is None
    assert polls[2].record.polled_at == NOON + timedelta(seconds=200)


def test_without_a_count_polls_go_on(folder_lake: Lake) -> None:
    def bodies() -> Iterator[bytes]:
        yield from (a_body(NOON_S + due) for due in range(0, 10_000, 90))

    poller = a_poller(folder_lake.store)
    endless = Poller(ScriptedSource(bodies(), HandClock()), poller.store, poller.quota, poller.clock)
    assert len(list(islice(poll_many(endless, count=None, interval_s=90), 7))) == 7


def test_a_poll_is_missed_once(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store)
    first, second = (missed_poll(poller, scheduled_at=NOON, why="it rained") for _ in range(2))
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert first.record.reason == second.record.reason == "missed: it rained"


def test_a_check_lands_nothing_but_spends_its_credits(folder_lake: Lake) -> None:
    state = MemoryState()
    response = check_source(a_poller(folder_lake.store, [a_body()], state=state))
    assert response.time_s == NOON_S
    assert keys_of(folder_lake.store, "raw/") == []
    assert credits_of(state)["spent"] == 4


@pytest.mark.parametrize(
    ("script", "error"),
    [(b"<html>", InvalidResponseError), (SourceUnavailableError("gone"), SourceUnavailableError)],
)
def test_a_check_says_what_is_wrong(folder_lake: Lake, script: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_source(a_poller(folder_lake.store, [script]))


def test_a_check_keeps_the_law(folder_lake: Lake) -> None:
    poller = a_poller(folder_lake.store, [SourceThrottledError("answered 429", retry_after_s=60)])
    with pytest.raises(SourceThrottledError):
        check_source(poller)
    with pytest.raises(SourceRejectedError, match="not asked: the source asked for a pause"):
        check_source(poller)
    assert GLOBAL_PLAN.cost_credits == 4
