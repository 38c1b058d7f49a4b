import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.polling import GLOBAL_PLAN, NOON, PLACE, HandClock, MemoryState

from flightlake.errors import ConflictError, StorageError
from flightlake.opensky.quota import STANDARD, PollingPlan, Tier
from flightlake.ports import PollState
from flightlake.storage.file_state import FilePollState
from ingestion.quota.account import Denied, Granted, PollFeedback
from ingestion.quota.quota import CreditQuota

ACCOUNT = f"standard@{PLACE}"
SMALL = PollingPlan(Tier("standard", 40, 86_400, "small enough to be spent in a test"), None, 8_640)


def a_quota(state: PollState, clock: HandClock | None = None, *, plan: PollingPlan = GLOBAL_PLAN) -> CreditQuota:
    return CreditQuota(state, plan, place=PLACE, clock=clock or HandClock())


def test_credits_are_set_aside_before_the_poll_and_settled_after_it() -> None:
    state = MemoryState()
    quota = a_quota(state)
    granted = quota.admit(tries=3)
    assert isinstance(granted, Granted)
    assert state.stored.document[ACCOUNT]["budget"]["reserved"] == 12
    quota.settle(granted, PollFeedback(1, is_answered=True))
    assert state.stored.document[ACCOUNT]["budget"] == {
        "window_start": "2026-05-08T00:00:00.000000Z", "spent": 4, "reserved": 0, "foreign": 0
    }  # fmt: skip


def test_a_refusal_writes_nothing() -> None:
    state, clock = MemoryState(), HandClock()
    quota = a_quota(state, clock)
    granted = quota.admit(tries=1)
    assert isinstance(granted, Granted)
    quota.settle(granted, PollFeedback(0, is_answered=True, retry_after_s=60))
    version = state.stored.version
    clock.move(1)
    assert isinstance(quota.admit(tries=1), Denied)
    assert state.stored.version == version


def test_other_accounts_in_the_document_stay() -> None:
    state = MemoryState()
    state.save({"anonymous@elsewhere": {"kept": True}}, expected_version=0)
    a_quota(state).admit(tries=1)
    assert state.stored.document["anonymous@elsewhere"] == {"kept": True}


@pytest.mark.parametrize(
    "damage",
    [
        "no account",
        {},
        {"budget": {}},
        {"budget": None, "breaker": None, "cooldown_until": None, "updated_at": None},
    ],
)
def test_a_damaged_state_is_told_and_not_overwritten(damage: Any) -> None:
    state = MemoryState()
    state.save({ACCOUNT: damage}, expected_version=0)
    with pytest.raises(StorageError, match=r"is damaged .*delete it"):
        a_quota(state).admit(tries=1)
    assert state.stored.version == 1


def test_a_simulator_that_was_started_again_begins_with_a_full_budget() -> None:
    state, clock = MemoryState(), HandClock()
    quota = a_quota(state, clock, plan=SMALL)
    for _ in range(10):
        granted = quota.admit(tries=1)
        assert isinstance(granted, Granted)
        quota.settle(granted, PollFeedback(1, is_answered=True))
    assert isinstance(quota.admit(tries=1), Denied)
    clock.move(-1_800)  # clocks differ; this is no other time
    assert isinstance(quota.admit(tries=1), Denied)
    clock.move(-1_801)
    assert isinstance(quota.admit(tries=1), Granted)


class BusyState(MemoryState):
    """Somebody else saves first, so many times."""

    def __init__(self, conflicts: int) -> None:
        super().__init__()
        self.conflicts = conflicts

    def save(self, document: dict[str, Any], *, expected_version: int) -> None:
        if self.conflicts > 0:
            self.conflicts -= 1
            raise ConflictError("somebody was first")
        super().save(document, expected_version=expected_version)


def test_who_loses_a_race_looks_again() -> None:
    assert isinstance(a_quota(BusyState(19)).admit(tries=1), Granted)


def test_who_loses_every_race_says_so() -> None:
    with pytest.raises(ConflictError, match="20 attempts"):
        a_quota(BusyState(20)).admit(tries=1)


def test_pollers_in_many_threads_never_set_aside_more_than_there_is(tmp_path: Path) -> None:
    requests: list[int] = []

    def poll_often() -> None:
        quota = a_quota(FilePollState(tmp_path / "state.json"), plan=SMALL)
        for _ in range(4):
            granted = quota.admit(tries=2)
            if isinstance(granted, Granted):
                requests.append(granted.requests)

    threads = [threading.Thread(target=poll_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(requests) == 10  # 40 credits of 4 each


class RefusingState(MemoryState):
    """Takes nothing while told so."""

    is_refusing = False

    def save(self, document: dict[str, Any], *, expected_version: int) -> None:
        if self.is_refusing:
            raise StorageError("throttled")
        super().save(document, expected_version=expected_version)


def test_what_could_not_be_settled_is_kept_and_settled_before_the_next_poll() -> None:
    state, clock = RefusingState(), HandClock()
    quota = a_quota(state, clock)
    granted = quota.admit(tries=3)
    assert isinstance(granted, Granted)
    state.is_refusing = True
    quota.settle(granted, PollFeedback(1, is_answered=True, retry_after_s=600))
    clock.move(60)
    with pytest.raises(StorageError, match="throttled"):
        quota.admit(tries=3)
    state.is_refusing = False
    assert quota.admit(tries=3) == Denied(
        "skipped_cooldown", "the source asked for a pause until 2026-05-08 12:10:00 UTC"
    )
    assert state.stored.document[ACCOUNT]["budget"]["reserved"] == 0
    clock.move(540)
    assert isinstance(quota.admit(tries=3), Granted)
    assert state.stored.document[ACCOUNT]["budget"]["spent"] == 4  # settled once


@dataclass
class Server:
    """Counts as OpenSky does, by its own day."""

    budget: int
    spent: dict[Any, int] = field(default_factory=dict)

    def charge(self, day: Any, credits_: int) -> None:
        self.spent[day] = self.spent.get(day, 0) + credits_


Event = tuple[str, int, int, bool]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "end", "end", "wait", "other"]),
        st.integers(0, 3),  # which poller
        st.integers(0, 3),  # how many requests it sends, or how long the wait
        st.booleans(),  # whether the answer tells the credits left
    ),
    max_size=80,
)


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_no_interleaving_of_pollers_spends_more_than_the_budget(events: list[Event]) -> None:
    clock, state = HandClock(NOON), MemoryState()
    laws = [a_quota(state, clock, plan=SMALL) for _ in range(4)]
    under_way: dict[int, Granted] = {}
    ours, server = Server(40), Server(40)
    for kind, who, number, tells in events:
        day = clock.now().date()
        if kind == "begin" and who not in under_way:
            answer = laws[who].admit(tries=3)
            if isinstance(answer, Granted):
                under_way[who] = answer
        elif kind == "end" and who in under_way:
            granted = under_way.pop(who)
            sent = min(number, granted.requests)
            ours.charge(day, 4 * sent)
            server.charge(day, 4 * sent)
            left = max(0, server.budget - server.spent.get(day, 0)) if tells else None
            laws[who].settle(granted, PollFeedback(sent, is_answered=True, credits_left=left))
        elif kind == "wait":
            clock.move(number * 3_600 if not under_way else 1)
        elif kind == "other":
            server.charge(day, number)
        assert all(spent <= ours.budget for spent in ours.spent.values())
    for who, granted in under_way.items():
        laws[who].settle(granted, PollFeedback(granted.requests, is_answered=True))
        ours.charge(clock.now().date(), 4 * granted.requests)
    assert all(spent <= ours.budget for spent in ours.spent.values())


def test_after_a_told_count_no_credit_of_others_is_spent_again() -> None:
    state, clock = MemoryState(), HandClock()
    quota = a_quota(state, clock, plan=SMALL)
    granted = quota.admit(tries=1)
    assert isinstance(granted, Granted)
    quota.settle(granted, PollFeedback(1, is_answered=True, credits_left=3))
    assert isinstance(quota.admit(tries=1), Denied)
    clock.instant = NOON + timedelta(hours=12)
    assert isinstance(quota.admit(tries=1), Granted)


def test_the_plan_is_the_one_given() -> None:
    assert a_quota(MemoryState()).plan.tier is STANDARD
