"""Recomputation of raw responses in plain Python, for verifiers: rows, rejects and rule counts of each response."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flightlake.commits.record import CommitRecord
from flightlake.errors import InvalidResponseError
from flightlake.layout import snapshot_date_of, ungzipped
from flightlake.opensky.decoder import Response, parse_response
from flightlake.opensky.fields import replace_surrogates
from flightlake.opensky.json_limits import value_of
from flightlake.publishing.raw_day import UNEXPECTED_KEY
from flightlake.quality.evaluate import Evaluation, evaluate
from flightlake.quality.rules import RULES
from flightlake.quality.scores import RuleCount, Score, scores


@dataclass(frozen=True)
class RecomputedResponse:
    """One readable raw response, its rows decoded and evaluated."""

    raw_key: str
    response: Response
    evaluation: Evaluation

    def accepted(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Yield the row number and the values, in the order of `DECODED_COLUMNS`, of each row to be published."""
        for number, values in enumerate(self.evaluation.rows):
            if number not in self.evaluation.rejections:
                yield number, values

    def quarantined(self) -> Iterator[tuple[Any, ...]]:
        """Yield each rejected row in the columns of `states_quarantine`: time in Unix seconds, text canonical."""
        for number, rejection in self.evaluation.rejections.items():
            icao24, text = self.evaluation.rows[number][2], canonical(_row_text(self.response.rows[number]))
            yield (icao24, self.response.time_s, self.raw_key, number, list(rejection.reasons), text)


@dataclass
class RawTotals:
    """Totals of a day's raw responses.

    Attributes:
        raw_rows: rows of all readable responses.
        quarantined: rows that break a rejecting rule.
        unreadable: reason by raw key.
        missing: raw keys without an object.
    """

    raw_rows: int = 0
    quarantined: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    checked: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def add(self, raw_rows: int, quarantined: int, counts: Mapping[str, RuleCount]) -> None:
        """Add one response's rows, rejected rows, and checked and failed rows by rule name."""
        self.raw_rows += raw_rows
        self.quarantined += quarantined
        for name, count in counts.items():
            self.checked[name] += count.checked_count
            self.failed[name] += count.failed_count

    def scores(self) -> list[Score]:
        """Return the quality scores of the day."""
        return scores({rule.name: RuleCount(self.checked[rule.name], self.failed[rule.name]) for rule in RULES})


def expected_totals(head: CommitRecord) -> tuple[list[str], RawTotals]:
    """Return the raw keys to read of a commit, and totals in which those with unexpected names are unreadable."""
    by_name = {key: snapshot_date_of(key) == head.day for key in head.raw_keys}
    unexpected = {key: UNEXPECTED_KEY for key, is_expected in by_name.items() if not is_expected}
    return [key for key, is_expected in by_name.items() if is_expected], RawTotals(unreadable=unexpected)


def recompute_response(raw_key: str, stored: bytes, day: date) -> RecomputedResponse:
    """Return a raw object's rows, decoded and evaluated.

    Args:
        raw_key: its key.
        stored: gzipped bytes.
        day: UTC day that its time must be of.

    Raises:
        InvalidResponseError: it is no usable response of that day.
    """
    response = parse_response(ungzipped(stored))
    if response.snapshot_at.date() != day:
        raise InvalidResponseError(f"its time is of {response.snapshot_at.date()}")
    return RecomputedResponse(raw_key, response, evaluate(response))


def canonical(raw_row: str | None) -> str | None:
    """Return a row's JSON text with numbers and spaces written in one way, to compare texts by meaning.

    A row that was sent as plain text is kept as that text, which may look like a number or like nothing at all.
    """
    if raw_row is None:
        return None
    try:
        return json.dumps(value_of(raw_row))
    except ValueError:
        return json.dumps(raw_row)


def _row_text(row: Any) -> str:
    return replace_surrogates(row) or "" if isinstance(row, str) else json.dumps(row)
