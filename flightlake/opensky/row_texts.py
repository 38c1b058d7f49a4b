"""Text of each row of a response, exactly as it was received."""

import json
import re
from collections.abc import Iterator
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(strict=False)


def row_texts(body: bytes) -> Iterator[str]:
    """Yield the JSON text of each row of a sound response, in order."""
    text = body.decode("utf-8")
    start = _end_of_space(text, 0) + 1
    rows: list[tuple[int, int]] = []
    while text[start - 1] != "}":
        name, start = _value_end(text, start)
        start = _end_of_space(text, start) + 1
        # Of a name that comes twice the last value counts, as in every reader of JSON here.
        if name == "states":
            rows = list(_elements(text, _end_of_space(text, start)))
        start = _end_of_space(text, _value_end(text, start)[1]) + 1
    return (text[first:last] for first, last in rows)


def _elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each element of the array that begins at `start`; null has none."""
    if text[start] != "[":
        return
    start = _end_of_space(text, start + 1)
    while text[start] != "]":
        end = _value_end(text, start)[1]
        yield start, end
        start = _end_of_space(text, end)
        start = _end_of_space(text, start + 1) if text[start] == "," else start


def _value_end(text: str, start: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(text, _end_of_space(text, start))


def _end_of_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start
