"""Recomputation of a commit's raw objects in plain Python, their rows into DuckDB tables."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import duckdb

from duckdb_engine.json_rows import json_rows_sql
from duckdb_engine.types import DUCKDB_TYPES
from flightlake.commits.record import CommitRecord
from flightlake.errors import DamagedArchiveError, InvalidResponseError, ObjectNotFoundError
from flightlake.opensky.fields import STORED_FIELDS, decoded_name
from flightlake.ports import ObjectStore
from flightlake.publishing.recompute import RawTotals, RecomputedResponse, expected_totals, recompute_response
from flightlake.schema.contract import Table
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE

ACCEPTED = "recomputed_accepted"
"""DuckDB table of the rows to be published, repeats included, with `raw_key` and `row_number`."""

QUARANTINED = "recomputed_quarantine"
"""DuckDB table of the rejected rows, raw texts in canonical form."""


def _decoded_types(table: Table) -> dict[str, str]:
    # Instants are Unix seconds here.
    types = DUCKDB_TYPES | {"timestamp": "BIGINT"}
    return {decoded_name(column): types[column.type] for column in table.columns}


_STATES_TYPES = _decoded_types(STATES)
_ACCEPTED_TYPES = {
    name: _STATES_TYPES[name] for name in (*(field.name for field in STORED_FIELDS), "snapshot_at_s")
} | {
    "raw_key": "VARCHAR",
    "row_number": "INTEGER",
}
_QUARANTINED_TYPES = _decoded_types(STATES_QUARANTINE)


def recompute(
    connection: duckdb.DuckDBPyConnection, store: ObjectStore, head: CommitRecord, on_object: Callable[[], None]
) -> RawTotals:
    """Read a commit's raw objects one by one, their rows into `ACCEPTED` and `QUARANTINED`, and return their totals."""
    create_table(connection, ACCEPTED, _ACCEPTED_TYPES)
    create_table(connection, QUARANTINED, _QUARANTINED_TYPES)
    keys, totals = expected_totals(head)
    for key in keys:
        try:
            found = recompute_response(key, store.get(key), head.day)
        except ObjectNotFoundError:
            totals.missing.add(key)
        except (InvalidResponseError, DamagedArchiveError) as error:
            totals.unreadable[key] = str(error)
        else:
            _insert_response(connection, found)
            totals.add(found.evaluation.row_count, len(found.evaluation.rejections), found.evaluation.counts)
        on_object()
    return totals


def create_table(connection: duckdb.DuckDBPyConnection, name: str, types: Mapping[str, str]) -> None:
    """Create an empty temporary table, in place of an older one."""
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    connection.execute(f"create or replace temp table {name} ({columns})")


def insert(
    connection: duckdb.DuckDBPyConnection, name: str, types: Mapping[str, str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert rows into a table with columns of these types."""
    values = dict(zip(types, zip(*rows, strict=True), strict=False))
    if not values:
        return
    connection.execute(f"insert into {name} {json_rows_sql(types)}", [json.dumps(values)])


def _insert_response(connection: duckdb.DuckDBPyConnection, found: RecomputedResponse) -> None:
    accepted = ((*row[2:], found.response.time_s, found.raw_key, number) for number, row in found.accepted())
    insert(connection, ACCEPTED, _ACCEPTED_TYPES, accepted)
    insert(connection, QUARANTINED, _QUARANTINED_TYPES, found.quarantined())
