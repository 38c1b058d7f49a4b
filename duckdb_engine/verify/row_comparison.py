"""Comparison of a commit's rows with the recomputed ones in DuckDB."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import duckdb

from duckdb_engine.lake_tables import LakeTables
from duckdb_engine.types import DUCKDB_TYPES
from duckdb_engine.verify.recompute import ACCEPTED, QUARANTINED, create_table, insert
from duckdb_engine.verify.recompute_processes import rows_as_json
from flightlake.commits.record import CommitRecord
from flightlake.opensky.fields import decoded_name
from flightlake.publishing.recompute import RawTotals, canonical
from flightlake.publishing.verification import EXAMPLES, ComparedRows, SurplusRows
from flightlake.quality.scores import Score
from flightlake.schema.contract import Table
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE

_PUBLISHED_QUARANTINE = "published_quarantine"
_QUARANTINE_TYPES = {column.name: DUCKDB_TYPES[column.type] for column in STATES_QUARANTINE.columns}
_ROWS_AT_ONCE = 10_000

_RECOMPUTED: Mapping[Table, str] = {
    STATES: (
        f"from {ACCEPTED} qualify row_number() over (partition by icao24, snapshot_at_s "
        "order by last_contact_at_s desc, raw_key, row_number) = 1"
    ),
    STATES_QUARANTINE: f"from {QUARANTINED}",
}


def compare_rows(
    connection: duckdb.DuckDBPyConnection,
    lake_tables: LakeTables,
    head: CommitRecord,
    totals: RawTotals,
    written: list[Table],
) -> ComparedRows:
    """Return the differences between a commit's rows and those that `recompute` has put into tables of the connection.

    Args:
        connection: holds the recomputed rows.
        lake_tables: reads the lake's files through the connection.
        head: the visible commit.
        totals: of the raw responses.
        written: the tables of the commit that have files.
    """
    rows = _Comparison(connection, lake_tables, head)
    return ComparedRows(
        totals,
        rows.row_count(_RECOMPUTED[STATES]),
        {table: rows.both_surplus(table) for table in _RECOMPUTED if table in written},
        rows.published_scores() if QUALITY_SCORES in written else [],
        rows.checksums() if STATES in written else None,
    )


@dataclass(frozen=True)
class _Comparison:
    connection: duckdb.DuckDBPyConnection
    lake_tables: LakeTables
    head: CommitRecord

    def both_surplus(self, table: Table) -> tuple[SurplusRows, SurplusRows]:
        published, recomputed = self._published(table), _selected(table, _RECOMPUTED[table])
        return self._surplus(table, published, recomputed), self._surplus(table, recomputed, published)

    def published_scores(self) -> list[Score]:
        columns = ", ".join(field.name for field in fields(Score))
        rows = self.connection.execute(f"select {columns} {self._files(QUALITY_SCORES)}").fetchall()
        return [Score(*row) for row in rows]

    def checksums(self) -> tuple[str, str]:
        return self._checksum(self._published(STATES)), self._checksum(_selected(STATES, _RECOMPUTED[STATES]))

    def _published(self, table: Table) -> str:
        if table == STATES_QUARANTINE:
            self._load_quarantine()
            return f"from {_PUBLISHED_QUARANTINE}"
        return f"select {_names(table)} {self._files(table)}"

    def _load_quarantine(self) -> None:
        """Copy the published rejects into a table, raw texts in canonical form, which only Python can give them."""
        create_table(self.connection, _PUBLISHED_QUARANTINE, _QUARANTINE_TYPES)
        # A cursor, because the insertions end what runs on the connection itself.
        found = self.connection.cursor().execute(f"select {_texts(STATES_QUARANTINE)} {self._files(STATES_QUARANTINE)}")
        while batch := found.fetchmany(_ROWS_AT_ONCE):
            rows = ((*row[:-1], canonical(row[-1])) for row in batch)
            insert(self.connection, _PUBLISHED_QUARANTINE, _QUARANTINE_TYPES, rows_as_json(_QUARANTINE_TYPES, rows))

    def _files(self, table: Table) -> str:
        folders = {self.head.day: self.head.folders[table.name]}
        return f"from ({self.lake_tables.relation(self.connection, table, folders)})"

    def _surplus(self, table: Table, these: str, others: str) -> SurplusRows:
        query = f"from (({these}) except all ({others}))"
        count = self.row_count(query)
        if not count:
            return SurplusRows()
        first = f"select * {query} order by all nulls first limit {EXAMPLES}"
        rows = self.connection.execute(f"select {_texts(table)} from ({first}) order by all nulls first").fetchall()
        names = [column.name for column in table.columns]
        return SurplusRows(count, tuple(dict(zip(names, row, strict=True)) for row in rows))

    def _checksum(self, query: str) -> str:
        row = self.connection.execute(
            f"select coalesce(sum(hash({_names(STATES)})::hugeint), 0) from ({query})"
        ).fetchone()
        return f"{int(row[0]) % 2**64:016x}" if row else ""

    def row_count(self, query: str) -> int:
        row = self.connection.execute(f"select count(*) from ({query})").fetchone()
        return int(row[0]) if row else 0


def _selected(table: Table, source: str) -> str:
    """Return a `select` of a table's columns from decoded ones, instants as timestamps."""
    columns = ", ".join(
        f"make_timestamp({decoded_name(column)} * 1000000) as {column.name}"
        if column.type == "timestamp"
        else column.name
        for column in table.columns
    )
    return f"select {columns} {source}"


def _texts(table: Table) -> str:
    """Return a table's columns, instants as texts."""
    return ", ".join(
        f"{column.name}::varchar as {column.name}" if column.type == "timestamp" else column.name
        for column in table.columns
    )


def _names(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)
