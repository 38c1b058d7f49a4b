import gzip
import json
import multiprocessing
import os
from concurrent.futures import CancelledError
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.polling import A_ROW, NOON, NOON_S, FullStore, HandClock, a_body, keys_of

from flightlake.clock import SystemClock
from flightlake.errors import InvalidResponseError, StorageError
from flightlake.lake import Lake
from flightlake.layout import gzipped
from flightlake.storage.open_lake import open_lake
from ingestion.landing import keep_refused, land
from ingestion.landing_files import (
    BYTES_PER_PROCESS,
    MOST_PROCESSES,
    LandingTally,
    land_files,
    shown_path,
    usable_processes,
)
from ingestion.landing_workers import LandingWorkers, read_raw_object

CLOCK = HandClock()


def test_a_response_lands_byte_for_byte_under_its_own_time(folder_lake: Lake) -> None:
    body = b' {"time":1778241600,\r\n "states" : [ ] , "more": "\\u00e9\xc3\xa9"}\n'
    landing = land(folder_lake.store, body, clock=CLOCK)
    assert landing.outcome == "landed"
    assert landing.key.startswith("raw/states/year=2026/month=05/day=08/hour=12/flight_data_20260508_120000_")
    assert gzip.decompress(folder_lake.store.get(landing.key)) == body
    assert landing.response.snapshot_at == NOON


def test_landing_the_same_body_twice_changes_nothing(folder_lake: Lake) -> None:
    first, second = (land(folder_lake.store, a_body(), clock=CLOCK) for _ in range(2))
    assert (first.outcome, second.outcome) == ("landed", "duplicate")
    assert keys_of(folder_lake.store, "raw/") == [first.key]


def test_two_answers_of_the_same_second_both_land(folder_lake: Lake) -> None:
    land(folder_lake.store, a_body(), clock=CLOCK)
    land(folder_lake.store, a_body(rows=[]), clock=CLOCK)
    assert len(keys_of(folder_lake.store, "raw/states/")) == 2


@pytest.mark.parametrize("states", [b"null", b"[]"])
def test_an_empty_sky_is_a_response(folder_lake: Lake, states: bytes) -> None:
    landing = land(folder_lake.store, b'{"time":1778241600,"states":' + states + b"}", clock=CLOCK)
    assert landing.response.rows == []


@pytest.mark.parametrize(
    "rows",
    [
        [[]],
        [A_ROW[:5]],
        [A_ROW[:16]],
        [[*A_ROW, None]],
        [None],
        [["x" * 100_000, *A_ROW[1:]]],
        [["3C6444", *A_ROW[1:]]],
        [[*A_ROW[:5], 1e30, *A_ROW[6:]]],
        [["\x00\x1f", *A_ROW[1:]]],
        ["a text"],
    ],
)
def test_odd_rows_are_for_the_rules_and_land(folder_lake: Lake, rows: list[object]) -> None:
    assert len(land(folder_lake.store, a_body(rows=rows), clock=CLOCK).response.rows) == 1


def test_the_time_may_be_a_minute_ahead_of_the_clock_and_no_more(folder_lake: Lake) -> None:
    land(folder_lake.store, a_body(NOON_S + 60), clock=CLOCK)
    with pytest.raises(InvalidResponseError, match=r"1778241661 \(2026-05-08 12:01:01 UTC\) is in the future, 61 s"):
        land(folder_lake.store, a_body(NOON_S + 61), clock=CLOCK)


def test_time_begins_with_2013(folder_lake: Lake) -> None:
    land(folder_lake.store, a_body(1_356_998_400), clock=CLOCK)
    with pytest.raises(InvalidResponseError, match="1356998399 is before 2013"):
        land(folder_lake.store, a_body(1_356_998_399), clock=CLOCK)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please stand by</html>",
        b"[]",
        b'"text"',
        b"null",
        b'{"states": []}',
        b'{"time": 1778241600}',
        b'{"time": "1778241600", "states": []}',
        b'{"time": 1778241600.0, "states": []}',
        b'{"time": true, "states": []}',
        b'{"time": null, "states": []}',
        b'{"time": 1e30, "states": []}',
        b'{"time": 99999999999999999999, "states": []}',
        b'{"time": -1, "states": []}',
        b'{"time": 1778241600000, "states": []}',
        b'{"time": 1778241600, "states": {}}',
        b'{"time": 1778241600, "states": [',
        b"\xff\xfe{}",
        b"[" * 100_000,
        gzipped(gzipped(b"{}")),
    ],
)
def test_what_is_no_response_never_enters_the_raw_zone(folder_lake: Lake, body: bytes) -> None:
    with pytest.raises(InvalidResponseError):
        land(folder_lake.store, body, clock=CLOCK)
    assert keys_of(folder_lake.store, "raw/") == []


def test_a_refused_body_is_kept_byte_for_byte(folder_lake: Lake) -> None:
    key = keep_refused(folder_lake.store, b"<html>", received_at=NOON)
    assert key.startswith("raw/refused/year=2026/month=05/day=08/refused_20260508_120000_")
    assert gzip.decompress(folder_lake.store.get(key)) == b"<html>"
    assert keep_refused(folder_lake.store, b"<html>", received_at=NOON) == key


def tally_of(lake: Lake, files: list[Path], *, processes: int = 1) -> LandingTally:
    tally = LandingTally()
    done = list(land_files(lake.store, files, tally, clock=SystemClock(), processes=processes))
    assert done == files
    return tally


@pytest.mark.parametrize("processes", [1, 2])
def test_one_bad_file_among_many_stops_nothing_and_the_counts_add_up(
    folder_lake: Lake, tmp_path: Path, processes: int
) -> None:
    contents = {
        "a.json": a_body(),
        "b.json.gz": gzipped(a_body(NOON_S + 90)),
        "again.json": a_body(),
        "cut.json.gz": gzipped(a_body())[:-9],
        "empty.json": b"",
        "page.json": b"<html>",
        "future.json": a_body(4_102_444_800),
        "z.json": a_body(NOON_S + 180),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    tally = tally_of(folder_lake, [*sorted(tmp_path.glob("*.json*")), tmp_path / "missing.json"], processes=processes)
    document = tally.to_document()
    assert (document["offered"], document["landed"], document["duplicates"]) == (9, 3, 1)
    reasons = {Path(entry["file"]).name: entry["reason"] for entry in document["refused"]}
    assert list(reasons) == ["cut.json.gz", "empty.json", "future.json", "page.json", "missing.json"]
    assert reasons["cut.json.gz"] == "is a gzip that was cut off"
    assert reasons["empty.json"] == "is empty"
    assert "in the future" in reasons["future.json"]
    assert reasons["page.json"].startswith("the body is no JSON")
    assert reasons["missing.json"] == "cannot be read: No such file or directory"


@pytest.mark.parametrize("processes", [1, 2])
def test_a_full_disk_stops_the_landing_with_its_error_and_loses_nothing(
    folder_lake: Lake, tmp_path: Path, processes: int
) -> None:
    (tmp_path / "a.json").write_bytes(a_body())
    tally, full = LandingTally(), FullStore(folder_lake.store, "raw/")
    with pytest.raises(StorageError, match="no space left"):
        list(land_files(full, [tmp_path / "a.json"], tally, clock=SystemClock(), processes=processes))
    assert tally.offered == 0
    assert tally_of(folder_lake, [tmp_path / "a.json"]).landed == 1


def test_several_processes_store_the_same_bytes_as_one(tmp_path: Path) -> None:
    files = []
    for number in range(20):
        name = f"{number:02}.json" if number % 2 else f"{number:02}\udcff.json.gz"
        body = a_body(NOON_S + number)
        files.append(tmp_path / name)
        files[-1].write_bytes(body if number % 2 else gzip.compress(body, 9))
    lakes = [open_lake(str(tmp_path / f"lake-{processes}"), create=True) for processes in (1, 3)]
    for lake, processes in zip(lakes, (1, 3), strict=True):
        assert tally_of(lake, files, processes=processes).landed == 20
    one, three = ({key: lake.store.get(key) for key in keys_of(lake.store, "raw/")} for lake in lakes)
    assert one == three


def test_files_that_landed_are_counted_where_the_caller_leaves_early(folder_lake: Lake, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.json" for number in range(50)]
    for number, file in enumerate(files):
        file.write_bytes(a_body(NOON_S + number))
    tally = LandingTally()
    with closing(land_files(folder_lake.store, files, tally, clock=SystemClock(), processes=2)) as landing:
        assert next(landing) == files[0]
    assert 1 <= tally.landed < 50
    assert tally.offered == tally.landed == len(keys_of(folder_lake.store, "raw/states/"))


def test_a_file_that_kills_its_process_is_refused_and_the_next_one_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(a_body())
    before = set(multiprocessing.active_children())
    with closing(LandingWorkers(1)) as workers:
        (process,) = set(multiprocessing.active_children()) - before
        process.kill()
        process.join()
        with pytest.raises(InvalidResponseError, match="was killed, perhaps for want of memory"):
            workers.read(file, NOON)
        assert workers.read(file, NOON) == read_raw_object(file, NOON)
    assert set(multiprocessing.active_children()) == before
    with pytest.raises(CancelledError):
        workers.read(file, NOON)


def test_few_files_are_landed_by_one_process(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(bytes(BYTES_PER_PROCESS - 1))
    assert usable_processes([file, tmp_path / "missing"]) == 1
    assert usable_processes([file] * 100) == min(os.cpu_count() or 1, MOST_PROCESSES)


def test_a_name_that_is_no_text_can_be_told() -> None:
    assert shown_path(Path("a\udcff.json")).encode() == "a\ufffd.json".encode()


def test_every_recorded_response_lands_as_it_is(folder_lake: Lake, shared_data: Path) -> None:
    files = sorted((shared_data / "opensky" / "global_single").glob("*.json.gz"))
    assert tally_of(folder_lake, files).landed == 10
    landed = {folder_lake.store.get(key) for key in keys_of(folder_lake.store, "raw/states/")}
    assert landed == {gzipped(gzip.decompress(file.read_bytes())) for file in files}


def test_the_recorded_odd_rows_land_as_responses(folder_lake: Lake, shared_data: Path) -> None:
    odd_rows = json.loads((shared_data / "opensky" / "odd_rows.json").read_bytes())
    for entries in odd_rows.values():
        for entry in entries:
            landing = land(folder_lake.store, a_body(entry["time"], [entry["row"]]), clock=SystemClock())
            assert landing.response.snapshot_at == datetime.fromtimestamp(entry["time"], UTC)
