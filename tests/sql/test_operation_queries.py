"""Queries about polling, freshness and quality, each against rows and answers written by hand."""

from datetime import date, datetime
from pathlib import Path

import pytest
from support.answers import rows_of
from support.lakes import LakeBuilder, a_poll, a_rejected, a_score, a_state, at

NEXT_DAY = date(2026, 5, 9)


def utc(clock: str, day: int = 8) -> datetime:
    return datetime.fromisoformat(f"2026-05-{day:02}T{clock}")


@pytest.fixture
def builder(tmp_path: Path) -> LakeBuilder:
    return LakeBuilder(tmp_path / "lake")


def test_freshness_is_measured_from_the_newest_response(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [
            a_state(icao24="aaaaaa", last_contact_at=at("11:00"), snapshot_at=at("11:00")),
            a_state(icao24="aaaaaa", last_contact_at=at("11:59:58"), snapshot_at=at("12:00")),
            a_state(icao24="bbbbbb", last_contact_at=at("11:58:59"), snapshot_at=at("12:00")),
            a_state(icao24="cccccc", last_contact_at=at("11:59:00"), snapshot_at=at("12:00")),
        ],
    )
    assert rows_of(builder, "freshness", as_of="2026-05-08T12:01:30") == [(utc("12:00"), 90, 3, 41.0, 61, 1)]


def test_a_gap_lasts_from_response_to_response_and_knows_its_reasons(builder: LakeBuilder) -> None:
    builder.publish(
        "polls",
        [
            a_poll("09:00", "failed"),  # before the first response nothing is known
            a_poll("10:00"),
            a_poll("10:05"),  # exactly the shortest gap: none
            a_poll("10:06", "skipped_cooldown"),
            a_poll("10:07", "failed"),
            a_poll("10:08", "skipped_cooldown"),
            a_poll("10:20", "duplicate"),
            a_poll("10:30", "landed"),
            a_poll("10:40", "failed"),  # after the last response nothing is known
        ],
    )
    assert rows_of(builder, "coverage_gaps") == [
        (utc("10:05"), utc("10:20"), 900, 3, "failed, skipped_cooldown", "because skipped_cooldown"),
        (utc("10:20"), utc("10:30"), 600, 0, None, None),
    ]
    assert len(rows_of(builder, "coverage_gaps", min_gap_s="299")) == 3


def test_the_fates_of_a_day_add_up(builder: LakeBuilder) -> None:
    builder.publish(
        "polls", [a_poll("10:00"), a_poll("10:01"), a_poll("10:02", "skipped_budget"), a_poll("10:03", "duplicate")]
    )
    assert rows_of(builder, "poll_outcomes") == [
        ("landed", 2, 50.0, 8, 200, utc("10:00"), utc("10:01")),
        ("duplicate", 1, 25.0, 4, 100, utc("10:03"), utc("10:03")),
        ("skipped_budget", 1, 25.0, 0, None, utc("10:02"), utc("10:02")),
    ]


def test_the_trend_compares_with_the_day_before_within_the_span(builder: LakeBuilder) -> None:
    for day, overall, timeliness in ((date(2026, 5, 8), 98.5, 97.0), (NEXT_DAY, 98.0, 98.0)):
        builder.publish(
            "quality_scores",
            [
                a_score(None, None, checked=10, failed=1, score=overall),
                a_score("timeliness", None, checked=10, failed=1, score=timeliness),
                a_score("timeliness", "contact_stale", checked=10, failed=1, score=90.0),
            ],
            day=day,
        )
    assert rows_of(builder, "quality_trend") == [
        (date(2026, 5, 8), "overall", 98.5, None),
        (date(2026, 5, 8), "timeliness", 97.0, None),
        (NEXT_DAY, "overall", 98.0, -0.5),
        (NEXT_DAY, "timeliness", 98.0, 1.0),
    ]
    assert rows_of(builder, "quality_trend", from_date="2026-05-09")[0] == (NEXT_DAY, "overall", 98.0, None)


def test_only_rules_that_some_row_breaks_pull_the_quality_down(builder: LakeBuilder) -> None:
    builder.publish(
        "quality_scores",
        [
            a_score("timeliness", "contact_stale", checked=10, failed=1, score=90.0),
            a_score("validity", "squawk_form", checked=4, failed=1, score=75.0),
            a_score("validity", "category_unknown", checked=10, failed=0, score=100.0),
            a_score("validity", None, checked=14, failed=1, score=87.5),
        ],
    )
    assert rows_of(builder, "rule_failures") == [
        ("squawk_form", "validity", "warn", 1, 4, 75.0),
        ("contact_stale", "timeliness", "warn", 1, 10, 90.0),
    ]


def test_a_row_counts_under_each_of_its_reasons_and_the_first_is_the_example(builder: LakeBuilder) -> None:
    builder.publish(
        "states_quarantine",
        [
            a_rejected(10, ["icao24_form"], raw_key="raw/states/b", snapshot_at=at("12:01")),
            a_rejected(10, ["icao24_form", "position_half"]),
            a_rejected(9, ["icao24_form"]),
            a_rejected(3, []),
        ],
    )
    assert rows_of(builder, "quarantine_reasons") == [
        ("icao24_form", 3, 2, utc("12:00"), '["row 9"]'),
        ("position_half", 1, 1, utc("12:00"), '["row 10"]'),
    ]


def test_the_summary_keeps_a_day_on_which_every_row_was_rejected(builder: LakeBuilder) -> None:
    builder.publish(
        "states",
        [a_state(icao24="aaaaaa"), a_state(icao24="bbbbbb"), a_state(icao24="bbbbbb", snapshot_at=at("13:00"))],
    )
    builder.publish("states_quarantine", [a_rejected(1, ["icao24_form"])])
    builder.publish("states_quarantine", [a_rejected(1, ["x"]), a_rejected(2, ["x"])], day=NEXT_DAY)
    builder.publish("quality_scores", [a_score(None, None, checked=4, failed=1, score=99.0)])
    assert rows_of(builder, "daily_summary") == [
        (date(2026, 5, 8), 3, 1, 2, 2, utc("12:00"), utc("13:00"), 99.0),
    ], "the newest day is the newest of states"
    assert rows_of(builder, "daily_summary", to_date="2026-05-09")[1] == (NEXT_DAY, 0, 2, 0, 0, None, None, None)
