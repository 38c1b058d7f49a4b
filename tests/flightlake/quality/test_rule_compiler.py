"""The rules' SQL in plain Python: word by word, nothing beyond the subset, and the same answers as a typed engine."""

import re
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.vectors import NOON, vector

from flightlake.opensky.decoder import DECODED_COLUMNS, decode_row
from flightlake.quality.rule_compiler import BROKEN, KEPT, compiled_rules, python_expression
from flightlake.quality.rules import RULES, Rule


@pytest.mark.parametrize(
    ("predicate", "expression"),
    [
        ("true", "True"),
        ("not is_readable", "not is_readable"),
        ("icao24 is not null", "icao24 is not None"),
        ("longitude_deg = 0 and latitude_deg = 0", "longitude_deg == 0 and latitude_deg == 0"),
        ("category between -0.5 and 20", "- 0.5 <= category <= 20"),
        ("field_count not in (17, 18)", "field_count not in ( 17 , 18 )"),
        ("abs(vertical_rate_mps) > 166", "abs ( vertical_rate_mps ) > 166"),
        ("regexp_like(squawk, '[^0-7] = <>')", "regexp_like ( squawk , '[^0-7] = <>' )"),
    ],
)
def test_a_predicate_is_translated_word_by_word(predicate: str, expression: str) -> None:
    assert python_expression(predicate) == expression


@pytest.mark.parametrize(
    ("predicate", "word"),
    [
        ("upper(callsign) = callsign", "upper"),
        ("altitude_m > 1", "altitude_m"),
        ("squawk like '7%'", "like"),
        ("category in (1, 2) or exec('x')", "exec"),
        ("callsign = 'it\\'", "'it\\'"),
        ("category = 1; drop", "; drop"),
        ('"category" = 1', '"category" = 1'),
        ("category == 1 and squawk.x", ".x"),
    ],
)
def test_a_word_outside_the_subset_is_refused(predicate: str, word: str) -> None:
    with pytest.raises(ValueError, match=re.escape("is no part of the SQL that rules are written in")) as caught:
        python_expression(predicate)
    assert str(caught.value).startswith(repr(word))


def test_a_result_holds_two_bits_a_rule_and_looks_at_broken_only_where_the_rule_applies() -> None:
    rules = (
        Rule("kept", "validity", "warn", "field_count > 17", "m", applies="true"),
        Rule("not_asked", "validity", "warn", "category > 17", "m", applies="category is not null"),
        Rule("broken", "validity", "warn", "field_count = 17", "m", applies="true"),
    )
    assert compiled_rules(rules)([decode_row(vector())], NOON) == [KEPT | BROKEN << 4]
    assert compiled_rules(rules)([], NOON) == []


def test_more_rules_than_a_machine_word_has_bits_are_told_apart() -> None:
    rules = tuple(Rule(f"r{n}", "validity", "warn", "true" if n == 99 else "false", "m") for n in range(100))
    (result,) = compiled_rules(rules)([decode_row(vector())], NOON)
    assert result == sum(KEPT << 2 * n for n in range(99)) + (BROKEN << 198)


KINDS = dict.fromkeys(DECODED_COLUMNS, "double") | {
    **dict.fromkeys(("is_readable", "on_ground", "is_special_purpose"), "boolean"),
    **dict.fromkeys(("icao24", "callsign", "origin_country", "squawk"), "varchar"),
    **dict.fromkeys(("field_count", "position_at_s", "last_contact_at_s", "position_source", "category"), "bigint"),
}
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-50_000, 50_000))
INSTANTS = st.one_of(st.none(), st.integers(NOON - 1000, NOON + 10), st.integers(-(10**11), 10**11))
TEXTS = st.one_of(st.none(), st.text("AZaf09 ~\n\r\x01\x7fÄß힣", max_size=10))
CODES = st.one_of(st.none(), st.integers(-2, 25))
FLAGS = st.one_of(st.none(), st.booleans())
BY_INDEX = {
    **dict.fromkeys((0, 1, 2, 14), TEXTS),
    **dict.fromkeys((3, 4), INSTANTS),
    **dict.fromkeys((5, 6, 7, 9, 10, 11, 13), NUMBERS),
    **dict.fromkeys((8, 15), FLAGS),
    **dict.fromkeys((16, 17), CODES),
}


@pytest.fixture(scope="module")
def in_duckdb() -> Any:
    """Return a function that answers (applies, broken) of every rule for one decoded row, in an engine with types."""
    columns = ", ".join(f"?::{KINDS[name]} as {name}" for name in DECODED_COLUMNS)
    answers = ", ".join(f"{rule.applies}, case when {rule.applies} then {rule.broken} end" for rule in RULES)
    with duckdb.connect() as connection:
        connection.execute("create macro regexp_like(text, pattern) as regexp_matches(text, pattern)")

        def answer(row: tuple[Any, ...]) -> list[tuple[bool | None, bool | None]]:
            query = f"select {answers} from (select {columns}, {NOON} as snapshot_at_s)"
            found = connection.execute(query, list(row)).fetchone()
            assert found is not None
            return list(zip(found[::2], found[1::2], strict=True))

        yield answer


@settings(max_examples=100, deadline=None)
@given(changes=st.fixed_dictionaries({}, optional=BY_INDEX), is_extended=st.booleans())
def test_duckdb_gives_every_rule_the_same_answer(in_duckdb: Any, changes: dict[int, Any], is_extended: bool) -> None:
    good = [*vector(), 4] if is_extended else vector()
    row = decode_row([changes.get(index, value) for index, value in enumerate(good)])
    (result,) = compiled_rules()([row], NOON)
    for number, (rule, (applies, broken)) in enumerate(zip(RULES, in_duckdb(row), strict=True)):
        expected = 0 if applies is False else {True: BROKEN, False: KEPT}[broken]
        assert result >> 2 * number & 3 == expected, rule.name
