"""Small lakes from literal rows: Parquet files in commit folders, made visible as a conversion would."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from flightlake.lake import Lake
from flightlake.layout import commit_prefix, gzipped, raw_states_key, table_prefix
from flightlake.schema.contract import Table
from flightlake.schema.tables.registry import table_named
from flightlake.storage.open_lake import open_lake

DAY = date(2026, 5, 8)

Row = Mapping[str, Any]


def at(clock: str, day: date = DAY) -> datetime:
    """Return an instant of the day, such as at("10:30") or at("10:30:05"), in UTC."""
    return datetime.fromisoformat(f"{day.isoformat()}T{clock}+00:00")


def a_state(**changes: Any) -> dict[str, Any]:
    """Return a good row of `states`: an airliner in cruise, with the given fields changed."""
    good = {
        "icao24": "3c6444",
        "callsign": "DLH9LF",
        "origin_country": "Germany",
        "position_at": at("12:00"),
        "last_contact_at": at("12:00"),
        "longitude_deg": 8.5,
        "latitude_deg": 50.25,
        "baro_altitude_m": 10_668.0,
        "on_ground": False,
        "ground_speed_mps": 230.0,
        "true_track_deg": 90.0,
        "vertical_rate_mps": 0.0,
        "geo_altitude_m": 10_820.0,
        "squawk": "1000",
        "is_special_purpose": False,
        "position_source": 0,
        "category": None,
        "snapshot_at": at("12:00"),
    }
    unknown = set(changes) - set(good)
    assert not unknown, unknown
    return good | changes


def a_poll(clock: str, outcome: str = "landed", *, day: date = DAY, **changes: Any) -> dict[str, Any]:
    """Return a row of `polls`: due at the given time, landed with 100 rows for 4 credits, or of another outcome."""
    has_response = outcome in ("landed", "duplicate")
    return {
        "scheduled_at": at(clock, day),
        "polled_at": at(clock, day) if has_response else None,
        "outcome": outcome,
        "reason": None if has_response else f"because {outcome}",
        "source": "https://opensky-network.org",
        "credits_spent": 4 if has_response else 0,
        "credits_left": 3_996,
        "row_count": 100 if has_response else None,
        "raw_key": f"raw/states/{clock}" if has_response else None,
    } | changes


def a_score(
    dimension: str | None, rule: str | None, *, checked: int, failed: int, score: float | None
) -> dict[str, Any]:
    """Return a row of `quality_scores`."""
    severity = "warn" if rule else None
    counts = {"checked_count": checked, "failed_count": failed, "score": score}
    return {"dimension": dimension, "rule": rule, "severity": severity} | counts


def a_rejected(row_number: int, reasons: Sequence[str] | None, **changes: Any) -> dict[str, Any]:
    """Return a row of `states_quarantine`."""
    good = {"icao24": "3c6444", "snapshot_at": at("12:00"), "raw_key": "raw/states/a", "row_number": row_number}
    return good | {"reasons": reasons, "raw_row": f'["row {row_number}"]'} | changes


class LakeBuilder:
    """A lake in a folder, filled by hand."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lake: Lake = open_lake(str(root), create=True)

    def publish(
        self, table_name: str, rows: Iterable[Row], *, day: date = DAY, commit: str = "c1", zoned: bool = True
    ) -> str:
        """Write the rows as one commit of one day and let readers see it; return its folder.

        With `zoned` instants are written as Spark writes them, adjusted to UTC.
        """
        table = table_named(table_name)
        folder = self.write(table, rows, day=day, commit=commit, zoned=zoned)
        self.lake.catalog.create_table(table, table_prefix(table.name))
        self.lake.catalog.move_pointer(table, day, folder)
        return folder

    def write(self, table: Table, rows: Iterable[Row], *, day: date, commit: str, zoned: bool = True) -> str:
        """Write the rows as one commit of one day that nobody sees yet; return its folder."""
        folder = commit_prefix(table.name, table.partition_columns[0].name, day, commit)
        (self.root / folder).mkdir(parents=True)
        kinds = ", ".join(f"{column.name} {_duckdb_type(column.type, zoned=zoned)}" for column in table.columns)
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"create table t ({kinds})")
            for row in rows:
                names = ", ".join(row)
                connection.execute(f"insert into t ({names}) values ({', '.join('?' * len(row))})", list(row.values()))
            connection.table("t").write_parquet(str(self.root / folder / "part-00000.parquet"))
        return folder

    def land(self, snapshot_at: datetime, body: bytes) -> str:
        """Store a response as the poller would; return its key."""
        key = raw_states_key(snapshot_at.astimezone(UTC), body)
        self.lake.store.put_if_absent(key, gzipped(body))
        return key


def _duckdb_type(kind: str, *, zoned: bool) -> str:
    if kind == "timestamp":
        return "timestamptz" if zoned else "timestamp"
    return {"array<string>": "varchar[]", "string": "varchar"}.get(kind, kind)
