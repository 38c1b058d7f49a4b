"""The door: bodies and rows as they come, each with the value or the refusal that it deserves."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.vectors import NOON, body, vector

from flightlake.errors import InvalidResponseError
from flightlake.opensky.decoder import DECODED_COLUMNS, Response, decode_row, parse_response
from flightlake.quality.evaluate import evaluate

BAD_BODIES = {
    "empty": (b"", "the body is empty"),
    "HTML": (b"<html><body>502</body></html>", "the body is no JSON"),
    "cut": (body(vector())[:-20], "the body is no JSON"),
    "trailing words": (body(vector()) + b" and more", "the body is no JSON"),
    "a NUL byte": (b'{"time": 1778241600, "states": [["a\0b"]]}', "byte 35 is NUL"),
    "not UTF-8": (b'{"time": 1778241600, "states": [["\xff"]]}', "no UTF-8 text: byte 34 is 0xff"),
    "UTF-16": (body(vector()).decode().encode("utf-16"), "no JSON: byte 3 is NUL"),
    "a byte order mark": (b"\xef\xbb\xbf" + body(vector()), "no JSON"),
    "an array": (b"[1, 2]", "a JSON list, not an object"),
    "a text": (b'"Too many requests"', "a JSON str, not an object"),
    "nested too deeply": (b'{"time": 1778241600, "states": ' + b"[" * 100_000, "nested more deeply than 64"),
    "a number of 5,000 digits": (b'{"time": ' + b"1" * 5_000 + b"}", "a number in it is longer"),
    "no time": (b'{"states": []}', "time: None is no whole number"),
    "time null": (b'{"time": null, "states": []}', "time: None is no whole number"),
    "time with a fraction": (b'{"time": 1778241600.5, "states": []}', "time: 1778241600.5 is no whole"),
    "time as text": (b'{"time": "1778241600", "states": []}', "time: '1778241600' is no whole"),
    "time as a flag": (b'{"time": true, "states": []}', "time: True is no whole"),
    "time before 2013": (b'{"time": 1356998399, "states": []}', "before 2013"),
    "time after 9999": (b'{"time": 253402300800, "states": []}', "after 9999"),
    "time in milliseconds": (b'{"time": 1778241600000, "states": []}', "after 9999"),
    "no states": (b'{"time": 1778241600}', "states: missing"),
    "states as text": (b'{"time": 1778241600, "states": "none"}', "states: 'none' is neither null nor an array"),
    "states as an object": (b'{"time": 1778241600, "states": {}}', "neither null nor an array"),
}


@pytest.mark.parametrize(("data", "words"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_is_no_usable_response_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(InvalidResponseError, match=words) as caught:
        parse_response(data)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("states", [b"null", b"[]"])
def test_an_empty_sky_is_a_response(states: bytes) -> None:
    response = parse_response(b'{"time": 1778241600, "states": %s}' % states)
    assert response.rows == []
    assert response.snapshot_at.isoformat() == "2026-05-08T12:00:00+00:00"


def test_what_spoils_one_row_spoils_no_response() -> None:
    odd = b'{"time": 1778241600, "states": [["a", NaN], ["\x01"], null, 5, [Infinity, 1e999]]}'
    assert len(parse_response(odd).rows) == 5


def test_a_pretty_printed_body_is_read() -> None:
    pretty = json.dumps({"time": NOON, "states": [vector()]}, indent=4).encode()
    assert parse_response(pretty) == parse_response(body(vector())) == Response(NOON, [vector()])


def by_name(row: Any) -> dict[str, Any]:
    return dict(zip(DECODED_COLUMNS, decode_row(row), strict=True))


def test_a_good_row_is_decoded_by_index() -> None:
    assert by_name([*vector(), 4]) == {
        "field_count": 18,
        "is_readable": True,
        "icao24": "3c6444",
        "callsign": "DLH9LF",
        "origin_country": "Germany",
        "position_at_s": NOON - 2,
        "last_contact_at_s": NOON - 1,
        "longitude_deg": 8.5,
        "latitude_deg": 50.25,
        "baro_altitude_m": 10668,
        "on_ground": False,
        "ground_speed_mps": 230.5,
        "true_track_deg": 90.25,
        "vertical_rate_mps": -0.33,
        "geo_altitude_m": 10820.4,
        "squawk": "1000",
        "is_special_purpose": False,
        "position_source": 0,
        "category": 4,
    }


@pytest.mark.parametrize(
    "row",
    [
        [],
        vector()[:5],
        vector()[:16],
        [*vector(), "new"],
        [*vector(), 10**9, "new"],
        vector(velocity="230.5"),
        vector(icao24=0x3C6444),
        vector(callsign=12),
        vector(latitude=float("nan")),
        vector(latitude=float("inf")),
        vector(latitude=10**400),
        vector(latitude=True),
        vector(on_ground=0),
        vector(last_contact=10**12),
        vector(time_position=-(10**12)),
        vector(last_contact=1.5),
        vector(position_source=10**9),
        vector(sensors=[1.5]),
        vector(sensors=[True]),
        vector(sensors="1"),
        vector(squawk=1000),
        vector(origin_country=["Germany"]),
    ],
    ids=repr,
)
def test_an_unreadable_row_is_decoded_to_nothing_but_its_address(row: list[Any]) -> None:
    address = row[0] if row and isinstance(row[0], str) else None
    assert decode_row(row) == (len(row), False, address, *[None] * (len(DECODED_COLUMNS) - 3))


@pytest.mark.parametrize("surplus", [[None], ["new", 5], [{"a": [1]}], [float("nan")], [0] * 10_000])
def test_fields_that_nobody_knows_yet_change_nothing_but_the_count(surplus: list[Any]) -> None:
    known = [*vector(), 4]
    assert decode_row(known + surplus) == (18 + len(surplus), *decode_row(known)[1:])


NUMBERS = ("longitude", "latitude", "baro_altitude", "velocity", "true_track", "vertical_rate", "geo_altitude")


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), -(10**400), "1", True, [1]], ids=repr)
def test_no_number_field_takes_what_is_no_number(field: str, value: Any) -> None:
    assert decode_row(vector(**{field: value}))[1] is False


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("value", [None, 0, -0.0, 1, 1.5, -1e308])
def test_every_number_field_takes_numbers_and_null(field: str, value: float | None) -> None:
    assert decode_row(vector(**{field: value}))[1] is True


@pytest.mark.parametrize("row", [None, 5, 1.5, True, {"a": 1}, "text", '{"a": 1}', "["])
def test_what_is_no_array_has_no_fields(row: Any) -> None:
    assert decode_row(row) == (None, False, *[None] * (len(DECODED_COLUMNS) - 2))


@pytest.mark.parametrize("before", ["", " ", "\n", "\ufeff", "\x1f"])
def test_a_text_that_engines_would_take_for_a_row_is_refused(before: str) -> None:
    with pytest.raises(InvalidResponseError, match=r"states: row 1 is a text that looks like an array: '.*\["):
        parse_response(body(vector(), before + json.dumps(vector())))


def test_another_text_among_the_rows_spoils_only_itself() -> None:
    assert parse_response(body("no row", '{"icao24": []}')).rows == ["no row", '{"icao24": []}']


def test_beyond_the_limits_of_any_engine_the_door_says_which() -> None:
    for text, words in (("1" * 1_001, "a number in it is longer than 1,000"), ("[" * 80 + "]" * 80, "nested more dee")):
        with pytest.raises(InvalidResponseError, match=f"the body is no JSON that every engine reads: .*{words}"):
            parse_response(body(vector(velocity="V")).replace(b'"V"', text.encode()))


def test_values_at_the_edge_of_what_is_readable_are_kept() -> None:
    row = by_name(vector(last_contact=10**12 - 1, position_source=10**9 - 1, velocity=1e30, sensors=[1, -2]))
    assert (row["is_readable"], row["last_contact_at_s"], row["ground_speed_mps"]) == (True, 10**12 - 1, 1e30)


def test_half_a_surrogate_pair_becomes_what_java_writes_for_it() -> None:
    assert by_name(vector(callsign="A\ud800"))["callsign"] == "A?"


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=30))
def test_no_json_value_breaks_the_decoder(row: Any) -> None:
    assert len(decode_row(row)) == len(DECODED_COLUMNS)


TEXTS, INSTANTS, FLAGS, SENSORS, CODES = (0, 1, 2, 14), (3, 4), (8, 15), 12, (16, 17)
ANY_FIELD = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.sampled_from([10**9, -(10**9), 10**12, -(10**12), 10**308, 2 * 10**308, -(2 * 10**308), 10**400]),
    st.text(max_size=3),
    st.lists(st.integers() | st.floats() | st.booleans(), max_size=2),
)


def is_of_its_kind(index: int, value: Any) -> bool:
    """Return what the documented types and the engines' limits say of one field, field by field."""
    if index in TEXTS:
        return isinstance(value, str)
    if index in FLAGS:
        return isinstance(value, bool)
    if index == SENSORS:
        return isinstance(value, list) and all(type(sensor) is int for sensor in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if index in (*INSTANTS, *CODES):
        return isinstance(value, int) and len(str(abs(value))) <= (12 if index in INSTANTS else 9)
    return abs(value) <= sys.float_info.max


@given(index=st.integers(0, 17), value=ANY_FIELD)
def test_a_row_is_readable_where_each_field_is_null_or_of_its_kind(index: int, value: Any) -> None:
    row = [*vector(), 4]
    row[index] = value
    assert decode_row(row)[1] is (value is None or is_of_its_kind(index, value))


REJECTED_KINDS = {"geo_below_-300m": 4, "position_source_1": 1}
"""Of 28 kinds of recorded odd rows those with impossible ones: -541 m and less (4); -449.58 m/s (1 of 4)."""


def test_recorded_odd_rows_are_rejected_only_where_they_are_impossible(shared_data: Path) -> None:
    odd = json.loads((shared_data / "opensky" / "odd_rows.json").read_text())
    rejected = {
        kind: count
        for kind, examples in odd.items()
        if (count := sum(len(evaluate(Response(item["time"], [item["row"]])).rejections) for item in examples))
    }
    assert len(odd) == 28
    assert rejected == REJECTED_KINDS
