"""Compiler of the rules' SQL into one Python function, which evaluates 12,000 rows without a database.

Only the subset that `flightlake.quality.rules` allows is translated, word by word; any other word is an error. Python
knows no third truth value: it reads a text as SQL does because the rules decide null before they compare. The tests
hold every rule against SQLite and DuckDB, over rows with random nulls; the Spark job's own tests hold it against Spark.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from flightlake.opensky.decoder import DECODED_COLUMNS
from flightlake.quality.rules import RULES, Rule

KEPT, BROKEN = 1, 3
"""Two bits a rule: the low one says that it applied, the high one that the row broke it; 0 where it does not apply."""

SNAPSHOT_COLUMN = "snapshot_at_s"

RowResults = Callable[[Sequence[tuple[Any, ...]], int], list[int]]

_BETWEEN = re.compile(r"(\w+) between (-?[\d.]+) and (-?[\d.]+)")
_WORD = re.compile(r"\s*('[^'\\]*'|[A-Za-z_]\w*|\d+(?:\.\d+)?|<>|<=|>=|[-=<>(),])")
_SAME = ("and", "or", "not", "in", "is", "abs", "regexp_like", "<", ">", "<=", ">=", "-", "(", ")", ",")
_OTHER = {"=": "==", "<>": "!=", "null": "None", "true": "True", "false": "False", "length": "len"}
_PYTHON = _OTHER | {word: word for word in (*_SAME, *DECODED_COLUMNS, SNAPSHOT_COLUMN)}


def python_expression(predicate: str) -> str:
    """Return a predicate as a Python expression over the same names.

    >>> python_expression("squawk is null or length(squawk) <> 4")
    'squawk is None or len ( squawk ) != 4'

    Raises:
        ValueError: the predicate leaves the subset of SQL that `flightlake.quality.rules` allows.
    """
    text, words, position = _BETWEEN.sub(r"\2 <= \1 <= \3", predicate.strip()), [], 0
    while position < len(text):
        found = _WORD.match(text, position)
        word = found[1] if found else text[position:].strip()
        is_literal = word[0] == "'" or word[0].isdigit()
        if found is None or not (is_literal or word in _PYTHON):
            raise ValueError(f"{word!r} is no part of the SQL that rules are written in: {predicate}")
        words.append(word if is_literal else _PYTHON[word])
        position = found.end()
    return " ".join(words)


@cache
def compiled_rules(rules: tuple[Rule, ...] = RULES) -> RowResults:
    """Return a function of decoded rows and their response's time that gives one result for each row.

    Rule number n has the bits 2n and 2n + 1 of a result.
    """
    groups: dict[str, list[int]] = {}
    for n, rule in enumerate(rules):
        groups.setdefault(rule.applies, []).append(n)
    lines = [line for applies, numbers in groups.items() for line in _lines(applies, rules, numbers)]
    source = "\n".join(
        [
            f"def results(rows, {SNAPSHOT_COLUMN}):",
            " found = []",
            f" for {', '.join(DECODED_COLUMNS)} in rows:",
            "  result = 0",
            *lines,
            "  found.append(result)",
            " return found",
        ]
    )
    names: dict[str, Any] = {"regexp_like": _regexp_like}
    exec(compile(source, "<the rules>", "exec"), names)  # noqa: S102 - made of our own rules, each word of it checked
    made: RowResults = names["results"]
    return made


def _lines(applies: str, rules: tuple[Rule, ...], numbers: list[int]) -> Iterator[str]:
    # Rules with the same condition are tested for it once, and their low bits are set by one addition.
    yield f"  if {python_expression(applies)}:"
    yield f"   result += {sum(KEPT << 2 * n for n in numbers)}"
    for n in numbers:
        yield f"   if {python_expression(rules[n].broken)}: result += {(BROKEN - KEPT) << 2 * n}"


# The same aircraft, countries and codes come again in response after response; one poller sees some 40,000 texts a day.
@lru_cache(maxsize=65536)
def _regexp_like(text: str, pattern: str) -> bool:
    return re.search(pattern, text) is not None
