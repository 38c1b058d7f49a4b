"""Days built with DuckDB: large responses, spilling, a full disk, Ctrl-C, a lake in a bucket."""

import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.aws import Aws
from support.processes import start_python
from support.vectors import DAY, NOON, body, landed, vector

from duckdb_engine.build import large_response, raw_files
from duckdb_engine.build.day_builder import DuckDbDayBuilder
from duckdb_engine.build.memory import LEAST_BYTES
from flightlake.clock import SystemClock
from flightlake.commits.record import CommitRecord
from flightlake.lake import Lake
from flightlake.publishing.publisher import Publisher
from flightlake.publishing.registry import STATES_LOG
from flightlake.schema.tables.states import STATES
from flightlake.storage.open_lake import open_lake

CONVERT = """
    import resource, sys
    if len(sys.argv) > 3:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
    sys.argv = ["flightlake", "convert", "--lake", sys.argv[1], "--memory", sys.argv[2]]
    from cli.app import main
    main()
"""


def publisher(lake: Lake) -> Publisher:
    builder = DuckDbDayBuilder(lake, LEAST_BYTES)
    return Publisher(STATES_LOG, builder, lake.store, lake.catalog, SystemClock(), min_quality=0)


def rebuilt(lake: Lake) -> CommitRecord:
    (result,) = publisher(lake).run([DAY], rebuild=True)
    assert result.published, result.reason
    head = publisher(lake).log.head(DAY)
    assert head is not None
    return head


def a_day(lake: Lake, *, responses: int, rows: int) -> None:
    for number in range(responses):
        vectors = (vector(icao24=f"{row:06x}", velocity=200 + number) for row in range(rows))
        landed(lake.store, body(*vectors, time=NOON + number), time=NOON + number)


def test_a_large_response_comes_out_as_it_does_in_one_piece(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = [vector(icao24="XYZ"), [], vector(velocity=9000), vector(callsign='a "],["')]
    landed(folder_lake.store, body(*(vector(icao24=f"{number:06x}") for number in range(300)), *odd))
    landed(folder_lake.store, body(vector(), None, time=NOON + 1), time=NOON + 1)
    whole = rebuilt(folder_lake)
    monkeypatch.setattr(raw_files, "_LARGEST_PACKED_BYTES", 0)
    monkeypatch.setattr(large_response, "PIECE_BYTES", 3_000)
    monkeypatch.setattr(large_response, "_READ_BYTES", 900)
    split = rebuilt(folder_lake)
    assert whole.counts.raw_rows == 306
    assert replace(split, sequence=1, commit="", created_at=whole.created_at, folders={}) == replace(
        whole, sequence=1, commit="", folders={}
    )


def test_a_day_in_several_files_keeps_each_aircraft_in_one(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    a_day(folder_lake, responses=6, rows=500)
    one = rebuilt(folder_lake)
    monkeypatch.setattr("duckdb_engine.build.states_build._ROWS_PER_FILE", 100)
    several = rebuilt(folder_lake)
    files = [info.key for info in folder_lake.store.list(several.folders["states"])]
    assert len(files) > 3
    assert (several.counts, several.content_checksum) == (one.counts, one.content_checksum)


def test_a_lake_in_a_bucket_holds_the_same_day(aws: Aws, folder_lake: Lake) -> None:
    in_bucket = open_lake(aws.make_lake_place(), create=True)
    for lake in (folder_lake, in_bucket):
        a_day(lake, responses=3, rows=20)
        landed(lake.store, body([], vector(icao24="XYZ"), time=NOON + 9), time=NOON + 9)
    one, other = rebuilt(folder_lake), rebuilt(in_bucket)
    assert one.counts.quarantined == 2
    assert (one.counts, one.content_checksum, one.raw_keys) == (other.counts, other.content_checksum, other.raw_keys)
    files = [info.key for info in in_bucket.store.list(other.folders["states"])]
    assert files == [other.folders["states"] + "part-00000.zstd.parquet"]
    assert in_bucket.catalog.partitions(STATES) == {DAY: other.folders["states"]}


def test_a_full_disk_publishes_nothing_and_leaves_no_spill(folder_lake: Lake) -> None:
    a_day(folder_lake, responses=4, rows=4_000)
    process = start_python(CONVERT, folder_lake.root, "512M", 8_000)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert publisher(folder_lake).log.head(DAY) is None
    assert hidden(folder_lake) == []


def test_an_interrupt_ends_the_build_and_publishes_nothing_more(folder_lake: Lake) -> None:
    a_day(folder_lake, responses=40, rows=3_000)
    process = start_python(CONVERT, folder_lake.root, "512M")
    while not hidden(folder_lake) and process.poll() is None:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert publisher(folder_lake).log.head(DAY) is None
    assert hidden(folder_lake) == []


def hidden(lake: Lake) -> list[Path]:
    assert lake.root is not None
    return list(lake.root.glob(".spill-*"))
