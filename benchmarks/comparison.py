"""Comparison of a peer's answer with what a lake publishes; a time counts only where both are the same."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flightlake.schema.tables.states import STATES

_VALUES = ", ".join(
    f"epoch_us({column.name})" if column.type == "timestamp" else column.name for column in STATES.columns
)


@dataclass(frozen=True)
class Published:
    """The newest commit of the one day that a lake holds.

    Attributes:
        files: patterns of its Parquet files by table.
    """

    counts: dict[str, int]
    files: dict[str, str]
    states_bytes: int


def published(lake: Path) -> Published:
    """Return counts, files and size of the visible commit of a lake of one day."""
    path = max((lake / "commits" / "states").glob("*/*.json"))
    record = json.loads(path.read_text())
    files = {table: f"{lake}/{folder.rstrip('/')}/*.parquet" for table, folder in record["folders"].items()}
    size = sum(file.stat().st_size for file in (lake / record["folders"]["states"]).glob("*.parquet"))
    return Published(record["counts"], files, size)


def differences(lake: Path, out: Path, counts: dict[str, Any]) -> list[str]:
    """Return how a peer's `states.parquet`, `quarantine.parquet` and counts differ from what a lake publishes.

    Compared are the rows of states, the counts, the counts by rule, and of rejected rows place, address and reasons.
    """
    ours = published(lake)
    found = [f"{name}: ours {n}, peer {counts[name]}" for name, n in ours.counts.items() if counts[name] != n]
    with duckdb.connect() as connection:
        scores = connection.sql(
            f"select rule, checked_count, failed_count from '{ours.files['quality_scores']}' where rule is not null"
        ).fetchall()
        found += [
            f"{rule}: ours {checked}, {failed}, peer {counts['rules'][rule]}"
            for rule, checked, failed in scores
            if counts["rules"][rule] != [checked, failed]
        ]
        pairs = {
            "states": (_VALUES, ours.files["states"], f"{out}/states.parquet"),
            "quarantine": (
                "raw_key, row_number::int, icao24, reasons",
                ours.files["states_quarantine"],
                f"{out}/quarantine.parquet",
            ),
        }
        for name, (columns, here, there) in pairs.items():
            sums = [_sums(connection, columns, files) for files in (here, there)]
            if sums[0] != sums[1]:
                found.append(f"{name}: contents differ, rows and sum of hashes: ours {sums[0]}, peer {sums[1]}")
    return found


def sums_of(states_files: str) -> tuple[int, int]:
    """Return row count and sum of hashes of the rows of `states` in some files; their order does not matter."""
    with duckdb.connect() as connection:
        return _sums(connection, _VALUES, states_files)


def _sums(connection: duckdb.DuckDBPyConnection, columns: str, files: str) -> tuple[int, int]:
    read = f"read_parquet('{files}', hive_partitioning = false)"
    ((count, total),) = connection.sql(f"select count(*), sum(hash(row({columns}))::hugeint) from {read}").fetchall()
    return int(count), int(total or 0)
