"""What Spark makes of a whole response: all of its rows, or none and no time."""

import pytest
from pyspark.sql import SparkSession
from support.vectors import DAY, body, landed, vector

from flightlake.lake import Lake
from flightlake.publishing.raw_day import list_raw_day
from flightlake.publishing.registry import STATES_LOG
from glue_jobs.build.raw_reader import read_responses

BEYOND_SPARK = {
    "a number of 1,001 digits": body(vector(velocity="V"), vector()).replace(b'"V"', b"1" * 1_001),
    "a name of 50,001 letters": b'{"' + b"n" * 50_001 + b'": 1, ' + body(vector())[1:],
    "nesting of 1,001 arrays": body(vector(velocity="V")).replace(b'"V"', b"[" * 1_001 + b"]" * 1_001),
}


@pytest.mark.parametrize("response", BEYOND_SPARK.values(), ids=BEYOND_SPARK.keys())
def test_a_response_that_spark_cannot_parse_to_its_end_is_no_empty_sky(
    spark: SparkSession, folder_lake: Lake, response: bytes
) -> None:
    good, bad = landed(folder_lake.store, body(vector())), landed(folder_lake.store, response)
    raw = list_raw_day(folder_lake.store, STATES_LOG, DAY)
    rows = read_responses(spark, folder_lake.store, raw).select("raw_key", "time", "states").collect()
    usable = {row["raw_key"] for row in rows if row["time"] is not None}
    assert usable == {good}
    assert [tuple(row) for row in rows if row["raw_key"] == bad] == [(bad, None, None)]
