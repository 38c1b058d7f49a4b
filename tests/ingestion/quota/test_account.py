from dataclasses import replace
from datetime import timedelta

import pytest
from support.polling import GLOBAL_PLAN, NOON

from flightlake.opensky.quota import ANONYMOUS, PollingPlan
from flightlake.timestamps import parse_optional_timestamp, parse_timestamp
from ingestion.quota.account import Account, Denied, Granted, PollFeedback, admit, settle

FRESH = Account.fresh(GLOBAL_PLAN, NOON)


def admitted(account: Account, *, tries: int = 3) -> tuple[Account, Granted]:
    changed, granted = admit(account, GLOBAL_PLAN, tries=tries, now=NOON)
    assert isinstance(granted, Granted)
    return changed, granted


def settled(feedback: PollFeedback, *, account: Account = FRESH) -> Account:
    changed, granted = admitted(account)
    return settle(changed, GLOBAL_PLAN, granted, feedback=feedback, now=NOON)


def test_a_fresh_account_may_poll_and_sets_credits_aside_for_every_try() -> None:
    account, granted = admitted(FRESH)
    assert granted.requests == 3
    assert account.budget.reserved == 12


def test_fewer_tries_are_granted_where_the_budget_is_short() -> None:
    short = replace(FRESH, budget=replace(FRESH.budget, spent=3_991))
    assert admitted(short)[1].requests == 2


def test_a_spent_budget_is_a_refusal_that_tells_the_numbers() -> None:
    spent = replace(FRESH, budget=replace(FRESH.budget, spent=3_997))
    account, refusal = admit(spent, GLOBAL_PLAN, tries=3, now=NOON)
    assert account is spent
    assert refusal == Denied(
        "skipped_budget",
        "3 of 4000 credits left in the day that began 2026-05-08 00:00:00 UTC, a call costs 4",
    )


def test_a_429_begins_a_cooldown_as_long_as_it_says() -> None:
    account = settled(PollFeedback(0, is_answered=True, retry_after_s=90))
    before_end, end = NOON + timedelta(seconds=89.9), NOON + timedelta(seconds=90)
    assert admit(account, GLOBAL_PLAN, tries=1, now=before_end)[1] == Denied(
        "skipped_cooldown", "the source asked for a pause until 2026-05-08 12:01:30 UTC"
    )
    assert isinstance(admit(account, GLOBAL_PLAN, tries=1, now=end)[1], Granted)


def test_the_longer_of_two_cooldowns_holds() -> None:
    long = settled(PollFeedback(0, is_answered=True, retry_after_s=3_600))
    changed = settle(
        long,
        GLOBAL_PLAN,
        admitted(FRESH)[1],
        feedback=PollFeedback(0, is_answered=True, retry_after_s=10),
        now=NOON + timedelta(seconds=5),
    )
    assert changed.cooldown_until == NOON + timedelta(hours=1)


@pytest.mark.parametrize(("asked_s", "kept_s"), [(0, 1), (10**9, 86_400), (22_688, 22_688)])
def test_a_cooldown_is_kept_within_a_second_and_a_day(asked_s: int, kept_s: int) -> None:
    account = settled(PollFeedback(0, is_answered=True, retry_after_s=asked_s))
    assert account.cooldown_until == NOON + timedelta(seconds=kept_s)


def test_five_unanswered_polls_open_the_breaker() -> None:
    account = FRESH
    for _ in range(5):
        account = settled(PollFeedback(3, is_answered=False), account=account)
    refusal = admit(account, GLOBAL_PLAN, tries=1, now=NOON)[1]
    assert refusal == Denied(
        "skipped_breaker", "the breaker is open after 5 failed polls in a row, until 2026-05-08 12:05:00 UTC"
    )
    assert account.budget.spent == 60


def test_while_one_poll_tries_a_second_one_may_not() -> None:
    account = FRESH
    for _ in range(5):
        account = settled(PollFeedback(1, is_answered=False), account=account)
    later = NOON + timedelta(minutes=5)
    trying, first = admit(account, GLOBAL_PLAN, tries=1, now=later)
    second = admit(trying, GLOBAL_PLAN, tries=1, now=later)[1]
    assert isinstance(first, Granted)
    assert isinstance(second, Denied)
    assert "half open" in second.reason


def test_a_trial_is_not_used_up_by_an_empty_budget() -> None:
    account = FRESH
    for _ in range(5):
        account = settled(PollFeedback(1, is_answered=False), account=account)
    broke = replace(account, budget=replace(account.budget, spent=4_000))
    changed, refusal = admit(broke, GLOBAL_PLAN, tries=1, now=NOON + timedelta(minutes=5))
    assert isinstance(refusal, Denied)
    assert refusal.outcome == "skipped_budget"
    assert changed.breaker.state == "open"


def test_a_429_is_an_answer_for_the_breaker() -> None:
    assert settled(PollFeedback(1, is_answered=True, retry_after_s=9)).breaker.failures == 0


def test_an_account_survives_storage_to_the_microsecond() -> None:
    odd = NOON + timedelta(microseconds=123_456)
    account = replace(settled(PollFeedback(1, is_answered=False, retry_after_s=7)), cooldown_until=odd, updated_at=odd)
    assert Account.from_document(account.to_document()) == account


def test_the_budget_is_that_of_the_tier() -> None:
    plan = PollingPlan(ANONYMOUS, None, 864)
    account = Account.fresh(plan, NOON)
    for number in range(100):
        account, granted = admit(account, plan, tries=1, now=NOON)
        assert isinstance(granted, Granted), number
        account = settle(account, plan, granted, feedback=PollFeedback(1, is_answered=True), now=NOON)
    assert isinstance(admit(account, plan, tries=1, now=NOON)[1], Denied)


def test_instants_need_their_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse_timestamp("2026-05-08T12:00:00")
    with pytest.raises(ValueError, match="no text of an instant"):
        parse_optional_timestamp(5)  # type: ignore[arg-type]  # what a damaged document may hold
    assert parse_timestamp("2026-05-08T14:00:00+02:00") == NOON


def test_a_count_of_yesterday_does_not_empty_today_where_the_clock_is_ahead() -> None:
    midnight = NOON + timedelta(hours=12)
    ahead = midnight + timedelta(minutes=5)
    for source_at, left in ((midnight - timedelta(minutes=2), 3_996), (ahead, 20)):
        changed, granted = admit(Account.fresh(GLOBAL_PLAN, ahead), GLOBAL_PLAN, tries=3, now=ahead)
        assert isinstance(granted, Granted)
        told = PollFeedback(1, is_answered=True, credits_left=20, source_at=source_at)
        account = settle(changed, GLOBAL_PLAN, granted, feedback=told, now=ahead)
        assert account.budget.left(GLOBAL_PLAN.tier) == left
