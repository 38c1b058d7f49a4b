from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.polling import NOON

from ingestion.quota.circuit_breaker import CircuitBreaker


def failed_times(count: int) -> CircuitBreaker:
    breaker = CircuitBreaker()
    for _ in range(count):
        breaker = breaker.failed(NOON)
    return breaker


def test_four_failures_in_a_row_leave_it_closed() -> None:
    assert failed_times(4).state == "closed"
    assert not failed_times(4).blocks(NOON)


def test_the_fifth_opens_it_for_five_minutes() -> None:
    breaker = failed_times(5)
    assert breaker.blocks(NOON + timedelta(seconds=299.9))
    assert not breaker.blocks(NOON + timedelta(seconds=300))


def test_an_answer_in_between_starts_the_count_anew() -> None:
    assert failed_times(4).answered().failed(NOON).state == "closed"


def test_after_the_pause_one_poll_may_try_and_no_second_one() -> None:
    later = NOON + timedelta(minutes=5)
    trial = failed_times(5).admitted(later)
    assert trial.state == "half_open"
    assert trial.blocks(later + timedelta(seconds=119))


def test_a_trial_that_never_reports_back_is_repeated() -> None:
    later = NOON + timedelta(minutes=5)
    assert not failed_times(5).admitted(later).blocks(later + timedelta(seconds=120))


def test_a_trial_that_is_answered_closes_it() -> None:
    assert failed_times(5).admitted(NOON + timedelta(minutes=5)).answered() == CircuitBreaker()


def test_each_failed_trial_doubles_the_pause_up_to_an_hour() -> None:
    breaker, now, pauses = failed_times(5), NOON, []
    for _ in range(6):
        assert breaker.until is not None
        pauses.append((breaker.until - now).total_seconds() / 60)
        now = breaker.until
        breaker = breaker.admitted(now).failed(now)
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_a_straggler_that_fails_does_not_lengthen_the_pause() -> None:
    breaker = failed_times(5)
    assert breaker.failed(NOON + timedelta(seconds=10)).until == breaker.until


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "ajar", "failures": 0, "until": None, "open_s": 0},
        {"state": "closed", "failures": 0, "until": "2026-05-08T12:00:00Z", "open_s": 0},
        {"state": "open", "failures": 5, "until": None, "open_s": 300},
        {"state": "open", "failures": 5, "until": "2026-05-08T12:00:00", "open_s": 300},
        {"state": "closed", "failures": "many", "until": None, "open_s": 0},
    ],
)
def test_a_document_that_is_no_breaker_is_not_taken_for_one(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        CircuitBreaker.from_document(broken)


@given(st.lists(st.tuples(st.sampled_from(["answer", "fail"]), st.integers(0, 4000)), max_size=60))
def test_whatever_happens_it_blocks_for_an_hour_at_most_and_survives_storage(events: list[tuple[str, int]]) -> None:
    breaker, now = CircuitBreaker(), NOON
    for event, pause_s in events:
        now += timedelta(seconds=pause_s)
        if not breaker.blocks(now):
            breaker = breaker.admitted(now)
            breaker = breaker.answered() if event == "answer" else breaker.failed(now)
        assert not breaker.blocks(now + timedelta(hours=1))
        assert CircuitBreaker.from_document(breaker.to_document()) == breaker
