"""What the driver holds becomes rows without a process of Python."""

import pytest
from pyspark.sql import SparkSession

from glue_jobs.session import frame_of

ROWS = [
    ("raw/states/a=1/b c.json.gz", 0, 99.999999999999986, True),
    ('"quoted" \\ Zürich \U0001f6e9', 2**31 - 1, -0.0, False),
    (None, None, None, None),
    ("", -1, 1e-320, None),
]


@pytest.mark.parametrize("rows", [ROWS, [], ROWS[:1] * 3], ids=["all kinds", "none", "repeats"])
def test_rows_that_the_driver_holds_arrive_as_they_are_and_in_order(spark: SparkSession, rows: list) -> None:
    frame = frame_of(spark, rows, "name string, place int, score double, is_late boolean")
    assert [(row.name, row.place, repr(row.score), row.is_late) for row in frame.collect()] == [
        (name, place, repr(score), is_late) for name, place, score, is_late in rows
    ]
    assert frame.schema.simpleString() == "struct<name:string,place:int,score:double,is_late:boolean>"


def test_rows_are_refused_where_a_value_is_missing(spark: SparkSession) -> None:
    with pytest.raises(ValueError, match="shorter"):
        frame_of(spark, [("a",)], "name string, place int")
