"""Evaluation of a response: kept rows, rejections with their reasons, counts, score; and recorded data."""

import json
from pathlib import Path

import pytest
from support.vectors import NOON, vector

from flightlake.opensky.decoder import Response, parse_response
from flightlake.quality.evaluate import Evaluation, Rejection, evaluate
from flightlake.quality.rules import RULES
from flightlake.quality.scores import RuleCount
from ingestion.response_files import read_body

NONE_FAILED = {rule.name: 0 for rule in RULES}


def failed(evaluation: Evaluation) -> dict[str, int]:
    """Return how many rows broke each rule that was broken at all."""
    return {name: count.failed_count for name, count in evaluation.counts.items() if count.failed_count}


def test_rows_are_kept_in_order_and_rejected_by_number_with_every_reason_in_the_order_of_rules() -> None:
    worst = vector(icao24="3C6444", latitude=91, velocity=1001, callsign="A B")
    evaluation = evaluate(Response(NOON, [vector(), worst, None, vector(squawk="9999")]))
    assert evaluation.rejections == {
        1: Rejection(1, ("icao24_form", "position_out_of_range", "ground_speed_impossible")),
        2: Rejection(2, ("row_length",)),
    }
    assert [row[2] for row in evaluation.rows] == ["3c6444", "3C6444", None, "3c6444"]
    assert (evaluation.row_count, evaluation.valid_count) == (4, 2)


def test_counts_say_how_many_rows_a_rule_was_asked_of_and_how_many_broke_it() -> None:
    on_ground = vector(on_ground=True, velocity=120, baro_altitude=None, squawk=None)
    counts = evaluate(Response(NOON, [vector(), on_ground, [], vector(squawk="9999")])).counts
    assert counts["row_length"] == RuleCount(4, 1)
    assert counts["icao24_form"] == RuleCount(3, 0)
    assert counts["squawk_form"] == RuleCount(2, 1)
    assert counts["on_ground_fast"] == RuleCount(1, 1)
    assert counts["on_ground_high"] == RuleCount(0, 0)
    assert counts["category_unknown"] == RuleCount(0, 0)


def test_the_score_is_that_of_the_formula() -> None:
    # One of two rows breaks one of the twelve validity rules that were asked: 50 % in 1 of 12, in 1 of 5 dimensions.
    validity = [rule for rule in RULES if rule.dimension == "validity" and rule.name != "category_unknown"]
    assert len(validity) == 12
    score = evaluate(Response(NOON, [vector(), vector(true_track=-1)])).quality_score
    assert score == pytest.approx((4 * 100 + (11 * 100 + 50) / 12) / 5)


def test_an_empty_sky_is_neither_good_nor_bad() -> None:
    evaluation = evaluate(Response(NOON, []))
    assert (evaluation.rows, evaluation.rejections, evaluation.quality_score) == ([], {}, None)
    assert {name: count.failed_count for name, count in evaluation.counts.items()} == NONE_FAILED
    assert not any(count.checked_count for count in evaluation.counts.values())


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ([], {"row_length"}),
        (vector()[:5], {"row_length"}),
        (vector()[:16], {"row_length"}),
        ([*vector(), 1, 1], {"fields_unknown"}),
        ([*vector(), "new"], {"field_types"}),
        (None, {"row_length"}),
        ({"icao24": "3c6444"}, {"row_length"}),
        ("3c6444", {"row_length"}),
        (3, {"row_length"}),
        (vector(velocity="230"), {"field_types"}),
        (vector(icao24=3_957_828), {"field_types"}),
        (vector(latitude=float("nan")), {"field_types"}),
        (vector(latitude=float("-inf")), {"field_types"}),
        (vector(velocity=10**400), {"field_types"}),
        (vector(last_contact=10**18), {"field_types"}),
        (vector(on_ground=1), {"field_types"}),
        (vector(velocity=True), {"field_types"}),
        (vector(velocity=1e30), {"ground_speed_impossible", "ground_speed_implausible"}),
        (vector(latitude=-1e30), {"position_out_of_range"}),
        (vector(icao24="3C6444"), {"icao24_form"}),
        (vector(icao24=None), {"icao24_missing"}),
        (vector(icao24="\ud800c6444"), {"icao24_form"}),
        (vector(callsign="A\x00\x07"), {"callsign_form", "callsign_impossible"}),
        (vector(callsign="A" * 100_000), {"callsign_impossible"}),
        (vector(origin_country="a" * 100_000), {"origin_country_form"}),
        (vector(squawk="1\x00\x00\x00"), {"squawk_form"}),
    ],
    ids=lambda value: repr(sorted(value) if isinstance(value, set) else value)[:60],
)
def test_a_bad_row_costs_itself_and_no_other(row: object, broken: set[str]) -> None:
    evaluation = evaluate(Response(NOON, [vector(), row, vector()]))
    assert failed(evaluation) == dict.fromkeys(broken, 1)
    assert set(evaluation.rejections) <= {1}


def test_deep_nesting_inside_a_row_costs_that_row() -> None:
    body = b'{"time": %d, "states": [%s, %s]}' % (NOON, b"[" * 50 + b"]" * 50, json.dumps(vector()).encode())
    assert failed(evaluate(parse_response(body))) == {"row_length": 1}


EXAMPLE_OF = {
    "callsign_empty_string": "callsign_missing",
    "callsign_8_spaces": "callsign_missing",
    "callsign_inner_space": "callsign_form",
    "last_contact_310s": "contact_stale",
    "position_null": "position_missing",
    "airborne_no_baro": "altitude_missing",
    "on_ground_fast": "on_ground_fast",
    "baro_geo_disagree_5km": "altitudes_disagree",
    "time_position_older_1h": "position_stale",
    "velocity_null": "ground_speed_missing",
    "vertical_rate_above_100": "vertical_rate_implausible",
    "baro_above_20km": "baro_altitude_implausible",
    "velocity_above_600": "ground_speed_implausible",
    "country_empty": "origin_country_missing",
    "geo_below_-300m": "geo_altitude_impossible",
    "track_negative": "true_track_out_of_range",
}
"""Kinds of recorded odd rows of which every row breaks the rule that was made for it."""

QUIET = (
    "spi_true",
    "callsign_weird_zero",
    "squawk_7500",
    "squawk_7600",
    "squawk_7700",
    "polar_lat",
)
"""Kinds that are odd but sound: the rule that one might think of must leave them alone."""


def test_each_kind_of_recorded_odd_row_breaks_the_rule_made_for_it(shared_data: Path) -> None:
    odd = json.loads((shared_data / "opensky" / "odd_rows.json").read_text())
    for kind, name in EXAMPLE_OF.items():
        found = [failed(evaluate(Response(item["time"], [item["row"]]))) for item in odd[kind]]
        assert all(name in broken for broken in found), kind


def test_odd_but_sound_rows_are_not_called_malformed(shared_data: Path) -> None:
    odd = json.loads((shared_data / "opensky" / "odd_rows.json").read_text())
    malformed = {rule.name for rule in RULES if rule.dimension == "validity" or rule.severity == "reject"}
    for kind in QUIET:
        for item in odd[kind]:
            assert not malformed & failed(evaluate(Response(item["time"], [item["row"]]))).keys(), kind


SHARES_PERCENT = {
    "callsign_missing": (0.8, 2.5),
    "position_missing": (0.2, 3.0),
    "position_stale": (0.5, 3.0),
    "contact_stale": (4.0, 16.0),
    "altitude_missing": (0.2, 3.0),
    "ground_speed_missing": (0.0, 0.2),
    "altitudes_disagree": (0.0, 0.5),
    "on_ground_fast": (0.0, 1.0),
    "callsign_form": (0.0, 0.3),
}
"""Failed share of checked rows by rule: about what the rules' meanings say, wide enough for one response."""


@pytest.mark.parametrize("series", ["global_20251231_20x160s", "global_20260508_over_midnight"])
def test_recorded_global_responses_fail_in_the_documented_shares(shared_data: Path, series: str) -> None:
    for path in sorted((shared_data / "opensky" / series).glob("*.json.gz"))[::7]:
        evaluation = evaluate(parse_response(read_body(path)))
        assert len(evaluation.rejections) <= 2, path.name
        for name, count in evaluation.counts.items():
            share = 100 * count.failed_count / count.checked_count if count.checked_count else 0
            low, high = SHARES_PERCENT.get(name, (0, 0.1))
            # Some fifty rows a response are on the ground with an altitude at all: a share of them says little.
            assert name == "on_ground_high" or low <= share <= high, (path.name, name, share)


def test_hardly_any_row_of_any_series_is_rejected(shared_data: Path) -> None:
    files = sorted((shared_data / "opensky").glob("*/*.json.gz"))[::20]
    assert len(files) >= 10
    for path in files:
        evaluation = evaluate(parse_response(read_body(path)))
        assert len(evaluation.rejections) < 0.005 * evaluation.row_count, path.name
