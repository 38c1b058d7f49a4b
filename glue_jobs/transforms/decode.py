"""Decode state vectors: a row's JSON text, by index, into the contract's names and SI units.

Nearly every row is written without blanks and escapes, with no list and no comma inside a text. Cut at its commas such
a row gives its fields, which a JSON parser takes six times as long for; whether it was one of these, the cuts
themselves show. Any other row goes through the parser, and its types are judged by its text.

Expressions are SQL texts: as columns, each part of them would be a call to the JVM, seconds for every conversion.
"""

from pyspark.sql import DataFrame

from flightlake.opensky.fields import (
    ADDED,
    CODE_DIGITS,
    FEWEST_FIELDS,
    INSTANT_DIGITS,
    KNOWN_FIELDS,
    LIMITS,
    decoded_name,
)
from flightlake.schema.tables.states import STATES

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
_NUMBER_INDEXES = tuple(index for index, column in _BY_INDEX.items() if column.type not in ("string", "boolean"))
_NAMES = {index: decoded_name(column) for index, column in _BY_INDEX.items()}
_HAS_DOCUMENTED_FORM = f"size(fields) >= {FEWEST_FIELDS} and raw_row rlike r'{DOCUMENTED_TYPES}'"
_BEYOND = {"double": "double('Infinity')", "int": "2147483647", "bigint": f"{2**63 - 1}", "timestamp": f"{2**63 - 1}"}
"""A value beyond the limits of its type, for what is no number or one that no engine holds, such as 1e999."""


def decode(rows: DataFrame) -> DataFrame:
    """Return state vectors with their fields as typed columns; absent, blank and unreadable are null.

    Grain: as `rows`, which has `raw_row` (a row's JSON text) and `time`.

    Columns: those of `rows` but for `time`, which is `snapshot_at_s`; field_count, is_readable, and the decoded fields
    under the contract's names, instants as Unix seconds (`position_at_s`, `last_contact_at_s`).
    """
    others = [column for column in rows.columns if column != "time"]
    parser = "from_json(raw_row, 'array<string>', map('allowUnquotedControlChars', 'true'))"
    typed = (
        cut(rows)
        .selectExpr("*", f"if(is_cut, parts, {parser}) as fields")
        .selectExpr(
            *others,
            "time as snapshot_at_s",
            "size(fields) as field_count",
            f"is_cut or coalesce({_HAS_DOCUMENTED_FORM}, false) as has_form",
            *(f"{_value(index)} as {name}" for index, name in _NAMES.items()),
        )
    )
    within = " and ".join(_is_null_or_within(index) for index in _NUMBER_INDEXES)
    # A row that cannot be read keeps its address, for the quarantine.
    kept = (name if name == "icao24" else f"if(is_readable, {name}, null) as {name}" for name in _NAMES.values())
    return typed.selectExpr("*", f"has_form and {within} as is_readable").selectExpr(
        *others, "snapshot_at_s", "field_count", "is_readable", *kept
    )


def cut(rows: DataFrame) -> DataFrame:
    """Return rows with `parts` (array<string>, `raw_row` cut at its commas) and `is_cut`: whether these are its fields.

    A text that held a comma would leave two parts that are no whole text, a list one that begins with its bracket; any
    other part is a number or a word. Without backslashes a text stands there as it is meant.
    """
    form = " and ".join(
        (
            r"startswith(raw_row, '[') and endswith(raw_row, ']') and not contains(raw_row, r'\')",
            f"size(parts) between {FEWEST_FIELDS} and {KNOWN_FIELDS} and {_of('parts', _SENSORS_INDEX)} = 'null'",
            *(f"coalesce({_is_whole(index)}, size(parts) <= {index})" for index in _BY_INDEX),
        )
    )
    return rows.selectExpr("*", "split(raw_row, ',') as parts").selectExpr("*", f"coalesce({form}, false) as is_cut")


def _is_whole(index: int) -> str:
    """Return whether a part is a whole value, of a kind that may stand at its place."""
    part = _of("parts", index)
    match _BY_INDEX[index].type:
        case "boolean":
            return f"{part} in ('true', 'false', 'null')"
        case "string":
            quote = '["' if index == 0 else '"'
            is_text = f"""startswith({part}, '{quote}') and endswith({part}, '"') and {part} <> '{quote}'"""
            return f"{part} = 'null' or {is_text}"
    # Blanks and quotes come before `-`, with which, or with something after it, numbers and words begin.
    return f"{part} >= '-' and not startswith({part}, '[') and not startswith({part}, '{{')"


def _value(index: int) -> str:
    """Return a field as its type. A row of undocumented form may give anything but an error."""
    kind, field = _BY_INDEX[index].type, _of("fields", index)
    if kind == "string":
        return _text(index, field)
    if kind == "boolean":
        return f"if({field} <> 'null', {field} = 'true', null)"
    # try_cast: under ANSI a text that is no number would stop the whole day. Not asked of null: what fails is slow.
    number = f"try_cast({field} as {'bigint' if kind == 'timestamp' else kind})"
    return f"if({field} <> 'null', coalesce({number}, {_BEYOND[kind]}), null)"


def _text(index: int, field: str) -> str:
    start = 3 if index == 0 else 2
    inner = f"if({field} <> 'null', substring({field}, {start}, length({field}) - {start}), null)"
    text = f"if(is_cut, {inner}, {field})"
    match _BY_INDEX[index].name:
        case "icao24":
            return rf"""if(is_cut or raw_row rlike r'^\s*\[\s*"', {text}, null)"""
        case "callsign":
            return f"nullif(trim({text}), '')"
        case "squawk":
            return text
    return f"if(trim({text}) <> '', {text}, null)"


def _of(array: str, index: int) -> str:
    """Return what stands at a place; of the last ones without the row's bracket, if the array was cut out of a row."""
    item = f"get({array}, {index})"
    return item if index < FEWEST_FIELDS - 1 else f"trim(trailing ']' from {item})"


def _is_null_or_within(index: int) -> str:
    limit = LIMITS[_BY_INDEX[index].type]
    return f"coalesce({_NAMES[index]} between -{limit!r} and {limit!r}, true)"
