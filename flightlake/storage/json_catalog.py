"""The catalog of a lake in a folder: one JSON file beside the data, to be read by people and engines alike."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from flightlake.errors import StorageError
from flightlake.layout import CATALOG_KEY
from flightlake.schema.contract import Table, glue_columns
from flightlake.storage.durable_files import exclusive_lock, make_folders, replace_file, storage_errors
from flightlake.storage.partitioning import day_column

_Tables = dict[str, dict[str, Any]]
"""Of each table by name: what readers need to know, and under "partitions" the folder of each day (ISO date)."""


class JsonCatalog:
    """Tables and the visible folder of each of their days, in one file under the lake's root.

    Writers take turns under a lock; readers need none, since the file changes in one step.
    """

    def __init__(self, root: Path) -> None:
        self._path = root.absolute() / CATALOG_KEY

    def create_table(self, table: Table, location: str) -> None:
        """Make the table known; an existing one gets the contract's columns, and keeps its partitions."""
        with self._changed() as tables:
            partitions = tables.get(table.name, {}).get("partitions", {})
            tables[table.name] = {
                "grain": table.grain,
                "format": table.format,
                "location": location,
                "columns": glue_columns(table.columns),
                "partition_columns": glue_columns(table.partition_columns),
                "partitions": partitions,
            }

    def partitions(self, table: Table) -> dict[date, str]:
        """Return the visible folder of each day, in the order of days.

        It is empty where the table is not known yet, and for a table that is not partitioned by day.

        Raises:
            StorageError: the catalog's file cannot be read.
        """
        folders = self._tables().get(table.name, {}).get("partitions", {})
        return {date.fromisoformat(day): folders[day] for day in sorted(folders)}

    def move_pointer(self, table: Table, day: date, location: str) -> None:
        """Let readers see this folder for this day from now on, in one step.

        Raises:
            StorageError: the table is not known, or is not partitioned by day.
        """
        day_column(table)
        with self._changed() as tables:
            if table.name not in tables:
                raise StorageError(f"the catalog {self._path} has no table {table.name}: create the table first")
            tables[table.name]["partitions"][day.isoformat()] = location

    @contextmanager
    def _changed(self) -> Iterator[_Tables]:
        """Yield the tables for changing, alone among all writers, and keep what the block made of them."""
        with storage_errors("write", self._path):
            make_folders(self._path.parent)
            with exclusive_lock(self._path):
                before = self._tables()
                tables = json.loads(json.dumps(before))
                yield tables
                if tables != before:
                    text = json.dumps({"tables": tables}, indent=2, sort_keys=True, ensure_ascii=False)
                    replace_file(self._path, f"{text}\n".encode())

    def _tables(self) -> _Tables:
        with storage_errors("read", self._path):
            try:
                text = self._path.read_bytes()
            except FileNotFoundError:
                return {}
        return self._parsed(text)

    def _parsed(self, text: bytes) -> _Tables:
        try:
            tables: _Tables = json.loads(text)["tables"]
            for table in tables.values():
                for day, folder in table["partitions"].items():
                    date.fromisoformat(day)
                    folder.encode()
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StorageError(
                f"the catalog {self._path} is broken ({type(error).__name__}: {error}); the commit log is the truth "
                "and the catalog only its projection: delete this file, and the next convert makes it anew"
            ) from error
        return tables
