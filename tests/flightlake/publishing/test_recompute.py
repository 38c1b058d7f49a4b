"""Recomputation of a raw response: its rows, its rejects and their texts written in one way."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from support.commits import record
from support.vectors import DAY, NOON, body, vector

from flightlake.errors import InvalidResponseError
from flightlake.lake import Lake
from flightlake.layout import gzipped
from flightlake.publishing.recompute import RawTotals, canonical, expected_totals, recompute_response
from flightlake.quality.scores import RuleCount

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
def test_a_rejected_row_is_the_same_text_on_both_sides(row: Any, raw_row: str) -> None:
    found = recompute_response("raw/a", gzipped(body(vector(), row)), DAY)
    ((_, time_s, key, number, reasons, text),) = found.quarantined()
    assert (time_s, key, number, text) == (NOON, "raw/a", 1, canonical(raw_row))
    assert reasons
    assert [number for number, _ in found.accepted()] == [0]


def test_rows_of_another_meaning_are_another_text() -> None:
    texts = ["[1]", "[1.0]", '["1"]', "[1, 1]", "1", '[{"a": 1}]', "[", "word", "null", None]
    assert len({canonical(text) for text in texts}) == len(texts)
    assert canonical("[ 1,2 ]") == canonical("[1,  2]") == json.dumps([1, 2])


def test_a_response_of_another_day_is_unreadable() -> None:
    with pytest.raises(InvalidResponseError, match="its time is of 2026-05-08"):
        recompute_response("raw/a", gzipped(body(vector())), date(2026, 5, 9))


def test_a_key_with_an_unexpected_name_is_not_read(folder_lake: Lake) -> None:
    head = replace(record(folder_lake, "a", 1), raw_keys=("raw/states/snapshot_date=2026-05-08/hour=12/notes.txt",))
    keys, totals = expected_totals(head)
    assert keys == []
    assert totals.unreadable == {head.raw_keys[0]: "its name is not that of a landed response of this day"}


def test_totals_are_sums_over_responses() -> None:
    totals = RawTotals()
    totals.add(3, 1, {"row_length": RuleCount(3, 1)})
    totals.add(2, 0, {"row_length": RuleCount(2, 0)})
    assert (totals.raw_rows, totals.quarantined) == (5, 1)
    (score,) = [score for score in totals.scores() if score.rule == "row_length"]
    assert (score.checked_count, score.failed_count, score.score) == (5, 1, 80.0)
