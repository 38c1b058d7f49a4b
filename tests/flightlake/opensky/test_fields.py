"""Fields of a state vector, as the contract's columns name them."""

from typing import Any

import pytest
from support.vectors import vector

from flightlake.opensky.decoder import DECODED_COLUMNS, row_decoder
from flightlake.opensky.fields import FEWEST_FIELDS, FIELDS, KNOWN_FIELDS, STORED_FIELDS, Field, fields_of
from flightlake.schema.contract import Column
from flightlake.schema.tables.states import STATES

NEW_COLUMNS = (
    Column("emitter", "string", "version of the transmitter", source_index=18),
    Column("noise_db", "double", "noise", "dB", source_index=19),
    Column("site_code", "int", "site", source_index=20),
    Column("message_count", "bigint", "messages", source_index=21),
    Column("is_quiet", "boolean", "quiet", source_index=22),
    Column("first_heard_at", "timestamp", "first message", "UTC", source_index=23),
)
GROWN = fields_of((*STATES.columns, *NEW_COLUMNS))


def test_each_field_stands_at_its_place_with_type_and_limit() -> None:
    assert [field.index for field in FIELDS] == list(range(18))
    assert (FEWEST_FIELDS, KNOWN_FIELDS, len(STORED_FIELDS)) == (17, 18, 17)
    assert FIELDS[12] == Field(12, "", "", "array<int>")
    assert FIELDS[3] == Field(3, "position_at", "position_at_s", "timestamp")
    assert (FIELDS[3].digits, FIELDS[3].limit) == (12, 999_999_999_999)
    assert (FIELDS[16].digits, FIELDS[16].limit, FIELDS[16].is_optional) == (9, 999_999_999, False)
    assert (FIELDS[5].digits, FIELDS[5].limit) == (None, 1.7976931348623157e308)
    assert (FIELDS[17].column, FIELDS[17].is_optional) == ("category", True)
    assert [FIELDS[index].blanks for index in (0, 1, 2, 14)] == ["kept", "trimmed", "null", "kept"]
    assert DECODED_COLUMNS[2:] == tuple(field.name for field in STORED_FIELDS)


@pytest.mark.parametrize(
    "column", [Column("emitter", "string", "new", source_index=19), Column("names", "array<string>", "new", None, 18)]
)
def test_a_field_without_a_column_or_of_another_type_is_refused(column: Column) -> None:
    with pytest.raises(ValueError, match="a column of field 18"):
        fields_of((*STATES.columns, column))


@pytest.mark.parametrize(
    ("tail", "values"),
    [
        ([], (None,) * 6),
        (["ADS-B 2"], ("ADS-B 2", *(None,) * 5)),
        (["  ", 5], (None, 5, *(None,) * 4)),
        (["half a pair \ud800"], ("half a pair ?", *(None,) * 5)),
        (["x", 1.5, 3, 4, True, 1], ("x", 1.5, 3, 4, True, 1)),
        (["y", -2, 0, 0, False, None, {"and": "more"}], ("y", -2, 0, 0, False, None)),
    ],
)
def test_a_field_added_to_the_contract_is_decoded(tail: list[Any], values: tuple[Any, ...]) -> None:
    row = [*vector(), 4, *tail]
    decoded = row_decoder(GROWN)(row)
    assert decoded[:2] == (len(row), True)
    assert decoded[-7:] == (4, *values)


@pytest.mark.parametrize(
    "tail",
    [
        *([5], [None, "1.5"], [None, float("nan")], [None, None, 10**9], [None, None, None, 10**12]),
        *([None, None, None, None, 1], [None, None, None, None, None, 1.5]),
    ],
)
def test_an_added_field_of_another_type_makes_the_row_unreadable(tail: list[Any]) -> None:
    decoded = row_decoder(GROWN)([*vector(), 4, *tail])
    assert decoded[1:] == (False, "3c6444", *(None,) * 22)
