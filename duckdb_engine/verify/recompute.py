"""Recomputed rows of a commit's raw objects, in DuckDB tables."""

from collections.abc import Callable, Mapping

import duckdb

from duckdb_engine.json_rows import json_rows_sql
from duckdb_engine.verify.recompute_processes import ACCEPTED_TYPES, QUARANTINED_TYPES, recomputed_objects
from flightlake.commits.record import CommitRecord
from flightlake.ports import ObjectStore
from flightlake.publishing.recompute import RawTotals, expected_totals

ACCEPTED = "recomputed_accepted"
"""DuckDB table of the rows to be published, repeats included, with `raw_key` and `row_number`."""

QUARANTINED = "recomputed_quarantine"
"""DuckDB table of the rejected rows, raw texts in canonical form."""


def recompute(
    connection: duckdb.DuckDBPyConnection, store: ObjectStore, head: CommitRecord, on_object: Callable[[], None]
) -> RawTotals:
    """Recompute a commit's raw objects, their rows into `ACCEPTED` and `QUARANTINED`, and return their totals."""
    create_table(connection, ACCEPTED, ACCEPTED_TYPES)
    create_table(connection, QUARANTINED, QUARANTINED_TYPES)
    keys, totals = expected_totals(head)
    for key, found in recomputed_objects(store, keys, head.day):
        if found is None:
            totals.missing.add(key)
        elif isinstance(found, str):
            totals.unreadable[key] = found
        else:
            insert(connection, ACCEPTED, ACCEPTED_TYPES, found.accepted)
            insert(connection, QUARANTINED, QUARANTINED_TYPES, found.quarantined)
            totals.add(found.row_count, found.rejected_count, found.counts)
        on_object()
    return totals


def create_table(connection: duckdb.DuckDBPyConnection, name: str, types: Mapping[str, str]) -> None:
    """Create an empty temporary table, in place of an older one."""
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    connection.execute(f"create or replace temp table {name} ({columns})")


def insert(connection: duckdb.DuckDBPyConnection, name: str, types: Mapping[str, str], rows: str) -> None:
    """Insert rows, as `rows_as_json` returns them, into a table with columns of these types."""
    if rows:
        connection.execute(f"insert into {name} {json_rows_sql(types)}", [rows])
