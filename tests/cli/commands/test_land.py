"""`flightlake land`: counts that add up, and exit codes."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import flightlake
from support.polling import A_ROW, NOON_S, a_body

from flightlake.storage.open_lake import open_lake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recorded"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.json").write_bytes(a_body())
    (folder / "deep" / "b.json.gz").write_bytes(gzip.compress(a_body(NOON_S + 90)))
    return folder


def test_a_folder_is_landed_and_a_second_time_changes_nothing(folder: Path, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    status, output, errors = flightlake("land", "--lake", lake, folder, "--format", "json")
    assert (status, errors) == (0, "")
    assert json.loads(output) == {"offered": 2, "landed": 2, "duplicates": 0, "refused": []}
    again = flightlake("land", "--lake", lake, folder, "--format", "json")
    assert json.loads(again[1]) == {"offered": 2, "landed": 0, "duplicates": 2, "refused": []}
    assert len(list(open_lake(str(lake)).store.list("raw/states/"))) == 2


def test_bad_files_are_named_with_their_reasons_and_the_others_land(folder: Path, tmp_path: Path) -> None:
    (folder / "cut.json.gz").write_bytes(gzip.compress(a_body())[:-5])
    missing = tmp_path / "missing[bold].json"
    status, output, _ = flightlake("land", "--lake", tmp_path / "lake", folder, missing, "--format", "json")
    assert status == 1
    assert json.loads(output) == {
        "offered": 4,
        "landed": 2,
        "duplicates": 0,
        "refused": [
            {"file": str(folder / "cut.json.gz"), "reason": "is a gzip that was cut off"},
            {"file": str(missing), "reason": "cannot be read: No such file or directory"},
        ],
    }
    status, output, errors = flightlake("land", "--lake", tmp_path / "lake", folder, missing)
    assert status == 1
    assert "offered" in output
    assert f"refused {missing}: cannot be read: No such file or directory" in errors


def test_many_files_land_in_one_go(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(1_000):
        (folder / f"{number:04}.json").write_bytes(a_body(NOON_S + number))
    status, output, _ = flightlake("land", "--lake", tmp_path / "lake", folder, "--format", "json")
    assert (status, json.loads(output)["landed"]) == (0, 1_000)


def test_ctrl_c_ends_a_landing_by_several_processes_at_once_and_tells_its_counts(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    rows = [[f"{number:06x}", *A_ROW[1:]] for number in range(2_000)]
    for number in range(150):
        (folder / f"{number:04}.json").write_bytes(a_body(NOON_S + number, rows))
    lake = tmp_path / "lake"
    command = [sys.executable, "-c", "from cli.app import main; main()"]
    arguments = ["land", "--lake", str(lake), str(folder), "--format", "json"]
    process = subprocess.Popen(
        command + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_until(lambda: any((lake / "raw").glob("**/*.json.gz")))
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the worker processes too
    interrupted_s = time.monotonic()
    output, errors = process.communicate(timeout=60)
    assert time.monotonic() - interrupted_s < 10
    assert (process.returncode, errors.strip()) == (130, "interrupted")
    counts = json.loads(output)
    stored = [path.name for path in (lake / "raw").rglob("*") if path.is_file()]
    assert 0 < counts["landed"] == counts["offered"] == len(stored) < 150
    assert not any(name.startswith(".") for name in stored)  # no half file stays


def wait_until(is_so: Callable[[], bool], *, within_s: float = 60) -> None:
    end_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.02)


def test_a_folder_that_is_no_lake_is_not_landed_in(folder: Path) -> None:
    status, output, errors = flightlake("land", "--lake", folder, folder / "a.json")
    assert (status, output) == (1, "")
    assert "is not a lake" in errors
    assert "Traceback" not in errors


def test_a_name_that_is_no_text_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "bad\udcff.json").write_bytes(b"no json")
    status, output, errors = flightlake("land", "--lake", tmp_path / "lake", folder, "--format", "json")
    assert (status, errors) == (1, "")
    assert json.loads(output)["refused"][0]["file"].endswith("bad\ufffd.json")
    assert flightlake("land", "--lake", tmp_path / "lake", folder)[0] == 1


def test_without_files_the_usage_is_told() -> None:
    status, _, errors = flightlake("land", "--lake", "x")
    assert status == 2
    assert "FILE" in errors
