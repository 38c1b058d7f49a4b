"""A lake whose reads can be counted: three days, each of `states` one file of four row groups."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from support.lakes import LakeBuilder, a_poll, a_rejected, a_score, at

from flightlake.layout import commit_prefix, table_prefix
from flightlake.schema.tables.states import STATES

DAYS = (date(2025, 9, 5), date(2025, 9, 6), date(2025, 9, 7))
"""The published queries ask about the second."""

ROW_GROUPS = 4
_ROWS_PER_GROUP = 2048
"""DuckDB makes no smaller ones."""

AIRCRAFT = "000011"
"""Of the second row group: each has 128 rows, so that a group holds sixteen."""

_ORDINARY = f"""
    select printf('%06x', range // 128) as icao24, 'DLH' || range % 7 as callsign, 'Germany' as origin_country,
        day + interval (range % 128 * 600 + 3) second as position_at,
        day + interval (range % 128 * 600 + 5) second as last_contact_at, 8.5 as longitude_deg, 50.25 as latitude_deg,
        3048.0 as baro_altitude_m, range % 9 = 0 as on_ground, 230.0 as ground_speed_mps, 90.0 as true_track_deg,
        0.1 as vertical_rate_mps, 3100.0 as geo_altitude_m, '1000' as squawk, false as is_special_purpose,
        0 as position_source, null::integer as category, day + interval (range % 128 * 600 + 6) second as snapshot_at
    from range({ROW_GROUPS * _ROWS_PER_GROUP}), (select timestamptz '{{day}} 00:00:00Z' as day)
"""

_LOW_OR_HIGH = {
    "callsign": ("''", "'zzzzzzzzz'"),
    "origin_country": ("''", "'zz'"),
    "position_at": ("timestamptz '2012-01-01 00:00:00Z'", "timestamptz '2030-01-01 00:00:00Z'"),
    "last_contact_at": ("timestamptz '2012-01-01 00:00:00Z'", "null"),
    "longitude_deg": ("-999", "null"),
    "latitude_deg": ("-999", "null"),
    "baro_altitude_m": ("-1e6", "null"),
    "geo_altitude_m": ("-1e6", "null"),
    "ground_speed_mps": ("-1", "1e6"),
    "vertical_rate_mps": ("-1e6", "1e6"),
    "squawk": ("''", "'7700'"),
}
"""What two rows of each row group hold, so that no extreme of a column tells that its values need not be read."""

_ODD = ", ".join(
    f"case range % {_ROWS_PER_GROUP} when 7 then {low} when 8 then {high} else {name} end as {name}"
    for name, (low, high) in _LOW_OR_HIGH.items()
)
_STATES = f"select * exclude (range) replace ({_ODD}) from ({_ORDINARY.replace('select', 'select range,', 1)})"


def scanned_lake(root: Path) -> LakeBuilder:
    """Publish every curated table for each of the days."""
    builder = LakeBuilder(root)
    for day in DAYS:
        _publish_states(builder, day)
        builder.publish("states_quarantine", [a_rejected(1, ["velocity"], snapshot_at=at("12:00", day))], day=day)
        builder.publish("quality_scores", _scores(), day=day)
        builder.publish("polls", [a_poll("12:00", day=day), a_poll("12:10", "failed", day=day)], day=day)
    return builder


def _scores() -> list[dict[str, Any]]:
    return [
        a_score("validity", "icao24_form", checked=9, failed=1, score=90.0),
        a_score("validity", None, checked=9, failed=-1, score=101.0),
        a_score(None, None, checked=0, failed=0, score=None),
    ]


def _publish_states(builder: LakeBuilder, day: date) -> None:
    folder = commit_prefix(STATES.name, "snapshot_date", day, "c1")
    path = builder.root / folder / "part-00000.parquet"
    path.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"copy ({_STATES.format(day=day)} order by icao24, snapshot_at) to '{path}' "
            f"(format parquet, compression zstd, row_group_size {_ROWS_PER_GROUP})"
        )
    builder.lake.catalog.create_table(STATES, table_prefix(STATES.name))
    builder.lake.catalog.move_pointer(STATES, day, folder)
