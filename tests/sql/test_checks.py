"""Checks: silent on a good lake, and each finds what it is there for."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.answers import rows_of
from support.lakes import LakeBuilder, a_poll, a_rejected, a_score, a_state, at

from duckdb_engine.engine import Engine
from flightlake.quality.rules import REJECTING
from flightlake.schema.sql_files import sql_files

NEXT_DAY = date(2026, 5, 9)


@pytest.fixture
def builder(tmp_path: Path) -> LakeBuilder:
    return LakeBuilder(tmp_path / "lake")


def test_a_good_lake_passes_every_check(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state(), a_state(icao24="aaaaaa", callsign=None, position_at=None)])
    builder.publish("states_quarantine", [a_rejected(0, ["icao24_form"]), a_rejected(1, ["icao24_form"])])
    builder.publish(
        "quality_scores",
        [
            a_score(None, None, checked=2, failed=0, score=100.0),
            a_score("validity", None, checked=2, failed=0, score=0.0),
            a_score("validity", "icao24_form", checked=2, failed=2, score=0.0),
            a_score("consistency", "on_ground_fast", checked=0, failed=0, score=None),
        ],
    )
    builder.publish("polls", [a_poll("00:00"), a_poll("23:59:59", "failed"), a_poll("12:00", "duplicate")])
    with Engine(builder.lake) as engine:
        found = {name: result.rows for name, result in engine.run_checks()}
    assert found == {name: [] for name in sql_files("checks")}


def test_an_empty_lake_passes_every_check(builder: LakeBuilder) -> None:
    with Engine(builder.lake) as engine:
        assert [result.rows for _, result in engine.run_checks()] == [[] for _ in sql_files("checks")]


def _two_rows(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state(), a_state(callsign="OTHER")])


def _late_row(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state(snapshot_at=at("00:00", NEXT_DAY))])


def _late_rejected_row(builder: LakeBuilder) -> None:
    builder.publish("states_quarantine", [a_rejected(0, ["x"], snapshot_at=at("00:00", NEXT_DAY))])


def _late_poll(builder: LakeBuilder) -> None:
    builder.publish("polls", [a_poll("00:00", day=NEXT_DAY)])


def _without_reason(builder: LakeBuilder) -> None:
    builder.publish("states_quarantine", [a_rejected(0, []), a_rejected(1, None)])


def _twice_rejected(builder: LakeBuilder) -> None:
    builder.publish("states_quarantine", [a_rejected(0, ["x"]), a_rejected(0, ["y"])])


def _scores(builder: LakeBuilder) -> None:
    builder.publish(
        "quality_scores",
        [
            a_score("accuracy", None, checked=1, failed=0, score=100.1),
            a_score("accuracy", "x", checked=1, failed=2, score=0.0),
            a_score("accuracy", "y", checked=1, failed=-1, score=0.0),
            a_score("accuracy", "z", checked=1, failed=0, score=float("nan")),
            a_score("accuracy", "u", checked=1, failed=0, score=None),
            a_score("accuracy", "v", checked=0, failed=0, score=100.0),
        ],
    )


def _no_score(builder: LakeBuilder) -> None:
    builder.publish("states", [a_state()])
    builder.publish("quality_scores", [a_score("accuracy", None, checked=1, failed=0, score=100.0)])


def _polls(builder: LakeBuilder) -> None:
    builder.publish(
        "polls",
        [
            a_poll("10:00", raw_key=None),
            a_poll("10:01", "duplicate", polled_at=None),
            a_poll("10:02", "failed", reason=None),
        ],
    )


def _blank(builder: LakeBuilder) -> None:
    blank = [{"callsign": ""}, {"callsign": "DLH1 "}, {"origin_country": ""}, {"squawk": ""}]
    builder.publish("states", [a_state(icao24=f"00000{n}", **change) for n, change in enumerate(blank)])


@pytest.mark.parametrize(
    ("check", "spoil", "count"),
    [
        ("duplicate_states", _two_rows, 1),
        ("states_on_wrong_day", _late_row, 1),
        ("states_on_wrong_day", _late_rejected_row, 1),
        ("polls_on_wrong_day", _late_poll, 1),
        ("quarantined_without_reason", _without_reason, 2),
        ("quarantined_twice", _twice_rejected, 1),
        ("score_out_of_range", _scores, 6),
        ("day_without_score", _no_score, 1),
        ("poll_without_its_object", _polls, 3),
        ("blank_text", _blank, 4),
    ],
)
def test_each_check_finds_its_fault(
    builder: LakeBuilder, check: str, spoil: Callable[[LakeBuilder], None], count: int
) -> None:
    spoil(builder)
    assert len(rows_of(builder, check)) == count


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "icao24_missing": {"icao24": None},
    "icao24_form": {"icao24": "3C6444"},
    "callsign_impossible": {"callsign": "NINELONG1"},
    "origin_country_form": {"origin_country": "Ger\tmany"},
    "last_contact_missing": {"last_contact_at": None},
    "position_half": {"longitude_deg": None},
    "position_out_of_range": {"latitude_deg": 90.01},
    "position_time_impossible": {"position_at": at("23:59:59", date(2012, 12, 31))},
    "position_newer_than_contact": {"position_at": at("12:00:00"), "last_contact_at": at("11:59:59")},
    "contact_after_snapshot": {"last_contact_at": at("12:00:01")},
    "contact_too_old": {"last_contact_at": at("11:44:59"), "position_at": None},
    "baro_altitude_impossible": {"baro_altitude_m": 38_700.1},
    "geo_altitude_impossible": {"geo_altitude_m": -500.1},
    "ground_speed_impossible": {"ground_speed_mps": -0.1},
    "vertical_rate_impossible": {"vertical_rate_mps": -166.1},
}
"""A row for every rejecting rule that a curated row could break."""


@pytest.mark.parametrize("rule", IMPOSSIBLE)
def test_a_row_that_a_rule_should_have_rejected_is_found(builder: LakeBuilder, rule: str) -> None:
    builder.publish("states", [a_state(**IMPOSSIBLE[rule])])
    assert [row[2] for row in rows_of(builder, "impossible_states")] == [rule]


def test_every_rejecting_rule_about_values_is_checked_again() -> None:
    about_the_raw_row = {"row_length", "field_types"}
    assert {rule.name for rule in REJECTING} - about_the_raw_row == set(IMPOSSIBLE)
