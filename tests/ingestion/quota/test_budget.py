from datetime import UTC, datetime, timedelta

from support.polling import NOON

from flightlake.opensky.quota import STANDARD
from ingestion.quota.budget import Budget, Reservation

DAY = datetime(2026, 5, 8, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)


def test_what_is_set_aside_is_not_left() -> None:
    assert Budget(DAY, spent=100, reserved=20, foreign=3).left(STANDARD) == 3_877
    assert Budget(DAY, spent=4_000, reserved=20).left(STANDARD) == 0


def test_a_poll_spends_what_it_used_and_frees_the_rest() -> None:
    settled = Budget(DAY, spent=100).reserve(12).settle(Reservation(DAY, 12), used=4)
    assert settled == Budget(DAY, spent=104, reserved=0)


def test_a_new_day_begins_with_a_full_budget() -> None:
    budget = Budget(DAY, spent=4_000, reserved=12, foreign=7)
    assert budget.at(STANDARD, NEXT_DAY - timedelta(microseconds=1)) is budget
    assert budget.at(STANDARD, NEXT_DAY) == Budget(NEXT_DAY)


def test_a_clock_that_falls_back_over_midnight_forgets_nothing() -> None:
    ahead = Budget(NEXT_DAY, spent=8)
    assert ahead.at(STANDARD, NEXT_DAY - timedelta(minutes=3)) is ahead


def test_a_poll_over_midnight_is_charged_to_the_new_day_too() -> None:
    settled = Budget(NEXT_DAY, reserved=12).settle(Reservation(DAY, 12), used=4)
    assert settled == Budget(NEXT_DAY, spent=4, reserved=12)


def test_the_server_counts_what_others_spent() -> None:
    budget = Budget(DAY, spent=8).reconcile(STANDARD, Reservation(DAY, 4), server_left=3_900, counted_at=NOON)
    assert budget.foreign == 92
    assert budget.left(STANDARD) == 3_900


def test_a_request_of_ours_that_is_under_way_is_not_taken_for_somebody_elses() -> None:
    budget = Budget(DAY, spent=4, reserved=12).reconcile(
        STANDARD, Reservation(DAY, 4), server_left=3_992, counted_at=NOON
    )
    assert budget.foreign == 0


def test_a_server_that_says_more_than_we_count_changes_nothing() -> None:
    budget = Budget(DAY, spent=100, foreign=50)
    assert budget.reconcile(STANDARD, Reservation(DAY, 4), server_left=4_000, counted_at=NOON) == budget


def test_the_servers_word_about_yesterday_does_not_empty_today() -> None:
    fresh = Budget(NEXT_DAY, spent=4)
    at_noon = NEXT_DAY + timedelta(hours=12)
    assert fresh.reconcile(STANDARD, Reservation(DAY, 4), server_left=0, counted_at=at_noon) == fresh


def test_a_server_whose_day_ends_seconds_after_ours_does_not_empty_today() -> None:
    fresh, reservation = Budget(NEXT_DAY, spent=4), Reservation(NEXT_DAY, 4)
    just_after, a_minute_after = NEXT_DAY + timedelta(seconds=59), NEXT_DAY + timedelta(seconds=60)
    assert fresh.reconcile(STANDARD, reservation, server_left=0, counted_at=just_after) == fresh
    assert fresh.reconcile(STANDARD, reservation, server_left=0, counted_at=a_minute_after).left(STANDARD) == 0
