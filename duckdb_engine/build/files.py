"""Parquet files of a day: written by DuckDB into a new folder of the lake, and read back for the audit."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path

import duckdb

from duckdb_engine.quoting import glob_escaped, quoted_text
from flightlake.errors import ContractViolationError
from flightlake.lake import Lake
from flightlake.schema.contract import Table

_ROW_GROUP_ROWS = 500_000
_DICTIONARY_VALUES = 5_000
"""Columns with more distinct values in a row group are stored plain: positions, of which a dictionary saves nothing."""

_SMALL_LEVEL, _LEVEL = 11, 6
"""Zstandard levels of days in one file, and of days in several: level 11 saves 4 % and takes twice the time."""

_STORED_TYPES = {
    "string": "VARCHAR",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "array<string>": "VARCHAR[]",
}


@dataclass(frozen=True)
class DayFolder:
    """A new folder of one table's day, written file by file.

    Attributes:
        key: prefix of the folder in the lake.
        scratch: local folder for files that are uploaded to a bucket.
    """

    lake: Lake
    table: Table
    key: str
    scratch: Path

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        number: int,
        rows: str,
        *,
        row_count: int = _ROW_GROUP_ROWS,
        is_large: bool = False,
    ) -> None:
        """Write the rows of a query, in the contract's columns and in its order, as one file.

        Args:
            connection: runs the query.
            number: of the file.
            rows: the query.
            row_count: about how many rows it gives: row groups are written side by side, so they have equal parts.
            is_large: whether the day has several files.
        """
        name = f"part-{number:05d}.zstd.parquet"
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        level = _LEVEL if is_large else _SMALL_LEVEL
        group_rows = ceil(row_count / ceil(row_count / _ROW_GROUP_ROWS)) if row_count else _ROW_GROUP_ROWS
        connection.execute(
            f"copy ({rows}) to {quoted_text(str(path))} (format parquet, compression zstd, compression_level {level}, "
            f"row_group_size {group_rows}, dictionary_size_limit {_DICTIONARY_VALUES})"
        )
        self._audit(connection, path)
        if self.lake.root is None:
            self.lake.store.put_if_absent(f"{self.key}{name}", path.read_bytes())

    def row_count(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Return the rows of the folder as the files' footers say, after making the files durable."""
        self.lake.store.make_durable(self.key)
        files = quoted_text(f"{glob_escaped(self._path(''))}/*.parquet")
        row = connection.execute(f"select coalesce(sum(num_rows), 0) from parquet_file_metadata({files})").fetchone()
        return int(row[0]) if row else 0

    def _path(self, name: str) -> Path:
        folder = self.scratch / self.table.name if self.lake.root is None else self.lake.root / self.key
        return folder / name

    def _audit(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        file = quoted_text(glob_escaped(path))
        # Not by name: a folder such as snapshot_date=2026-05-08 would become a column.
        described = connection.execute(f"describe select * from read_parquet({file}, hive_partitioning = false)")
        written = [(str(row[0]), str(row[1])) for row in described.fetchall()]
        expected = [(column.name, _STORED_TYPES[column.type]) for column in self.table.columns]
        if written != expected:
            raise ContractViolationError(
                f"{self.key}: columns {written}, the contract of {self.table.name} says {expected}"
            )
