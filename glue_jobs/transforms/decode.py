"""Decode state vectors: a row's JSON text, by index, into the contract's names and SI units."""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.added_fields import ADDED, CODE_DIGITS, DOCUMENTED_FIELDS, FEWEST_FIELDS, INSTANT_DIGITS, decoded_name

_TEXT = r'(?:null|"[^"\\]*+(?:\\.[^"\\]*+)*+")'
_INSTANT = rf"(?:null|-?\d{{1,{INSTANT_DIGITS}}})"
_CODE = rf"(?:null|-?\d{{1,{CODE_DIGITS}}})"
_NUMBER = r"(?:null|-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)"
_FLAG = "(?:null|true|false)"
_SENSORS = r"(?:null|\[[-\d\s,]*\])"
_FIELDS = (
    *(_TEXT, _TEXT, _TEXT, _INSTANT, _INSTANT, _NUMBER, _NUMBER, _NUMBER, _FLAG, _NUMBER, _NUMBER, _NUMBER),
    *(_SENSORS, _NUMBER, _TEXT, _FLAG, _CODE),
)
_ADDED_FIELDS = {
    "string": _TEXT,
    "boolean": _FLAG,
    "double": _NUMBER,
    "int": _CODE,
    "bigint": _INSTANT,
    "timestamp": _INSTANT,
}


def _with_optional(*later: str) -> str:
    """Return the pattern of fields that a row may end before, and of any others after them."""
    if not later:
        return r"(?:\s*,.*)?"
    return rf"(?:\s*,\s*{later[0]}{_with_optional(*later[1:])})?"


DOCUMENTED_TYPES = (
    r"(?s)^\s*\[\s*"
    + r"\s*,\s*".join(_FIELDS)
    + _with_optional(_CODE, *(_ADDED_FIELDS[column.type] for column in ADDED))
    + r"\s*\]\s*$"
)
"""The JSON text of a row whose fields, 17 or more, have the types that the contract knows; later ones may have any.

Repeats are possessive, but for the last one, which nothing is nested in: no text makes it slow.
"""

_NUMBER_COLUMNS = {
    "longitude_deg": 5,
    "latitude_deg": 6,
    "baro_altitude_m": 7,
    "ground_speed_mps": 9,
    "true_track_deg": 10,
    "vertical_rate_mps": 11,
    "geo_altitude_m": 13,
    **{column.name: DOCUMENTED_FIELDS + place for place, column in enumerate(ADDED) if column.type == "double"},
}


def decoded(rows: DataFrame) -> DataFrame:
    """Return state vectors with their fields as typed columns; absent, blank and unreadable are null.

    Grain: as `rows`, which has `raw_row` (a row's JSON text), `time`, `raw_key` and `row_number`.

    Columns: raw_key, row_number, raw_row, snapshot_at_s, field_count, is_readable and the decoded fields under the
    contract's names, instants as Unix seconds (`position_at_s`, `last_contact_at_s`).
    """
    fields = F.from_json("raw_row", "array<string>", {"allowUnquotedControlChars": "true"})
    split = rows.withColumn("fields", fields).withColumn("field_count", F.size("fields"))
    typed = split.withColumns({name: _number(index) for name, index in _NUMBER_COLUMNS.items()})
    is_finite = [_is_finite(index, name) for name, index in _NUMBER_COLUMNS.items()]
    has_types = (F.col("field_count") >= FEWEST_FIELDS) & F.col("raw_row").rlike(DOCUMENTED_TYPES)
    is_readable = F.coalesce(reduce(Column.__and__, is_finite, has_types), F.lit(False))
    first_is_text = F.col("raw_row").rlike(r'^\s*\[\s*"')
    return typed.withColumn("is_readable", is_readable).select(
        "raw_key",
        "row_number",
        "raw_row",
        F.col("time").alias("snapshot_at_s"),
        "field_count",
        "is_readable",
        F.when(F.col("is_readable") | first_is_text, F.get("fields", F.lit(0))).alias("icao24"),
        *_other_fields(),
    )


def _other_fields() -> list[Column]:
    callsign, country = F.get("fields", F.lit(1)), F.get("fields", F.lit(2))
    values = {
        "callsign": F.nullif(F.trim(callsign), F.lit("")),
        "origin_country": F.when(F.trim(country) != "", country),
        "position_at_s": _field(3, "bigint"),
        "last_contact_at_s": _field(4, "bigint"),
        **{name: F.col(name) for name in _NUMBER_COLUMNS},
        "on_ground": _field(8, "boolean"),
        "squawk": F.get("fields", F.lit(14)),
        "is_special_purpose": _field(15, "boolean"),
        "position_source": _field(16, "int"),
        "category": _field(17, "int"),
        **{decoded_name(column): _added(index, column.type) for index, column in enumerate(ADDED, DOCUMENTED_FIELDS)},
    }
    return [F.when(F.col("is_readable"), value).alias(name) for name, value in values.items()]


def _added(index: int, kind: str) -> Column:
    if kind == "string":
        text = F.get("fields", F.lit(index))
        return F.when(F.trim(text) != "", text)
    return _field(index, "bigint" if kind == "timestamp" else kind)


def _is_finite(index: int, name: str) -> Column:
    # A number beyond every double, such as 1e999, casts to null or infinity; only JSON null may become null.
    is_known = F.coalesce(F.abs(name) < F.lit(float("inf")), F.lit(False))
    return F.get("fields", F.lit(index)).isNull() | is_known


def _number(index: int) -> Column:
    return _field(index, "double")


def _field(index: int, kind: str) -> Column:
    # try_cast: under ANSI a text that is no number would stop the whole day.
    return F.get("fields", F.lit(index)).try_cast(kind)
