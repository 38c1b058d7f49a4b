"""Answer of the bare DuckDB script for a few rows, worked out by hand and beside the embedded engine's."""

import json
from pathlib import Path

import duckdb

from benchmarks.comparison import differences
from benchmarks.convert import converted
from benchmarks.peers.duckdb_day import convert
from flightlake.clock import SystemClock
from flightlake.storage.open_lake import open_lake
from ingestion.landing import land

AT_S = 1778198400  # 2026-05-08 00:00:00 UTC
GOOD = ["3c6444", "DLH1   ", "Germany", AT_S, AT_S, 8.5, 50, 100.5, False, 60, 0, 0, None, 120, "1000", False, 0]


def changed(**fields: object) -> list[object]:
    return [fields.get(f"f{index}", value) for index, value in enumerate(GOOD)]


def land_two_responses(lake: Path) -> None:
    """Land six rows: two good aircraft, one of them twice, and three rows to reject."""
    store = open_lake(str(lake), create=True).store
    older, newer = changed(f0="aaaaaa", f4=AT_S - 5, f3=None), changed(f0="aaaaaa", f1="NEWER", f3=None)
    text_for_number, too_fast, short = changed(f5="8.5"), changed(f0="bbbbbb", f9=1_001), GOOD[:12]
    for rows in ([GOOD, older, text_for_number], [newer, too_fast, short]):
        land(store, json.dumps({"time": AT_S, "states": rows}).encode(), clock=SystemClock())


def test_the_duckdb_peer_counts_quarantines_and_drops_repeats(tmp_path: Path) -> None:
    land_two_responses(tmp_path / "lake")
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
    rejects = duckdb.sql(f"select row_number, icao24, reasons, raw_key from '{tmp_path}/out/quarantine.parquet'")
    found = sorted(rejects.fetchall())
    assert [row[:3] for row in found] == [
        (1, "bbbbbb", ["ground_speed_impossible"]),
        (2, "3c6444", ["field_types"]),
        (2, "3c6444", ["row_length"]),
    ]
    assert all((tmp_path / "lake" / row[3]).is_file() for row in found)


def test_the_embedded_engine_gives_the_same_answer_and_a_missing_row_is_noticed(tmp_path: Path) -> None:
    lake, out = tmp_path / "lake", tmp_path / "out"
    land_two_responses(lake)
    counts = convert(lake, out)
    converted(lake)
    assert differences(lake, out, counts) == []
    states = f"{out}/states.parquet"
    duckdb.sql(f"copy (select * from '{states}' limit 1) to '{out}/fewer.parquet'")
    (out / "fewer.parquet").replace(states)
    counts["quarantined"] = 2
    assert [text.partition(":")[0] for text in differences(lake, out, counts)] == ["quarantined", "states"]
