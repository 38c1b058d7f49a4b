import random

from pyspark.sql import DataFrame, SparkSession
from support.spark_rows import assert_rows

from glue_jobs.transforms.deduplicate import with_is_repeat

DDL = "icao24 string, snapshot_at_s bigint, last_contact_at_s bigint, raw_number int, row_number int"


def frame(spark: SparkSession, rows: list[tuple[object, ...]]) -> DataFrame:
    return spark.createDataFrame(rows, DDL)


def test_the_newest_contact_wins_then_the_smallest_key_then_the_first_row(spark: SparkSession) -> None:
    rows = [
        ("a", 100, 90, 1, 0),
        ("a", 100, 95, 9, 3),
        ("b", 100, 90, 2, 0),
        ("b", 100, 90, 1, 5),
        ("c", 100, 90, 1, 7),
        ("c", 100, 90, 1, 2),
    ]
    winners = [("a", 95, 9, 3), ("b", 90, 1, 5), ("c", 90, 1, 2)]
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        kept = with_is_repeat(frame(spark, rows)).where("not is_repeat")
        assert_rows(kept, winners, "icao24", "last_contact_at_s", "raw_number", "row_number")


def test_the_same_aircraft_at_another_time_is_no_repeat(spark: SparkSession) -> None:
    rows = [("a", 100, 90, 1, 0), ("a", 101, 90, 2, 0), ("b", 100, 90, 1, 1)]
    assert_rows(with_is_repeat(frame(spark, rows)), [(False,)] * 3, "is_repeat")


def test_nothing_stays_nothing(spark: SparkSession) -> None:
    assert with_is_repeat(frame(spark, [])).collect() == []
