"""Decode state vectors: a row's JSON text, by index, into the contract's names and SI units.

Nearly every row is *plain*: written without blanks and escapes, no comma inside a text, every field of its documented
type. Cut at its commas such a row gives its fields, which a JSON parser takes six times as long for; whether a row was
plain is known from what the cuts gave. Any other row goes through the parser, and its types are judged by its text.
"""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.added_fields import ADDED, CODE_DIGITS, FEWEST_FIELDS, INSTANT_DIGITS, KNOWN_FIELDS, LIMITS, decoded_name
from lake.tables import STATES

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

_SENSORS_INDEX = 12
_BY_INDEX = {column.source_index: column for column in STATES.columns if column.source_index is not None}
_TEXT_INDEXES = tuple(index for index, column in _BY_INDEX.items() if column.type == "string")
_FLAG_INDEXES = tuple(index for index, column in _BY_INDEX.items() if column.type == "boolean")
_NUMBER_INDEXES = tuple(index for index in _BY_INDEX if index not in _TEXT_INDEXES + _FLAG_INDEXES)


def decoded(rows: DataFrame) -> DataFrame:
    """Return state vectors with their fields as typed columns; absent, blank and unreadable are null.

    Grain: as `rows`, which has `raw_row` (a row's JSON text) and `time`.

    Columns: those of `rows` but for `time`, which is `snapshot_at_s`; field_count, is_readable, and the decoded fields
    under the contract's names, instants as Unix seconds (`position_at_s`, `last_contact_at_s`).
    """
    told = cut(rows)
    fields = F.from_json("raw_row", "array<string>", {"allowUnquotedControlChars": "true"})
    parsed = told.withColumn("fields", F.when(~F.col("is_plain"), fields))
    parsed = parsed.withColumns({_parsed(index): _number(_field(index), index) for index in _NUMBER_INDEXES})
    readable = parsed.withColumn("is_readable", F.col("is_plain") | F.coalesce(_has_documented_types(), F.lit(False)))
    return readable.select(
        *[column for column in rows.columns if column != "time"],
        F.col("time").alias("snapshot_at_s"),
        F.when(F.col("is_plain"), F.size("parts")).otherwise(F.size("fields")).alias("field_count"),
        "is_readable",
        *(_value(index).alias(decoded_name(column)) for index, column in _BY_INDEX.items()),
    )


def cut(rows: DataFrame) -> DataFrame:
    """Return rows with `parts` (array<string>, `raw_row` cut at its commas), their numbers, and `is_plain`."""
    parted = rows.withColumn("parts", F.split("raw_row", ","))
    numbered = parted.withColumns({_plain(index): _number(_part(index), index) for index in _NUMBER_INDEXES})
    return numbered.withColumn("is_plain", F.coalesce(_is_plain(), F.lit(False)))


def _is_plain() -> Column:
    """Return whether the parts are the row's fields, each of its type.

    A text that held a comma would leave two parts that are no whole text, and so would a list; a part that is a number
    or a word is one field. Without backslashes a text stands there as it is meant.
    """
    row = F.col("raw_row")
    types = [
        *(_is_within(_plain(index), index) for index in _NUMBER_INDEXES),
        *(_part(index).isin("true", "false") for index in _FLAG_INDEXES),
        *(_is_whole_text(_part(index)) for index in _TEXT_INDEXES),
    ]
    indexes = _NUMBER_INDEXES + _FLAG_INDEXES + _TEXT_INDEXES
    is_nothing = [F.coalesce(_part(index), F.lit("null")) == "null" for index in indexes]
    return reduce(
        Column.__and__,
        (
            row.startswith("[") & row.endswith("]") & ~row.contains("\\"),
            F.size("parts").between(FEWEST_FIELDS, KNOWN_FIELDS),
            _part(_SENSORS_INDEX) == "null",
            *(has_type | is_null for has_type, is_null in zip(types, is_nothing, strict=True)),
        ),
    )


def _is_whole_text(part: Column) -> Column:
    return part.startswith('"') & part.endswith('"') & (part != '"')


def _has_documented_types() -> Column:
    # A number beyond every double, such as 1e999, casts to null or infinity; only JSON null may become null.
    numbers = [_field(index).isNull() | _is_within(_parsed(index), index) for index in _NUMBER_INDEXES]
    has_types = (F.size("fields") >= FEWEST_FIELDS) & F.col("raw_row").rlike(DOCUMENTED_TYPES)
    return reduce(Column.__and__, numbers, has_types)


def _value(index: int) -> Column:
    kind = _BY_INDEX[index].type
    if kind == "string":
        return _text(index)
    if kind == "boolean":
        plain = F.when(_part(index) != "null", _part(index) == "true")
        parsed = _field(index).try_cast("boolean")
    else:
        plain, parsed = F.col(_plain(index)), F.col(_parsed(index))
    return F.when(F.col("is_plain"), plain).when(F.col("is_readable"), parsed)


def _text(index: int) -> Column:
    part = _part(index)
    inner = F.when(part != "null", F.substring(part, F.lit(2), F.length(part) - 2))
    text = F.when(F.col("is_plain"), inner).otherwise(_field(index))
    match _BY_INDEX[index].name:
        case "icao24":  # a row that cannot be read keeps its address, for the quarantine
            return F.when(F.col("is_readable") | F.col("raw_row").rlike(r'^\s*\[\s*"'), text)
        case "callsign":
            return F.when(F.col("is_readable"), F.nullif(F.trim(text), F.lit("")))
        case "squawk":
            return F.when(F.col("is_readable"), text)
    return F.when(F.col("is_readable") & (F.trim(text) != ""), text)


def _plain(index: int) -> str:
    return f"plain_{index}"


def _parsed(index: int) -> str:
    return f"parsed_{index}"


def _part(index: int) -> Column:
    """Return what stands between two commas, the row's brackets left out."""
    part = F.get("parts", F.lit(index))
    if index == 0:
        return F.substring(part, 2, 1_000_000)
    return part if index < FEWEST_FIELDS - 1 else F.rtrim(part, F.lit("]"))


def _field(index: int) -> Column:
    return F.get("fields", F.lit(index))


def _number(text: Column, index: int) -> Column:
    # try_cast: under ANSI a text that is no number would stop the whole day. Not asked of null: what fails is slow.
    kind = _BY_INDEX[index].type
    return F.when(text != "null", text.try_cast("bigint" if kind == "timestamp" else kind))


def _is_within(name: str, index: int) -> Column:
    limit = LIMITS[_BY_INDEX[index].type]
    return F.coalesce(F.col(name).between(F.lit(-limit), F.lit(limit)), F.lit(False))
