"""Every rule against rows written by hand, on both sides of its limit; and what all predicates owe each other."""

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from support.vectors import NOON, vector

from flightlake.opensky.decoder import DECODED_COLUMNS, Response, decode_row
from flightlake.quality.evaluate import evaluate
from flightlake.quality.rules import RULES, Rule, fingerprint

Row = Any

EXAMPLES: dict[str, tuple[list[Row], list[Row]]] = {
    # rule: (rows that break it, rows that just do not)
    "row_length": ([[], None, 5, "x", {}, vector()[:16]], [vector(), [*vector(), 1], [*vector(), 1, "new"]]),
    "fields_unknown": ([[*vector(), 1, None], [*vector(), None, {"a": []}, "new"]], [vector(), [*vector(), 1]]),
    "field_types": ([vector(velocity="1"), vector(spi=0), vector(last_contact=1.5)], [vector(), vector(velocity=1)]),
    "icao24_missing": ([vector(icao24=None)], [vector(), vector(icao24="")]),
    "icao24_form": (
        [vector(icao24=text) for text in ("3C6444", "3c644", "3c64444", "3c644g", "", "3c6444\n", "~3c644")],
        [vector(icao24="000000"), vector(icao24="ffffff"), vector(icao24=None)],
    ),
    "callsign_missing": ([vector(callsign=text) for text in (None, "", "        ")], [vector(callsign="A")]),
    "callsign_form": (
        [vector(callsign=text) for text in ("FLW ME 1", " 0   P", "dlh1", "A-B", "AB\n", "AB\r")],
        [vector(callsign=text) for text in ("DLH9LF  ", "00000000", None)],
    ),
    "callsign_impossible": (
        [vector(callsign=text) for text in ("ABCDEFGHI", "A\x01B", "A\tB", "Ä", "x" * 10_000, "A\x00B")],
        [vector(callsign=text) for text in ("ABCDEFGH", "FLW ME 1", "~!@", None)],
    ),
    "origin_country_missing": ([vector(origin_country=""), vector(origin_country=None)], [vector()]),
    "origin_country_form": (
        [vector(origin_country="A\x1fB"), vector(origin_country="x" * 65), vector(origin_country="\x7f")],
        [vector(origin_country="x" * 64), vector(origin_country="Côte d'Ivoire"), vector(origin_country="대한민국")],
    ),
    "last_contact_missing": ([vector(last_contact=None)], [vector()]),
    "position_missing": ([vector(longitude=None, latitude=None)], [vector(), vector(latitude=None)]),
    "position_half": (
        [vector(longitude=None), vector(latitude=None)],
        [vector(), vector(longitude=None, latitude=None)],
    ),
    "position_out_of_range": (
        [vector(longitude=180.0001), vector(longitude=-180.0001), vector(latitude=90.0001), vector(latitude=-91)],
        [vector(longitude=180, latitude=90), vector(longitude=-180, latitude=-90), vector(latitude=None)],
    ),
    "position_null_island": ([vector(longitude=0, latitude=0)], [vector(longitude=0), vector(latitude=0)]),
    "position_time_missing": (
        [vector(time_position=None)],
        [vector(), vector(time_position=None, longitude=None, latitude=None)],
    ),
    "position_time_impossible": (
        [vector(time_position=1_356_998_399), vector(time_position=-5)],
        [vector(time_position=1_356_998_400), vector(time_position=None)],
    ),
    "position_newer_than_contact": (
        [vector(time_position=NOON, last_contact=NOON - 1)],
        [vector(time_position=NOON - 1, last_contact=NOON - 1)],
    ),
    "position_stale": ([vector(time_position=NOON - 62)], [vector(time_position=NOON - 61)]),
    "contact_after_snapshot": ([vector(last_contact=NOON + 1)], [vector(last_contact=NOON)]),
    "contact_too_old": (
        [vector(last_contact=NOON - 901, time_position=None)],
        [vector(last_contact=NOON - 900, time_position=None)],
    ),
    "contact_stale": (
        [vector(last_contact=NOON - 61, time_position=None)],
        [vector(last_contact=NOON - 60, time_position=None)],
    ),
    "on_ground_missing": ([vector(on_ground=None)], [vector(), vector(on_ground=True)]),
    "altitude_missing": (
        [vector(baro_altitude=None, geo_altitude=None)],
        [vector(baro_altitude=None), vector(baro_altitude=None, geo_altitude=None, on_ground=True)],
    ),
    "baro_altitude_impossible": (
        [vector(baro_altitude=-310.1), vector(baro_altitude=38_700.1), vector(baro_altitude=1e30)],
        [vector(baro_altitude=-310), vector(baro_altitude=38_700), vector(baro_altitude=None)],
    ),
    "baro_altitude_implausible": ([vector(baro_altitude=18_288.1)], [vector(baro_altitude=18_288)]),
    "geo_altitude_impossible": (
        [vector(geo_altitude=-541.02), vector(geo_altitude=45_000.1)],
        [vector(geo_altitude=-500), vector(geo_altitude=45_000), vector(geo_altitude=None)],
    ),
    "altitudes_disagree": (
        [vector(baro_altitude=3000, geo_altitude=4500.1), vector(baro_altitude=4500.1, geo_altitude=3000)],
        [vector(baro_altitude=3000, geo_altitude=4500), vector(baro_altitude=None)],
    ),
    "ground_speed_missing": ([vector(velocity=None)], [vector(velocity=0)]),
    "ground_speed_impossible": (
        [vector(velocity=1000.1), vector(velocity=-0.1)],
        [vector(velocity=1000), vector(velocity=0), vector(velocity=None)],
    ),
    "ground_speed_implausible": ([vector(velocity=450.1)], [vector(velocity=450)]),
    "vertical_rate_impossible": (
        [vector(vertical_rate=166.1), vector(vertical_rate=-449.58)],
        [vector(vertical_rate=166), vector(vertical_rate=-166), vector(vertical_rate=None)],
    ),
    "vertical_rate_implausible": ([vector(vertical_rate=-60.1)], [vector(vertical_rate=-60)]),
    "true_track_out_of_range": (
        [vector(true_track=-118.81), vector(true_track=360.1)],
        [vector(true_track=0), vector(true_track=360), vector(true_track=None)],
    ),
    "squawk_form": (
        [vector(squawk=text) for text in ("8000", "100", "10000", "", "1 00")],
        [vector(squawk=text) for text in ("0000", "7777", None)],
    ),
    "on_ground_fast": (
        [vector(on_ground=True, velocity=100.1)],
        [vector(on_ground=True, velocity=100), vector(velocity=200), vector(on_ground=None, velocity=200)],
    ),
    "on_ground_high": (
        [vector(on_ground=True, baro_altitude=5000.1)],
        [vector(on_ground=True, baro_altitude=5000), vector(on_ground=True, baro_altitude=None)],
    ),
    "position_source_unknown": (
        [vector(position_source=4), vector(position_source=-1), vector(position_source=None)],
        [vector(position_source=source) for source in (0, 1, 2, 3)],
    ),
    "category_unknown": ([[*vector(), 21], [*vector(), -1]], [[*vector(), 0], [*vector(), 20], vector()]),
}


def test_every_rule_has_its_examples() -> None:
    assert EXAMPLES.keys() == {rule.name for rule in RULES}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_rule_tells_its_broken_rows_from_those_within_the_limit(name: str) -> None:
    broken, sound = EXAMPLES[name]
    assert evaluate(Response(NOON, broken)).counts[name].failed_count == len(broken)
    assert evaluate(Response(NOON, sound)).counts[name].failed_count == 0


def test_a_good_row_breaks_nothing() -> None:
    evaluation = evaluate(Response(NOON, [vector(), [*vector(), 4]]))
    assert all(count.failed_count == 0 for count in evaluation.counts.values())
    assert evaluation.quality_score == 100


def test_names_are_unique_and_every_rule_says_what_it_means() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", rule.name)
        assert rule.meaning.endswith((".", ")."))


@pytest.mark.parametrize("dialect", ["spark", "athena", "duckdb", "sqlite"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_engine_parses_the_predicates(rule: Rule, dialect: str) -> None:
    for predicate in (rule.applies, rule.broken):
        assert sqlglot.parse_one(predicate, read=dialect) is not None


FIELDS = st.one_of(
    st.none(), st.floats(allow_nan=False), st.integers(-(10**13), 10**13), st.booleans(), st.text(max_size=9)
)
NEAR_GOOD = st.lists(st.tuples(st.integers(0, 17), FIELDS), max_size=6).map(
    lambda changes: [dict(changes).get(index, value) for index, value in enumerate([*vector(), 4])]
)


def results_in_sqlite(rows: list[Row]) -> list[list[tuple[int | None, int | None]]]:
    """Return (applies, broken) of each rule and row as SQLite sees them: an engine that knows a third truth value."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.create_function("regexp_like", 2, lambda text, pattern: bool(re.search(pattern, text)))
        database.execute(f"create table t ({', '.join(DECODED_COLUMNS)}, snapshot_at_s)")
        values = [(*decode_row(row), NOON) for row in rows]
        database.executemany(f"insert into t values ({', '.join('?' * (len(DECODED_COLUMNS) + 1))})", values)
        columns = [
            database.execute(
                f"select {rule.applies}, case when {rule.applies} then {rule.broken} end from t order by rowid"
            ).fetchall()
            for rule in RULES
        ]
    return [list(row) for row in zip(*columns, strict=True)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(NEAR_GOOD, FIELDS, st.lists(FIELDS, max_size=20)), min_size=1, max_size=4))
def test_no_predicate_is_ever_null_and_plain_evaluation_agrees_with_an_sql_engine(rows: list[Row]) -> None:
    in_sql = results_in_sqlite(rows)
    assert all(applies is not None for row in in_sql for applies, _ in row)
    assert all(broken is not None for row in in_sql for applies, broken in row if applies)
    counts = evaluate(Response(NOON, rows)).counts
    for position, rule in enumerate(RULES):
        assert counts[rule.name].checked_count == sum(bool(row[position][0]) for row in in_sql), rule.name
        assert counts[rule.name].failed_count == sum(bool(row[position][1]) for row in in_sql), rule.name


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(NEAR_GOOD, FIELDS, st.lists(FIELDS, max_size=20)), max_size=6))
def test_every_row_is_either_valid_or_rejected_with_a_reason(rows: list[Row]) -> None:
    evaluation = evaluate(Response(NOON, rows))
    assert evaluation.valid_count + len(evaluation.rejections) == evaluation.row_count == len(rows)
    assert all(rejection.reasons for rejection in evaluation.rejections.values())


def test_the_fingerprint_changes_with_what_decides_and_not_with_the_wording() -> None:
    one = Rule("a", "validity", "reject", "true", "meaning")
    assert fingerprint((one,)) == fingerprint((Rule("a", "validity", "reject", "true", "other words"),))
    assert fingerprint((one,)) != fingerprint((Rule("a", "validity", "warn", "true", "meaning"),))
    assert fingerprint((one,)) != fingerprint((Rule("a", "validity", "reject", "false", "meaning"),))
