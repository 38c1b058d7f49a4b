"""Errors in a statement, shown at their place in the user's text."""

import difflib
import re
from collections.abc import Iterable

from flightlake.errors import FlightLakeError, UsageError


class SqlError(UsageError):
    """A statement that cannot be meant; its text shows the line and a caret at the place."""


class QueryFailedError(FlightLakeError):
    """A statement that was understood and failed on the data, such as a cast of text that is no number."""


def at_place(message: str, text: str, *, line: int, column: int) -> str:
    """Return the message with the line it speaks of and a caret below the place, both counted from 1.

    >>> print(at_place("no column altitud", "select altitud from states", line=1, column=8))
    line 1, column 8: no column altitud
      select altitud from states
             ^
    """
    lines = text.splitlines() or [""]
    line = min(max(line, 1), len(lines))
    shown = lines[line - 1].replace("\t", " ")
    column = min(max(column, 1), len(shown) + 1)
    return f"line {line}, column {column}: {message}\n  {shown}\n  {' ' * (column - 1)}^"


def at_word(message: str, text: str, word: str) -> str:
    """Return the message with a caret at the word's first place outside comments; without one where it is not there."""
    found = re.search(rf"(?<![\w']){re.escape(word)}(?!\w)", _without_comments(text), re.IGNORECASE)
    if found is None:
        return message
    before = text[: found.start()]
    return at_place(message, text, line=before.count("\n") + 1, column=found.start() - (before.rfind("\n") + 1) + 1)


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a question after the closest names, with a leading `; `; nothing where none is close.

    >>> did_you_mean("trafic_by_hour", ["traffic_by_hour", "freshness"])
    '; did you mean traffic_by_hour?'
    """
    close = difflib.get_close_matches(name, list(names), n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*", lambda comment: " " * len(comment[0]), text)
