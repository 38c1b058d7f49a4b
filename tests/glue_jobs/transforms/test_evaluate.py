import json

from pyspark.sql import DataFrame, Observation, SparkSession
from support.spark_rows import rows_of
from support.vectors import NOON, vector

from flightlake.opensky.decoder import Response
from flightlake.quality.evaluate import evaluate
from flightlake.quality.rules import RULES, Rule
from glue_jobs.transforms.decode import decode
from glue_jobs.transforms.evaluate import count_columns, is_rejected, reasons, rule_counts, with_rule_results

ROWS = [
    vector(),
    [*vector(), 4],
    vector(icao24="3C6444"),
    vector(icao24=None, latitude=91),
    vector(callsign=None, longitude=None, latitude=None, time_position=None),
    vector(latitude=None),
    vector(velocity=1001, vertical_rate=-200),
    vector(last_contact=NOON + 1),
    vector(last_contact=NOON - 901, time_position=NOON - 901),
    vector(on_ground=True, velocity=150, baro_altitude=6000),
    vector(squawk="8000", true_track=-118.81, position_source=7),
    vector(baro_altitude=None, geo_altitude=None),
    vector(callsign="A\u0001B"),
    vector()[:5],
    [],
    None,
]


def evaluated(spark: SparkSession, rows: list[object]) -> DataFrame:
    texts = [("k", NOON, number, None if row is None else json.dumps(row)) for number, row in enumerate(rows)]
    frame = spark.createDataFrame(texts, "raw_key string, time bigint, row_number int, raw_row string")
    return with_rule_results(decode(frame))


def test_reasons_are_the_rejecting_rules_that_a_row_breaks(spark: SparkSession) -> None:
    frame = evaluated(spark, ROWS).where(is_rejected()).withColumn("reasons", reasons())
    assert rows_of(frame, "row_number", "reasons") == [
        (2, ["icao24_form"]),
        (3, ["icao24_missing", "position_out_of_range"]),
        (5, ["position_half"]),
        (6, ["ground_speed_impossible", "vertical_rate_impossible"]),
        (7, ["contact_after_snapshot"]),
        (8, ["contact_too_old"]),
        (12, ["callsign_impossible"]),
        (13, ["row_length"]),
        (14, ["row_length"]),
        (15, ["row_length"]),
    ]


def test_spark_counts_what_plain_evaluation_counts(spark: SparkSession) -> None:
    observed = Observation()
    evaluated(spark, ROWS).observe(observed, *count_columns()).collect()
    expected = evaluate(Response(NOON, ROWS))
    assert rule_counts(observed.get.get) == expected.counts
    assert expected.counts["row_length"].failed_count == 3
    assert expected.counts["position_missing"].failed_count == 1


def test_a_rule_where_it_does_not_apply_is_neither_checked_nor_broken(spark: SparkSession) -> None:
    frame = evaluated(spark, [vector(squawk=None)])
    observed = Observation()
    frame.observe(observed, *count_columns()).collect()
    count = rule_counts(observed.get.get)["squawk_form"]
    assert (count.checked_count, count.failed_count) == (0, 0)


def test_any_number_of_rules_has_room(spark: SparkSession) -> None:
    many = tuple(
        Rule(f"rule_{number}", "validity", "reject", "true" if number % 40 == 0 else "false", "test", applies="true")
        for number in range(100)
    )
    frame = with_rule_results(spark.range(1).toDF("x"), many)
    assert rows_of(frame.where(is_rejected(many)).withColumn("r", reasons(many)), "r") == [
        (["rule_0", "rule_40", "rule_80"],)
    ]
    assert len(RULES) > 31, "the real rules need a second word, so the tests above use both"
