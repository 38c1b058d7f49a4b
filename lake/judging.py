"""Judge one response in plain Python: the rules run as SQL inside SQLite, which Python brings along."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lake.response import DECODED_COLUMNS, Response, decoded
from lake.rules import REJECTING, RULES
from lake.scoring import RuleCount, overall_score, scores

_NOT_APPLICABLE, _BROKEN = "-", "1"
_POSITION = {rule.name: position for position, rule in enumerate(RULES)}
_VERDICTS_QUERY = "select {} from decoded order by rowid".format(
    " || ".join(f"case when not ({rule.applies}) then '-' when {rule.broken} then '1' else '0' end" for rule in RULES)
)


@dataclass(frozen=True)
class Rejection:
    """A row that must not be published: its position in the response and the rejecting rules that it breaks."""

    row_number: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """What the rules say of one response.

    Attributes:
        rows: decoded values per row, in the order of `DECODED_COLUMNS`.
        rejections: by row number.
        counts: checked and failed rows by rule name.
    """

    rows: list[tuple[Any, ...]]
    rejections: dict[int, Rejection]
    counts: dict[str, RuleCount]

    @property
    def row_count(self) -> int:
        """Rows in the response."""
        return len(self.rows)

    @property
    def valid_count(self) -> int:
        """Rows that break no rejecting rule."""
        return self.row_count - len(self.rejections)

    @property
    def quality_score(self) -> float | None:
        """The score of this response in percent; None for an empty sky."""
        return overall_score(scores(self.counts))


def judge(response: Response) -> Judgement:
    """Return every row of a response decoded and judged."""
    rows = [decoded(row) for row in response.rows]
    verdicts = _verdicts(rows, response.time_s)
    reasons = {verdict: _reasons(verdict) for verdict in set(verdicts)}
    rejections = {
        number: Rejection(number, reasons[verdict]) for number, verdict in enumerate(verdicts) if reasons[verdict]
    }
    return Judgement(rows, rejections, _counts(verdicts))


def _verdicts(rows: list[tuple[Any, ...]], time_s: int) -> list[str]:
    """Return per row one character a rule: not applicable, kept or broken."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.create_function("regexp_like", 2, _regexp_like, deterministic=True)
        database.execute(f"create table decoded ({', '.join(DECODED_COLUMNS)}, snapshot_at_s)")
        placeholders = ", ".join("?" * len(DECODED_COLUMNS))
        database.executemany(f"insert into decoded values ({placeholders}, {time_s:d})", rows)
        return [verdict for (verdict,) in database.execute(_VERDICTS_QUERY)]


def _reasons(verdict: str) -> tuple[str, ...]:
    return tuple(rule.name for rule in REJECTING if verdict[_POSITION[rule.name]] == _BROKEN)


def _counts(verdicts: list[str]) -> dict[str, RuleCount]:
    # Rows differ in few ways, so counting distinct verdicts first is much faster than looking at each character.
    distinct = Counter(verdicts)
    return {
        name: RuleCount(
            sum(count for verdict, count in distinct.items() if verdict[position] != _NOT_APPLICABLE),
            sum(count for verdict, count in distinct.items() if verdict[position] == _BROKEN),
        )
        for name, position in _POSITION.items()
    }


# The same aircraft, countries and codes come again in response after response; one poller sees some 40,000 texts a day.
@lru_cache(maxsize=65536)
def _regexp_like(text: str | None, pattern: str) -> bool | None:
    return None if text is None else re.search(pattern, text) is not None
