import json
import random
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from support.spark_rows import assert_rows, rows_of
from support.vectors import NOON, vector

from flightlake.opensky.decoder import DECODED_COLUMNS
from flightlake.opensky.decoder import decode_row as plainly_decoded
from flightlake.opensky.json_limits import value_of
from glue_jobs.transforms.decode import cut, decode


def raw_rows(spark: SparkSession, *texts: str | None) -> DataFrame:
    rows = [("raw/states/a", NOON, number, text) for number, text in enumerate(texts)]
    return spark.createDataFrame(rows, "raw_key string, time bigint, row_number int, raw_row string")


def test_each_field_of_a_good_row_arrives_under_its_name(spark: SparkSession) -> None:
    frame = decode(raw_rows(spark, json.dumps([*vector(), 4])))
    names = DECODED_COLUMNS[2:]
    expected = (
        *("3c6444", "DLH9LF", "Germany", NOON - 2, NOON - 1, 8.5, 50.25, 10668.0, False, 230.5, 90.25, -0.33),
        *(10820.4, "1000", False, 0, 4),
    )
    assert_rows(frame, [expected], *names)
    about = (*DECODED_COLUMNS[:2], "snapshot_at_s", "raw_key", "row_number")
    assert_rows(frame, [(18, True, NOON, "raw/states/a", 0)], *about)


def test_a_row_of_17_fields_has_no_category(spark: SparkSession) -> None:
    assert_rows(
        decode(raw_rows(spark, json.dumps(vector()))), [(17, True, None)], "field_count", "is_readable", "category"
    )


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("DLH9LF  ", "DLH9LF"), ("", None), ("        ", None), (" 0   P  ", "0   P"), (None, None), ("\tA", "\tA")],
)
def test_a_callsign_is_trimmed_of_blanks_and_blank_is_null(spark: SparkSession, sent: Any, stored: Any) -> None:
    assert_rows(decode(raw_rows(spark, json.dumps(vector(callsign=sent)))), [(stored,)], "callsign")


def test_a_blank_country_is_null_and_another_is_kept_as_received(spark: SparkSession) -> None:
    rows = [json.dumps(vector(origin_country=country)) for country in ("", "  ", " Côte d'Ivoire ")]
    assert rows_of(decode(raw_rows(spark, *rows)), "origin_country") == [(None,), (None,), (" Côte d'Ivoire ",)]


UNREADABLE = {
    "a number sent as text": vector(velocity="230.5"),
    "text sent as a number": vector(callsign=12),
    "a whole number with a fraction": vector(last_contact=NOON + 0.5),
    "a flag sent as a number": vector(on_ground=1),
    "a number sent as a flag": vector(latitude=True),
    "not a number": vector(baro_altitude=float("nan")),
    "infinity": vector(baro_altitude=float("-inf")),
    "an instant of 13 digits": vector(last_contact=10**12),
    "a category of 10 digits": [*vector(), 10**9],
    "a list where text belongs": vector(squawk=["1000"]),
    "sensors of another kind": vector(sensors=["a"]),
    "16 fields": vector()[:16],
    "a text for a category, and a field more": [*vector(), "new", 1],
    "5 fields": vector()[:5],
}


@pytest.mark.parametrize("row", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_row_keeps_only_its_address(spark: SparkSession, row: list[Any]) -> None:
    frame = decode(raw_rows(spark, json.dumps(row)))
    others = DECODED_COLUMNS[3:]
    assert_rows(frame, [(len(row), False, "3c6444", *[None] * len(others))], *DECODED_COLUMNS[:3], *others)


SURPLUS = ([None], ["]"], ['", "'], [{"a": [1, "]"]}], [[]], [float("nan")], ["x" * 100_000, 1.5], [0] * 1000)


@pytest.mark.parametrize("surplus", SURPLUS, ids=lambda surplus: repr(surplus)[:20])
def test_fields_that_nobody_knows_yet_change_nothing_but_the_count(spark: SparkSession, surplus: list[Any]) -> None:
    frame = decode(raw_rows(spark, json.dumps([*vector(), 4]), json.dumps([*vector(), 4, *surplus])))
    assert rows_of(frame, "field_count") == [(18,), (18 + len(surplus),)]
    known, grown = rows_of(frame, *DECODED_COLUMNS[1:])
    assert known == grown


@pytest.mark.parametrize("text", [None, "[]", '{"a": 1}', "5", "text", "[5, 6]", "[null]", '["a"'])
def test_what_is_no_row_is_unreadable(spark: SparkSession, text: str | None) -> None:
    assert_rows(decode(raw_rows(spark, text)), [(False,)], "is_readable")


def test_numbers_of_any_spelling_are_read_and_too_large_ones_are_not(spark: SparkSession) -> None:
    spellings = ("1e2", "2.5E+1", "-0.0", "1e30", "1e999")
    texts = [json.dumps(vector()).replace("230.5", spelling) for spelling in spellings]
    expected = [(True, 100.0), (True, 25.0), (True, -0.0), (True, 1e30), (False, None)]
    assert rows_of(decode(raw_rows(spark, *texts)), "is_readable", "ground_speed_mps") == expected


def test_a_text_made_to_be_slow_is_decoded_at_once(spark: SparkSession) -> None:
    hostile = '["' + "\\\\" * 200_000 + '", "' + '\\"' * 200_000 + '", ' + "1" * 100_000
    assert_rows(decode(raw_rows(spark, hostile)), [(False,)], "is_readable")


def test_both_decoders_agree_on_every_row_above(spark: SparkSession) -> None:
    rows = [
        vector(),
        [*vector(), 4],
        *UNREADABLE.values(),
        [],
        None,
        5,
        {"a": 1},
        [None] * 17,
        [*vector(sensors=[1, 2]), None],
        *([*vector(), None, *surplus] for surplus in SURPLUS),
        [*vector()[:16], *SURPLUS],
    ]
    frame = decode(raw_rows(spark, *[None if row is None else json.dumps(row) for row in rows]))
    assert list(map(repr, rows_of(frame, *DECODED_COLUMNS))) == [
        repr(tuple(float(v) if i in FLOATS and v is not None else v for i, v in enumerate(plainly_decoded(row))))
        for row in rows
    ]


ODD_FIELDS = (
    *("null", "true", "false", "0", "-0", "5", "-7.25", "1e2", "1E-3", "1e999", "999999999999", "1000000000000"),
    *("-9223372036854775808", "9223372036854775808", "2147483648", "NaN", "-Infinity", " 5 ", " null", "[]", "[1,2]"),
    *('[null,"a"]', '{"a":1,"b":"]"}', '""', '" "', '"null"', '"true"', '"5"', '"a,b"', '","', r'"[\"x\"]"', '"a]"'),
    *(r'"\\\\"', r'"\u0041"', r'"\\\""', '"Côte d\'Ivoire"', '"Korea, Republic of"', '"8  "', r'"\t7700"', '"é,é"'),
)
GOOD_FIELDS = [json.dumps(value, ensure_ascii=False) for value in vector()]


def odd_rows(count: int) -> list[str]:
    """Rows of which some fields are odd, as they might be sent: some blanks, some short, some with fields to spare."""
    draw = random.Random(7)
    texts = []
    for _ in range(count):
        fields = GOOD_FIELDS + draw.choice(([], ["4"], ["4"], ["4", draw.choice(ODD_FIELDS)]))
        for index in draw.sample(range(len(fields)), draw.choice((0, 1, 1, 2, 3))):
            fields[index] = draw.choice(ODD_FIELDS)
        del fields[draw.choice((99, 99, 99, 99, 99, 99, 16, 3)) :]
        texts.append(f"[{draw.choice((',', ',', ',', ', ')).join(fields)}]")
    return texts


def test_however_a_row_is_written_both_decoders_agree(spark: SparkSession) -> None:
    texts = odd_rows(4_000)
    found = rows_of(decode(raw_rows(spark, *texts)), *DECODED_COLUMNS)
    expected = [plainly_decoded(value_of(text)) for text in texts]
    compared = zip(texts, found, expected, strict=True)
    assert [(text, ours, plain) for text, ours, plain in compared if ours != plain] == []
    assert 1_000 < sum(row[DECODED_COLUMNS.index("is_readable")] for row in found) < 3_000


def test_a_plain_row_is_cut_and_not_parsed(spark: SparkSession) -> None:
    plain = f"[{','.join(GOOD_FIELDS)}]"
    spelled_otherwise = [
        plain.replace("Germany", "Korea, Republic of"),
        plain.replace(",", ", "),
        plain.replace("D", "\\u0044"),
    ]
    frame = cut(raw_rows(spark, plain, plain[:-1] + ",4]", *spelled_otherwise))
    assert [is_cut for (is_cut,) in rows_of(frame, "is_cut")] == [True, True, False, False, False]


FLOATS = {DECODED_COLUMNS.index(name) for name in DECODED_COLUMNS if name.endswith(("_deg", "_m", "_mps"))}
