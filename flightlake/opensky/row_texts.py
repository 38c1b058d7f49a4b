"""Text of each row of a response, exactly as it was received."""

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\n\r]*")
_HEAD = re.compile(r'\{"time":\d+,"states":\[\[')
_TAIL = re.compile(r"\]\]\}\s*\Z")
_LONGEST_TAIL = 10
_DECODER = json.JSONDecoder(strict=False)


def row_texts(body: bytes) -> list[str]:
    """Return the JSON text of each row of a sound response, as received."""
    text = body.decode("utf-8")
    plain = _plain_rows(text)
    return list(_found_rows(text)) if plain is None else plain


def _plain_rows(text: str) -> list[str] | None:
    """Return the rows of a response as OpenSky writes most: lists of plain values without spaces; None of others.

    Takes a twentieth of the time that a parser takes.
    """
    head, tail = _HEAD.match(text), _TAIL.search(text, len(text) - _LONGEST_TAIL)
    if head is None or tail is None or "\\" in text:
        return None
    parts = text[head.end() : tail.start()].split("],[")
    # All brackets are those that were looked for, and none of them stands within quotes.
    if any(text.count(bracket) != len(parts) + 1 for bracket in "[]") or any(part.count('"') % 2 for part in parts):
        return None
    return [f"[{part}]" for part in parts]


def _found_rows(text: str) -> Iterator[str]:
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
