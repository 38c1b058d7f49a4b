"""Decoding of state vectors: from a row's JSON text, by index, to the contract's names and SI units.

Nearly every row is written without blanks and escapes, with no list and no comma inside a text. Splitting such a row
at its commas gives its fields six times as fast as a JSON parser; the parts themselves show whether the row was of
this form. Any other row goes through the parser, and a pattern over its text checks the types.

Expressions are SQL texts: as columns, each part of them would be a call to the JVM, seconds for every conversion.
"""

from pyspark.sql import DataFrame

from flightlake.opensky.fields import FEWEST_FIELDS, FIELDS, KNOWN_FIELDS, SENSORS_INDEX, STORED_FIELDS, Field

_PATTERNS = {
    "string": r'(?:null|"[^"\\]*+(?:\\.[^"\\]*+)*+")',
    "boolean": "(?:null|true|false)",
    "double": r"(?:null|-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)",
    "array<int>": r"(?:null|\[[-\d\s,]*\])",
}


def _pattern(field: Field) -> str:
    return rf"(?:null|-?\d{{1,{field.digits}}})" if field.digits else _PATTERNS[field.type]


def _with_optional(*later: str) -> str:
    """Return the pattern of fields that a row may end before, and of any others after them."""
    if not later:
        return r"(?:\s*,.*)?"
    return rf"(?:\s*,\s*{later[0]}{_with_optional(*later[1:])})?"


DOCUMENTED_TYPES = (
    r"(?s)^\s*\[\s*"
    + r"\s*,\s*".join(_pattern(field) for field in FIELDS if not field.is_optional)
    + _with_optional(*(_pattern(field) for field in FIELDS if field.is_optional))
    + r"\s*\]\s*$"
)
"""The JSON text of a row whose fields, 17 or more, have the types that the contract knows; later ones may have any.

Repeats are possessive, but for the last one, which nothing is nested in: no text makes it slow.
"""

_HAS_DOCUMENTED_FORM = f"size(fields) >= {FEWEST_FIELDS} and raw_row rlike r'{DOCUMENTED_TYPES}'"
_BEYOND = {"double": "double('Infinity')", "int": "2147483647", "bigint": f"{2**63 - 1}", "timestamp": f"{2**63 - 1}"}
"""Value outside the limits of its type, for text that is no number or one that no engine can hold, such as 1e999."""


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
            *(f"{_value(field)} as {field.name}" for field in STORED_FIELDS),
        )
    )
    within = " and ".join(_is_null_or_within(field) for field in STORED_FIELDS if field.limit is not None)
    # A row that cannot be read keeps its address, for the quarantine.
    names = [field.name for field in STORED_FIELDS]
    kept = (name if name == "icao24" else f"if(is_readable, {name}, null) as {name}" for name in names)
    return typed.selectExpr("*", f"has_form and {within} as is_readable").selectExpr(
        *others, "snapshot_at_s", "field_count", "is_readable", *kept
    )


def cut(rows: DataFrame) -> DataFrame:
    """Return rows with `parts` (array<string>, `raw_row` split at commas) and `is_cut`: whether these are its fields.

    A text with a comma would leave two parts that are no whole text, a list one that begins with its bracket; any other
    part is a number or a word. Without backslashes a text needs no unescaping.
    """
    form = " and ".join(
        (
            r"startswith(raw_row, '[') and endswith(raw_row, ']') and not contains(raw_row, r'\')",
            f"size(parts) between {FEWEST_FIELDS} and {KNOWN_FIELDS} and {_of('parts', SENSORS_INDEX)} = 'null'",
            *(f"coalesce({_is_whole(field)}, size(parts) <= {field.index})" for field in STORED_FIELDS),
        )
    )
    return rows.selectExpr("*", "split(raw_row, ',') as parts").selectExpr("*", f"coalesce({form}, false) as is_cut")


def _is_whole(field: Field) -> str:
    """Return the SQL text that says whether a part is one whole value, of a kind that may stand at its place."""
    part = _of("parts", field.index)
    match field.type:
        case "boolean":
            return f"{part} in ('true', 'false', 'null')"
        case "string":
            quote = '["' if field.index == 0 else '"'
            is_text = f"""startswith({part}, '{quote}') and endswith({part}, '"') and {part} <> '{quote}'"""
            return f"{part} = 'null' or {is_text}"
    # Blanks and quotes come before `-`, with which, or with something after it, numbers and words begin.
    return f"{part} >= '-' and not startswith({part}, '[') and not startswith({part}, '{{')"


def _value(field: Field) -> str:
    """Return the SQL text of a field as its type. A row of undocumented form may give anything but an error."""
    item = _of("fields", field.index)
    if field.type == "string":
        return _text(field, item)
    if field.type == "boolean":
        return f"if({item} <> 'null', {item} = 'true', null)"
    # try_cast: under ANSI a text that is no number would stop the whole day. Not asked of null: what fails is slow.
    number = f"try_cast({item} as {'bigint' if field.type == 'timestamp' else field.type})"
    return f"if({item} <> 'null', coalesce({number}, {_BEYOND[field.type]}), null)"


def _text(field: Field, item: str) -> str:
    start = 3 if field.index == 0 else 2
    inner = f"if({item} <> 'null', substring({item}, {start}, length({item}) - {start}), null)"
    text = f"if(is_cut, {inner}, {item})"
    if field.index == 0:
        # The parser makes a text of a number, too: an address is one only where the array begins with a quoted text.
        return rf"""if(is_cut or raw_row rlike r'^\s*\[\s*"', {text}, null)"""
    match field.blanks:
        case "trimmed":
            return f"nullif(trim({text}), '')"
        case "null":
            return f"if(trim({text}) <> '', {text}, null)"
    return text


def _of(array: str, index: int) -> str:
    """Return the SQL text of an array's item, for places that may be the last without the row's closing bracket."""
    item = f"get({array}, {index})"
    return item if index < FEWEST_FIELDS - 1 else f"trim(trailing ']' from {item})"


def _is_null_or_within(field: Field) -> str:
    return f"coalesce({field.name} between -{field.limit!r} and {field.limit!r}, true)"
