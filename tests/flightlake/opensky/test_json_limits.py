"""JSON within the limits that every engine has: read; beyond them: refused in words, whoever asks."""

import json

import pytest
from support.vectors import NOON, body, vector

from flightlake.opensky.json_limits import (
    MOST_NAME_LENGTH,
    MOST_NESTING,
    MOST_NUMBER_LENGTH,
    MOST_TEXT_LENGTH,
    value_of,
)


def test_a_response_is_what_json_says() -> None:
    text = body(vector(), vector(callsign='a]"\\[{', squawk=None), None, 5).decode()
    assert value_of(text) == json.loads(text)


@pytest.mark.parametrize("opening", ["[", '{"a": ', "[5, "])
def test_nesting_is_read_to_its_limit_and_no_further(opening: str) -> None:
    closing = {"[": "]", "{": "}"}[opening[0]]

    def nested(depth: int) -> str:
        return opening * depth + "1" + closing * depth

    assert value_of(nested(MOST_NESTING)) == json.loads(nested(MOST_NESTING))
    for depth in (MOST_NESTING + 1, 500, 990, 200_000):
        with pytest.raises(ValueError, match="nested more deeply than 64"):
            value_of(nested(depth))


def test_nesting_is_found_whatever_brackets_stand_in_texts() -> None:
    deep = '["]", ' * 65 + "1" + ', "["]' * 65
    with pytest.raises(ValueError, match="nested more deeply"):
        value_of(f'{{"time": 1, "states": {deep}}}')


@pytest.mark.parametrize("place", range(0, 1_100, 100))
def test_a_long_number_is_found_wherever_it_stands(place: int) -> None:
    longest, longer = "7" * MOST_NUMBER_LENGTH, "7" * (MOST_NUMBER_LENGTH + 1)
    blanks = " " * place
    assert value_of(f"[{blanks}{longest}]") == [int(longest)]
    for number in (longer, "-" + longest, f"0.{longest}", f"{longest}e5"):
        with pytest.raises(ValueError, match="a number in it is longer than 1,000"):
            value_of(f'["\\"", {blanks}{number}, 1]')


def test_digits_in_a_text_are_no_number() -> None:
    digits = "7" * 5_000
    assert value_of(f'["\\"{digits}", "{digits}\\\\", 1]') == [f'"{digits}', f"{digits}\\", 1]


def test_a_text_of_digits_alone_is_looked_at_once() -> None:
    # 10 MB: looked at anew from each of its places, this would not end.
    assert len(value_of('["' + "7" * MOST_TEXT_LENGTH + '"]')[0]) == MOST_TEXT_LENGTH


def test_names_and_texts_have_limits() -> None:
    assert value_of(json.dumps({"n" * MOST_NAME_LENGTH: 1}))
    with pytest.raises(ValueError, match="a name in it is longer than 25,000"):
        value_of(json.dumps([{"n" * (MOST_NAME_LENGTH + 1): 1}]))
    with pytest.raises(ValueError, match="a text of 10,000,001 characters"):
        value_of('["' + "A" * (MOST_TEXT_LENGTH + 1) + '"]')


@pytest.mark.parametrize("name", ["time", "states", r"\u0074ime"])
def test_what_a_response_says_twice_is_refused(name: str) -> None:
    said = json.loads(f'"{name}"')
    with pytest.raises(ValueError, match=f"it says {said} 2 times, and engines differ"):
        value_of(f'{{"time": {NOON}, "{name}": null, "states": []}}')


def test_other_names_may_come_twice() -> None:
    assert value_of('{"a": 1, "a": 2}') == {"a": 2}
