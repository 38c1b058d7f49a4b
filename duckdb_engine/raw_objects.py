"""Raw objects of a lake as local files: only the partitions that a query can need.

For a lake in a bucket, and for one in a folder whose past days are archived.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb

from duckdb_engine.object_cache import ObjectCache
from duckdb_engine.quoting import quoted_text
from flightlake.errors import UsageError
from flightlake.lake import Lake
from flightlake.ports import ObjectInfo
from flightlake.schema.contract import Table
from flightlake.schema.tables.raw import RAW_STATES
from flightlake.schema.tables.registry import RAW_TABLES

LARGEST_FETCH_BYTES = 2 * 1024**3
"""What one query may fetch: about a week of global responses, each 300 kB, at one in 90 seconds."""

Partition = tuple[str, ...]


class RawObjects:
    """Fetches raw objects of one lake, each once.

    Args:
        lake: the lake.
        cache: where the copies are kept.
        largest_fetch_bytes: sum of the sizes of what one query may fetch.
    """

    def __init__(self, lake: Lake, cache: ObjectCache, largest_fetch_bytes: int = LARGEST_FETCH_BYTES) -> None:
        self._lake = lake
        self._cache = cache
        self._largest_fetch_bytes = largest_fetch_bytes

    def paths(self, connection: duckdb.DuckDBPyConnection, table: Table, wanted: str | None) -> list[Path]:
        """Return copies of a raw table's objects, in the order of keys.

        Args:
            connection: finds the wanted partitions.
            table: `raw_states` or `raw_polls`.
            wanted: a `select` of partitions from `partitions`; the others are left out. None for everything.

        Raises:
            UsageError: more would have to be fetched than one query may.
        """
        found: dict[Partition, list[ObjectInfo]] = defaultdict(list)
        for partition, info in self._listed(table):
            found[partition].append(info)
        kept = found.keys() if wanted is None else _wanted(connection, table, list(found), wanted)
        infos = [info for partition in found if partition in kept for info in found[partition]]
        self._check_size(table, [info for info in infos if not self._cache.has(info.key)])
        return self._cache.paths(info.key for info in infos)

    def _listed(self, table: Table) -> Iterator[tuple[Partition, ObjectInfo]]:
        folders = "".join(rf"{column.name}=([^/]+)/" for column in table.partition_columns)
        pattern = re.compile(rf"{RAW_TABLES[table]}{folders}[^/]+{re.escape(suffix_of(table))}")
        for info in self._lake.store.list(RAW_TABLES[table]):
            if (parts := pattern.fullmatch(info.key)) is not None:
                yield parts.groups(), info

    def _check_size(self, table: Table, missing: list[ObjectInfo]) -> None:
        size = sum(info.size_bytes for info in missing)
        if size <= self._largest_fetch_bytes:
            return
        names = [column.name for column in table.partition_columns]
        example = " and ".join(f"{name} = '...'" for name in names)
        raise UsageError(
            f"{table.name}: the query would fetch {len(missing):,} objects of {size / 1024**2:,.0f} MB from "
            f"{self._lake.address}, at most {self._largest_fetch_bytes / 1024**2:,.0f} MB are; "
            f"ask for less of it (where {example}), or ask Athena"
        )


def suffix_of(table: Table) -> str:
    """Return how the names of a raw table's objects end."""
    return ".json.gz" if table == RAW_STATES else ".json"


def _wanted(
    connection: duckdb.DuckDBPyConnection, table: Table, partitions: list[Partition], wanted: str
) -> set[Partition]:
    if not partitions:
        return set()
    names = ", ".join(f'"{column.name}"' for column in table.partition_columns)
    rows = ", ".join(f"({', '.join(map(quoted_text, partition))})" for partition in partitions)
    # A condition that fails here fails in the query too, where it can be shown at its place.
    with suppress(duckdb.Error):
        # Every value is a quoted literal, every name the contract's.
        return set(connection.execute(f"with partitions({names}) as (values {rows}) {wanted}").fetchall())
    return set(partitions)
