"""The lake's tables as DuckDB relations over exactly the files that the catalog makes visible."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from lake.adapters.opening import Lake
from lake.contract import Table
from lake.errors import StorageError, UsageError
from lake.tables import RAW_STATES, RAW_TABLES
from local.athena.translation import contract_columns, duckdb_type
from local.object_cache import ObjectCache

_LARGEST_RESPONSE_BYTES = 64 * 1024 * 1024


class LakeTables:
    """Gives each table of a lake as SQL that reads its visible files.

    Args:
        lake: the lake.
        cache_root: where copies of a bucket's objects are kept.
    """

    def __init__(self, lake: Lake, cache_root: Path) -> None:
        self._lake = lake
        self._cache = ObjectCache(lake.store, lake.address, cache_root)

    @property
    def folders(self) -> list[str]:
        """Return the folders in which all files lie that the tables may read, plain and as patterns name them."""
        root = self._lake.root
        folders = [self._cache.folder] if root is None else [root / "curated", root / "raw"]
        return [*map(str, folders), *map(_glob_escaped, folders)]

    def relation(self, connection: duckdb.DuckDBPyConnection, table: Table, partitions: Mapping[date, str]) -> str:
        """Return a `select` of the table's columns in the contract's order and types.

        Raises:
            StorageError: a visible folder has no files, or one that cannot be read.
            UsageError: what was received by a lake in a bucket is asked for.
        """
        scan = self._raw_scan(table) if table in RAW_TABLES else self._parquet_scan(table, partitions)
        present = _columns_of(connection, scan, table) if scan else set()
        columns = ", ".join(
            f"cast({_quoted(name) if name in present else 'null'} as {duckdb_type(kind)}) as {_quoted(name)}"
            for name, kind in contract_columns(table.all_columns).items()
        )
        # Every name comes from the contract, every path is a quoted literal.
        return f"select {columns} from {scan}" if scan else f"select {columns} where false"

    def _parquet_scan(self, table: Table, partitions: Mapping[date, str]) -> str | None:
        day_column = table.partition_columns[0].name
        paths = [path for day, folder in sorted(partitions.items()) for path in self._files(table, day, folder)]
        if not paths:
            return None
        files = ", ".join(quoted_text(_glob_escaped(path)) for path in paths)
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

    def _raw_scan(self, table: Table) -> str | None:
        root = self._lake.root
        if root is None:
            raise UsageError(
                f"{table.name} of a lake in a bucket is not read from here; ask Athena, or query a folder lake"
            )
        if next(iter(self._lake.store.list(RAW_TABLES[table])), None) is None:
            return None
        # By the file's name DuckDB would find out itself, but not in a folder whose name has a question mark.
        suffix, compression = (".json.gz", "gzip") if table == RAW_STATES else (".json", "none")
        pattern = f"{_glob_escaped(root)}/{RAW_TABLES[table]}{'*/' * len(table.partition_columns)}*{suffix}"
        columns = ", ".join(
            f"'{name}': '{duckdb_type(kind)}'" for name, kind in contract_columns(table.columns).items()
        )
        return (
            f"read_json({quoted_text(pattern)}, columns = {{{columns}}}, format = 'unstructured', "
            f"compression = '{compression}', "
            f"maximum_object_size = {_LARGEST_RESPONSE_BYTES}, hive_partitioning = true, hive_types_autocast = false)"
        )


def _columns_of(connection: duckdb.DuckDBPyConnection, scan: str, table: Table) -> set[str]:
    try:
        # Every part of the scan is a quoted literal.
        rows = connection.execute(f"describe select * from {scan}").fetchall()
    except duckdb.Error as exc:
        raise StorageError(f"cannot read the files of {table.name}: {str(exc).splitlines()[0]}") from exc
    return {str(row[0]) for row in rows}


def _glob_escaped(path: Path) -> str:
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def quoted_text(text: str) -> str:
    """Return the text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
