"""Rows of raw responses by their exact text."""

import pytest

from flightlake.opensky.row_texts import row_texts


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b'{"time":1,"states":[["a",1.50],["b"]]}', ['["a",1.50]', '["b"]']),
        (
            b' { "states" : [ ["A1",  1e30, NaN] , null ,"t", {"a": [1]} ] , "time" : 1 } ',
            ['["A1",  1e30, NaN]', "null", '"t"', '{"a": [1]}'],
        ),
        (b'{"states":null,"time":1}', []),
        (b'{"states":[ ],"time":1}', []),
        ('{"states":[["\u00e9]","\\"]"]],"time":1}'.encode(), ['["\u00e9]","\\"]"]']),
    ],
)  # fmt: skip
def test_the_text_of_a_row_is_what_was_received(body: bytes, texts: list[str]) -> None:
    assert list(row_texts(body)) == texts
