"""Text of each row of a response, exactly as it was received."""

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(strict=False)


def row_texts(body: bytes) -> Iterator[str]:
    """Return the JSON text of each row of a sound response, as received."""
    text = body.decode("utf-8")
    end, rows = _skip_space(text, 0), -1
    while text[end] != "}":
        name, end = _DECODER.raw_decode(text, _skip_space(text, end + 1))
        start = _skip_space(text, _skip_space(text, end) + 1)
        # Of a name that comes twice the last value counts, as for every reader of JSON here.
        rows = start if name == "states" else rows
        end = _skip_space(text, _DECODER.raw_decode(text, start)[1])
    return _elements(text, rows)


def _elements(text: str, start: int) -> Iterator[str]:
    """Yield the text of each element of the array that begins at `start`; null has none."""
    end = start if text[start] == "[" and text[_skip_space(text, start + 1)] != "]" else -1
    while end >= 0:
        first = _skip_space(text, end + 1)
        last = _DECODER.raw_decode(text, first)[1]
        yield text[first:last]
        end = _skip_space(text, last)
        end = end if text[end] == "," else -1


def _skip_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start
