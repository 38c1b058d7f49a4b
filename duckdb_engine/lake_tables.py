"""The lake's tables as DuckDB relations over exactly the files that the catalog makes visible."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from duckdb_engine.object_cache import ObjectCache
from duckdb_engine.quoting import glob_escaped, quoted_name, quoted_text
from duckdb_engine.raw_objects import RawObjects, suffix_of
from duckdb_engine.types import DUCKDB_TYPES
from flightlake.errors import StorageError
from flightlake.lake import Lake
from flightlake.layout import ARCHIVE_INDEX_PREFIX
from flightlake.schema.contract import Column, Table
from flightlake.schema.tables.raw import RAW_STATES
from flightlake.schema.tables.registry import RAW_TABLES

_LARGEST_RESPONSE_BYTES = 64 * 1024 * 1024


class LakeTables:
    """Gives each table of a lake as SQL that reads its visible files.

    Args:
        lake: the lake.
        cache_root: where copies of a bucket's objects are kept.
    """

    def __init__(self, lake: Lake, cache_root: Path) -> None:
        self._lake = lake
        self._cache = ObjectCache(lake.store, lake.address, cache_root, root=lake.root)
        self._raw_objects = RawObjects(lake, self._cache)

    @property
    def folders(self) -> list[str]:
        """Return the folders of all files that the tables may read, plain and escaped for patterns."""
        root = self._lake.root
        folders = [self._cache.folder] if root is None else [root / "curated", root / "raw", self._cache.folder]
        return [*map(str, folders), *map(glob_escaped, folders)]

    def relation(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Table,
        partitions: Mapping[date, str],
        wanted: str | None = None,
    ) -> str:
        """Return a `select` of the table's columns in the contract's order and types.

        Args:
            connection: will read it.
            table: of the contract.
            partitions: the visible folders of a curated table's days.
            wanted: a `select` of a raw table's partitions from `partitions`; the others need not be there.

        Raises:
            StorageError: a visible folder has no files, or one that cannot be read.
            UsageError: more of a bucket's raw objects is asked for than one query may fetch.
        """
        if table in RAW_TABLES:
            scan = self._raw_scan(connection, table, wanted)
        else:
            scan = self._parquet_scan(table, partitions)
        present = _columns_of(connection, scan, table) if scan else set()
        columns = ", ".join(
            f"{_cast(_stored(column, present), DUCKDB_TYPES[column.type])} as {quoted_name(column.name)}"
            for column in table.all_columns
        )
        # Every name comes from the contract, every path is a quoted literal.
        return f"select {columns} from {scan}" if scan else f"select {columns} where false"

    def _parquet_scan(self, table: Table, partitions: Mapping[date, str]) -> str | None:
        day_column = table.partition_columns[0].name
        paths = [path for day, folder in sorted(partitions.items()) for path in self._files(table, day, folder)]
        if not paths:
            return None
        files = ", ".join(quoted_text(glob_escaped(path)) for path in paths)
        # hive_types: the day is a date and nothing else in a path becomes a type by guessing.
        return (
            f"read_parquet([{files}], union_by_name = true, hive_partitioning = true, "
            f"hive_types = {{'{day_column}': DATE}}, hive_types_autocast = false)"
        )

    def _files(self, table: Table, day: date, folder: str) -> list[Path]:
        prefix = folder if folder.endswith("/") else f"{folder}/"
        if f"/{table.partition_columns[0].name}={day.isoformat()}/" not in prefix:
            raise StorageError(
                f"the catalog shows {prefix} as {day} of {table.name}, but the folder is of another day; "
                f"`flightlake convert --date {day}` publishes the day anew"
            )
        keys = [entry.key for entry in self._lake.store.list(prefix)]
        if not keys:
            raise StorageError(
                f"{table.name} of {day}: the folder {prefix} that the catalog shows is missing or empty; "
                f"`flightlake convert --date {day}` publishes the day anew"
            )
        data = [key for key in keys if key.endswith(".parquet")]
        root = self._lake.root
        return self._cache.paths(data) if root is None else [root / key for key in data]

    def _raw_scan(self, connection: duckdb.DuckDBPyConnection, table: Table, wanted: str | None) -> str | None:
        files = self._raw_files(connection, table, wanted)
        if not files:
            return None
        # By the file's name DuckDB would find out itself, but not in a folder whose name has a question mark.
        compression = "gzip" if table == RAW_STATES else "none"
        names = [(name, column.type) for column in table.columns for name in _stored_names(column)]
        columns = ", ".join(f"'{name}': '{DUCKDB_TYPES[kind]}'" for name, kind in names)
        return (
            f"read_json([{', '.join(map(quoted_text, files))}], columns = {{{columns}}}, format = 'unstructured', "
            f"compression = '{compression}', "
            f"maximum_object_size = {_LARGEST_RESPONSE_BYTES}, hive_partitioning = true, hive_types_autocast = false)"
        )

    def _raw_files(self, connection: duckdb.DuckDBPyConnection, table: Table, wanted: str | None) -> list[str]:
        """Return patterns of a raw table's files."""
        root = self._lake.root
        if root is None or (table == RAW_STATES and self._has(ARCHIVE_INDEX_PREFIX)):
            return [glob_escaped(path) for path in self._raw_objects.paths(connection, table, wanted)]
        if not self._has(RAW_TABLES[table]):
            return []
        # DuckDB itself opens only what the query's conditions let pass.
        return [f"{glob_escaped(root)}/{RAW_TABLES[table]}{'*/' * len(table.partition_columns)}*{suffix_of(table)}"]

    def _has(self, prefix: str) -> bool:
        return next(iter(self._lake.store.list(prefix)), None) is not None


def _stored_names(column: Column) -> tuple[str, ...]:
    """Return the names that a column has in files, today's first."""
    return (column.name,) if column.former_name is None else (column.name, column.former_name)


def _stored(column: Column, present: set[str]) -> str:
    """Return the value of a column in files that may be of an earlier release."""
    names = [quoted_name(name) for name in _stored_names(column) if name in present]
    return f"coalesce({', '.join(names)})" if names else "null"


def _cast(column: str, kind: str) -> str:
    """Return the column as a type; instants to the millisecond, which is all that Athena sees of them."""
    plain = f"cast({column} as {kind})"
    return f"cast(cast({plain} as timestamp_ms) as timestamp)" if kind == "TIMESTAMP" else plain


def _columns_of(connection: duckdb.DuckDBPyConnection, scan: str, table: Table) -> set[str]:
    try:
        # Every part of the scan is a quoted literal.
        rows = connection.execute(f"describe select * from {scan}").fetchall()
    except duckdb.Error as exc:
        raise StorageError(f"cannot read the files of {table.name}: {str(exc).splitlines()[0]}") from exc
    return {str(row[0]) for row in rows}
