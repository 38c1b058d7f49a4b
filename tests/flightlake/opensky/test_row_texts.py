"""Rows of raw responses by their exact text."""

import gzip
import json
from pathlib import Path

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
        (b'{"time":1,"states":[["a],[","b"],["c"]]}', ['["a],[","b"]', '["c"]']),
        (b'{"time":1,"states":[["a",[1,2]],["b",[1],[2]]]}\n', ['["a",[1,2]]', '["b",[1],[2]]']),
        (b'{"time":1,"states":[["a"]],"more":[["b"]]}', ['["a"]']),
        (b'{"time":1,"states":[["a"]],"states":[["b"]]}', ['["b"]']),
        (b'{"time":1,"states":[["\\"],["],["b"]]}', ['["\\"],["]', '["b"]']),
        (b'{"time":1,"states":[[],["b"]]}', ["[]", '["b"]']),
        ('{"states":[["\u00e9]","\\"]"]],"time":1}'.encode(), ['["\u00e9]","\\"]"]']),
    ],
)  # fmt: skip
def test_the_text_of_a_row_is_what_was_received(body: bytes, texts: list[str]) -> None:
    assert row_texts(body) == texts


def test_rows_of_recorded_responses_are_those_that_a_parser_finds(shared_data: Path) -> None:
    for path in sorted((shared_data / "opensky").rglob("*.json.gz"))[::20]:
        body = gzip.decompress(path.read_bytes())
        assert [json.loads(text) for text in row_texts(body)] == json.loads(body)["states"], path.name
