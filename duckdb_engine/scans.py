"""Columns, files and bytes that a statement reads, by DuckDB's own count."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from duckdb_engine.duckdb_session import failure
from flightlake.schema.tables.registry import table_named

_TABLE = re.compile(r"/curated/(\w+)/")
_TEXT = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True)
class Scan:
    """One reading of a table.

    Attributes:
        columns: names of what is read of the files, for the answer or for a condition.
        file_count: how many files are opened for their rows.
        row_group_count: how many row groups are read, of `row_groups_there` in those files.
    """

    table: str
    columns: frozenset[str]
    file_count: int
    row_group_count: int
    row_groups_there: int


@dataclass(frozen=True)
class Scanned:
    """All readings of one statement.

    Attributes:
        bytes_read: of files, with their footers, over all readings.
    """

    scans: tuple[Scan, ...]
    bytes_read: int


def scanned(cursor: duckdb.DuckDBPyConnection, sql: str, source: str) -> Scanned:
    """Return the scans of curated tables by translated SQL; `source` is the user's text.

    Raises:
        SqlError: it names or combines what does not exist or fit.
        QueryFailedError: it failed on the data.
    """
    try:
        rows = cursor.execute(f"explain (analyze, format json) {sql}").fetchall()
    except duckdb.Error as exc:
        raise failure(exc, source) from exc
    profile = json.loads(rows[0][1])
    if "operator" not in profile:  # answered while it was planned, from what the footers say of extremes and counts
        return Scanned((), 0)
    found = (_scan(operator) for root in profile["operator"] for operator in _operators(root))
    return Scanned(tuple(scan for scan in found if scan), profile["io"]["total_bytes_read"])


def _operators(operator: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield operator
    for below in operator.get("children", ()):
        yield from _operators(below)


def _scan(operator: Mapping[str, Any]) -> Scan | None:
    facts = operator["extra_info"]
    of_table = _TABLE.search(facts.get("Filename(s)", ""))
    if of_table is None:
        return None
    # Names alone: in a condition's text stand functions and literals, too.
    named = " ".join(_texts(facts.get("Projections")) + _texts(facts.get("Filters")))
    words = re.findall(r"\w+", _TEXT.sub("", named))
    in_files = {column.name for column in table_named(of_table[1]).columns}
    return Scan(
        table=of_table[1],
        columns=frozenset(in_files.intersection(words)),
        file_count=int(facts["Total Files Read"]),
        row_group_count=operator["row_groups_scanned"],
        row_groups_there=operator["total_row_groups_to_scan"],
    )


def _texts(fact: str | list[str] | None) -> list[str]:
    """Return one fact of a profile, which is a text where it has one entry, as a list."""
    return [fact] if isinstance(fact, str) else fact or []
