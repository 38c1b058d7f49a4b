"""Count a day again from its raw objects, without Spark: rows into a DuckDB table, rejects by object."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from flightlake.commits.record import CommitRecord
from flightlake.errors import InvalidResponseError, ObjectNotFoundError
from flightlake.layout import ungzipped
from flightlake.opensky.decoder import DECODED_COLUMNS, Response, parse_response
from flightlake.opensky.fields import decoded_name, replace_surrogates
from flightlake.opensky.json_limits import value_of
from flightlake.ports import ObjectStore
from flightlake.quality.evaluate import Evaluation, evaluate
from flightlake.quality.rules import RULES
from flightlake.quality.scores import RuleCount, Score, scores
from flightlake.schema.tables.states import STATES

_DUCKDB_TYPES = {
    "string": "VARCHAR",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "timestamp": "BIGINT",  # Unix seconds
}
_TYPES = {decoded_name(column): _DUCKDB_TYPES[column.type] for column in STATES.columns} | {
    "raw_key": "VARCHAR",
    "row_number": "INTEGER",
}
_COLUMNS = (*DECODED_COLUMNS[2:], "snapshot_at_s", "raw_key", "row_number")
ACCEPTED = "recounted_accepted"
"""The DuckDB table of accepted rows, repeats included."""


@dataclass(frozen=True)
class RejectedRow:
    """A row that the recount sends to quarantine; `json_text` is the row written anew, for comparison."""

    icao24: str | None
    reasons: tuple[str, ...]
    json_text: str


@dataclass
class RecomputedDay:
    """What a day's raw objects hold.

    Attributes:
        raw_rows: state vectors in all readable responses.
        rejected: by raw key and row number.
        unreadable: reason by raw key.
    """

    raw_rows: int = 0
    rejected: dict[tuple[str, int], RejectedRow] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def scores(self) -> list[Score]:
        """Return the quality scores of the day."""
        return scores({rule.name: RuleCount(self.checked[rule.name], self.failed[rule.name]) for rule in RULES})


def recompute(
    connection: duckdb.DuckDBPyConnection, store: ObjectStore, commit: CommitRecord, *, into: RecomputedDay
) -> Iterator[str]:
    """Count the objects of a commit's lineage one by one, accepted rows into the table `ACCEPTED`; yield each key."""
    columns = ", ".join(f"{name} {_TYPES.get(name, 'DOUBLE')}" for name in _COLUMNS)
    connection.execute(f"create or replace temp table {ACCEPTED} ({columns})")
    for key in commit.raw_keys:
        response = _response(store, key, commit.day, into)
        if response is not None:
            _add(connection, key, response, into)
        yield key


def _response(store: ObjectStore, key: str, day: date, count: RecomputedDay) -> Response | None:
    try:
        response = parse_response(ungzipped(store.get(key)))
    except (ObjectNotFoundError, InvalidResponseError) as error:
        count.unreadable[key] = str(error)
    else:
        if response.snapshot_at.date() == day:
            return response
        count.unreadable[key] = f"its time is of {response.snapshot_at.date()}"
    return None


def _add(connection: duckdb.DuckDBPyConnection, key: str, response: Response, count: RecomputedDay) -> None:
    judgement = evaluate(response)
    count.raw_rows += judgement.row_count
    for name, rule_count in judgement.counts.items():
        count.checked[name] += rule_count.checked_count
        count.failed[name] += rule_count.failed_count
    for number, rejection in judgement.rejections.items():
        icao24, row = judgement.rows[number][2], response.rows[number]
        count.rejected[key, number] = RejectedRow(icao24, rejection.reasons, canonical(_raw_row(row)))
    _insert_accepted(connection, key, response, judgement)


def _insert_accepted(
    connection: duckdb.DuckDBPyConnection, key: str, response: Response, judgement: Evaluation
) -> None:
    rows = [
        (*row[2:], response.time_s, key, number)
        for number, row in enumerate(judgement.rows)
        if number not in judgement.rejections
    ]
    if not rows:
        return
    values = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True))
    kinds = json.dumps({name: [_TYPES[name]] for name in _COLUMNS})
    unnested = ", ".join(f"unnest(v.{name})" for name in _COLUMNS)
    # One JSON document a response: DuckDB takes it far faster than as many single values.
    statement = f"insert into {ACCEPTED} select {unnested} from (select from_json(?, '{kinds}') as v)"
    connection.execute(statement, [json.dumps(values)])


def _raw_row(row: Any) -> str:
    return replace_surrogates(row) or "" if isinstance(row, str) else json.dumps(row)


def canonical(raw_row: str) -> str:
    """Return a row's JSON text with numbers and spaces written in one way, to compare texts by meaning.

    A row that was sent as plain text is kept as that text, which may look like a number or like nothing at all.
    """
    try:
        return json.dumps(value_of(raw_row))
    except ValueError:
        return json.dumps(raw_row)
