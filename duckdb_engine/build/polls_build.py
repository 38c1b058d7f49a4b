"""One day of `polls` built with DuckDB: small ledger records to one Parquet file. Publishes nothing."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from duckdb_engine.build.files import DayFolder
from flightlake.commits.record import DayCounts, Unreadable
from flightlake.errors import StorageError
from flightlake.lake import Lake
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.raw_day import RawDay
from flightlake.schema.contract import Column
from flightlake.schema.tables.polls import POLLS
from flightlake.timestamps import parse_timestamp

_STORED_TYPES = {"timestamp": "TIMESTAMPTZ", "string": "VARCHAR", "int": "INTEGER"}
_LARGEST_INT = 2**31 - 1


def build_polls(
    connection: duckdb.DuckDBPyConnection, lake: Lake, raw: RawDay, folders: dict[str, str], scratch: Path
) -> DayBuild:
    """Write a day's ledger records into a new folder and return what it holds.

    A record that is no JSON of the contract's columns costs itself: it is reported as unreadable.
    """
    columns = ", ".join(f"{column.name} {_STORED_TYPES[column.type]}" for column in POLLS.columns)
    connection.execute(f"create temp table polls ({columns})")
    records = dict(_records(lake, raw))
    if records:
        marks = ", ".join("?" * len(POLLS.columns))
        connection.executemany(f"insert into polls values ({marks})", list(records.values()))
    folder = DayFolder(lake, POLLS, folders[POLLS.name], scratch)
    folder.write(connection, 0, "select * from polls order by scheduled_at, source")
    unreadable = [Unreadable(key, "not a ledger record of this day") for key in sorted(raw.keys - records.keys())]
    counts = DayCounts(raw_rows=len(records), curated=folder.row_count(connection), quarantined=0, duplicates=0)
    return DayBuild(folders, tuple(sorted(raw.keys)), counts, None, "", tuple(unreadable))


def _records(lake: Lake, raw: RawDay) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield key and values of each object that is a ledger record.

    Raises:
        StorageError: an object cannot be read; nothing must be published.
    """
    for info in raw.objects:
        try:
            document = json.loads(lake.store.get(info.key))
            yield info.key, tuple(_value(column, document) for column in POLLS.columns)
        except StorageError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            continue


def _value(column: Column, document: dict[str, Any]) -> str | int | datetime | None:
    """Return a column's value in a record.

    Raises:
        ValueError, TypeError: it is of another type than the column, or a poll without a time or an outcome.
    """
    value = document.get(column.name)
    if value is None and column.former_name is not None:
        value = document.get(column.former_name)
    if value is None:
        if column.name in ("scheduled_at", "outcome"):
            raise ValueError(column.name)
        return None
    if column.type == "timestamp":
        return parse_timestamp(value)
    if column.type == "int" and (type(value) is not int or abs(value) > _LARGEST_INT):
        raise ValueError(column.name)
    if column.type == "string" and not isinstance(value, str):
        raise TypeError(column.name)
    found: str | int = value
    return found
