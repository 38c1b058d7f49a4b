"""The peer that is compared most must do the whole work: its answer for a few rows, by hand."""

import json
from pathlib import Path

import duckdb

from benchmarks.peers.duckdb_day import convert
from flightlake.clock import SystemClock
from flightlake.storage.open_lake import open_lake
from ingestion.landing import land

AT_S = 1778198400  # 2026-05-08 00:00:00 UTC
GOOD = ["3c6444", "DLH1   ", "Germany", AT_S, AT_S, 8.5, 50, 100.5, False, 60, 0, 0, None, 120, "1000", False, 0]


def changed(**fields: object) -> list[object]:
    return [fields.get(f"f{index}", value) for index, value in enumerate(GOOD)]


def test_the_duckdb_peer_judges_quarantines_and_drops_repeats(tmp_path: Path) -> None:
    store = open_lake(str(tmp_path / "lake"), create=True).store
    older, newer = changed(f0="aaaaaa", f4=AT_S - 5, f3=None), changed(f0="aaaaaa", f1="NEWER", f3=None)
    text_for_number, too_fast, short = changed(f5="8.5"), changed(f0="bbbbbb", f9=1_001), GOOD[:12]
    for rows in ([GOOD, older, text_for_number], [newer, too_fast, short]):
        land(store, json.dumps({"time": AT_S, "states": rows}).encode(), clock=SystemClock())
    counts = convert(tmp_path / "lake", tmp_path / "out")
    assert {name: n for name, n in counts.items() if name != "rules"} == {
        "raw_rows": 6,
        "curated": 2,
        "quarantined": 3,
        "duplicates": 1,
    }
    assert counts["rules"]["ground_speed_impossible"] == [4, 1]
    states = duckdb.sql(f"select icao24, callsign, longitude_deg from '{tmp_path}/out/states.parquet'").fetchall()
    assert states == [("3c6444", "DLH1", 8.5), ("aaaaaa", "NEWER", 8.5)]
    rejects = duckdb.sql(f"select icao24, reasons, raw_row from '{tmp_path}/out/quarantine.parquet'").fetchall()
    assert sorted((icao24, reasons, json.loads(row)) for icao24, reasons, row in rejects) == [
        ("3c6444", ["field_types"], text_for_number),
        ("3c6444", ["row_length"], short),
        ("bbbbbb", ["ground_speed_impossible"], too_fast),
    ]
