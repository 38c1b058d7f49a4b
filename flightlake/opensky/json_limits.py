"""JSON parser with limits: a text that one of the lake's engines could not read is refused with the reason.

Engines have limits, most of which fail silently: a number of 1,001 digits in one row makes Spark read its whole
response as one without rows. The limits here are below all of theirs.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

MOST_NESTING = 64
"""Arrays and objects within each other; a response has 3. Engines stop at 1,000 (Jackson, which Spark and Athena read
with) or where the stack of their caller ends (Python)."""

MOST_NUMBER_LENGTH = 1_000
"""Characters of a number. Source: Jackson 2.18, StreamReadConstraints.DEFAULT_MAX_NUM_LEN."""

MOST_NAME_LENGTH = 25_000
"""Characters of a name in an object; each may be two of Java's. Source: as above, DEFAULT_MAX_NAME_LEN is 50,000."""

MOST_TEXT_LENGTH = 10_000_000
"""Characters of a text; each may be two of Java's. Source: as above, DEFAULT_MAX_STRING_LEN is 20,000,000."""

_NUMBER_CHARACTERS = "0123456789+-.eE"
_NUMBER = re.compile(r"[-+.\deE]*+", re.ASCII)
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_UNIQUE_NAMES = ("time", "states")


def value_of(text: str) -> Any:
    """Return the value of a JSON text, in which NaN and unescaped control characters are let through.

    Raises:
        ValueError: it is no JSON, beyond a limit, or has `time` or `states` twice.
    """
    _check_numbers(text)
    try:
        value = json.loads(text, strict=False, object_pairs_hook=_object)
    except RecursionError as error:
        raise _too_deep() from error
    # Where every bracket of the text belongs to the document, its rows or their array, nothing can be nested too
    # deeply: that is so for all real responses, and cheap to see.
    if len(text) > MOST_TEXT_LENGTH or text.count("[") + text.count("{") != _plain_containers(value):
        for depth, part in _parts(value):
            _check(part, depth)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        for name in _UNIQUE_NAMES:
            if names.count(name) > 1:
                raise ValueError(f"it says {name} {names.count(name)} times, and engines differ in which one counts")
    if any(len(name) > MOST_NAME_LENGTH for name in found):
        raise ValueError(f"a name in it is longer than {MOST_NAME_LENGTH:,} characters")
    return found


def _check_numbers(text: str) -> None:
    # Within quotes any run of digits is allowed. Quotes are searched only where there is such a run.
    if _has_long_number(text) and _has_long_number(_QUOTED.sub('""', text)):
        raise ValueError(f"a number in it is longer than {MOST_NUMBER_LENGTH:,} characters")


def _has_long_number(text: str) -> bool:
    # A number that is too long fills at least one piece of half that length; other pieces are dismissed at once.
    # No character is examined twice, whatever the text.
    step = MOST_NUMBER_LENGTH // 2
    start = 0
    while start + step <= len(text):
        if text[start : start + step].strip(_NUMBER_CHARACTERS):
            start += step
            continue
        before = text[max(0, start - step) : start]
        first = start - len(before) + len(before.rstrip(_NUMBER_CHARACTERS))
        start = _NUMBER.match(text, start).end()  # type: ignore[union-attr]  # it matches nothing, too
        if start - first > MOST_NUMBER_LENGTH:
            return True
    return False


def _plain_containers(value: Any) -> int:
    """Return the number of arrays and objects down to the rows of a response, or 1 for a row itself."""
    if not isinstance(value, dict):
        return 1
    rows = value.get("states")
    return 2 + sum(type(row) is list for row in rows) if isinstance(rows, list) else 1


def _parts(value: Any) -> Iterator[tuple[int, Any]]:
    """Yield every value within a value with the number of containers that it is or lies in."""
    waiting = [(1, value)]
    while waiting:
        depth, part = waiting.pop()
        yield depth, part
        if isinstance(part, dict):
            waiting.extend((depth + 1, inner) for inner in part.values())
        elif isinstance(part, list):
            waiting.extend((depth + 1, inner) for inner in part)


def _check(part: Any, depth: int) -> None:
    if isinstance(part, dict | list) and depth > MOST_NESTING:
        raise _too_deep()
    if isinstance(part, str) and len(part) > MOST_TEXT_LENGTH:
        raise ValueError(f"a text of {len(part):,} characters; engines read at most {MOST_TEXT_LENGTH:,}")


def _too_deep() -> ValueError:
    return ValueError(f"it is nested more deeply than {MOST_NESTING} arrays or objects")
