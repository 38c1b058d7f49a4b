"""A row's text, written in one way: what the recount and the quarantine say of the same row is the same."""

import json
from dataclasses import replace
from typing import Any

import pytest
from support.commits import record
from support.vectors import body, landed

from duckdb_engine.engine import Engine
from duckdb_engine.verify.recompute import RecomputedDay, canonical, recompute
from flightlake.lake import Lake

AS_SPARK_WRITES_THEM: dict[str, tuple[Any, str]] = {
    "a row of other types": ([1.0, "a", None], '[1.0,"a" , null]'),
    "an object": ({"a": [1]}, '{"a":[1]}'),
    "no row": (None, "null"),
    "a text": ("no row", "no row"),
    "a text that looks like a flag": ("true", "true"),
    "a text with half a surrogate pair": ("a\ud800", "a?"),
    "a text of 900 objects within each other": ('{"a": ' * 900 + "1" + "}" * 900, '{"a": ' * 900 + "1" + "}" * 900),
}


@pytest.mark.parametrize(("row", "raw_row"), AS_SPARK_WRITES_THEM.values(), ids=AS_SPARK_WRITES_THEM.keys())
def test_a_rejected_row_is_the_same_text_on_both_sides(folder_lake: Lake, row: Any, raw_row: str) -> None:
    key = landed(folder_lake.store, body(row))
    counted = RecomputedDay()
    with Engine(folder_lake) as engine:
        commit = replace(record(folder_lake, "a", 1), raw_keys=(key,))
        assert list(recompute(engine.connection, folder_lake.store, commit, into=counted)) == [key]
    assert counted.rejected[key, 0].json_text == canonical(raw_row)


def test_rows_of_another_meaning_are_another_text() -> None:
    texts = ["[1]", "[1.0]", '["1"]', "[1, 1]", "1", '[{"a": 1}]', "[", "word", "null"]
    assert len({canonical(text) for text in texts}) == len(texts)
    assert canonical("[ 1,2 ]") == canonical("[1,  2]") == json.dumps([1, 2])
