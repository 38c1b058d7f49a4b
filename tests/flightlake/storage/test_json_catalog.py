"""The catalog's file: readable, never half written, never losing a writer's change."""

import json
import signal
from datetime import date
from pathlib import Path

import pytest
from support.processes import finished, no_permission, run_python, start_python

from flightlake.errors import StorageError
from flightlake.schema.tables.states import STATES
from flightlake.storage.json_catalog import JsonCatalog

EIGHTH = date(2026, 5, 8)


def test_the_file_says_what_an_engine_and_a_person_need(tmp_path: Path) -> None:
    catalog = JsonCatalog(tmp_path / "new" / "lake")
    catalog.create_table(STATES, "curated/states/")
    catalog.move_pointer(STATES, EIGHTH, "curated/states/snapshot_date=2026-05-08/commit=a/")
    text = (tmp_path / "new/lake/catalog.json").read_text()
    states = json.loads(text)["tables"]["states"]
    assert text.count("\n") > 50
    assert states["location"] == "curated/states/"
    assert states["format"] == "parquet"
    assert states["columns"][0] == {
        "Name": "icao24",
        "Type": "string",
        "Comment": "24-bit transponder address, 6 lower-case hex digits",
    }
    assert [column["Name"] for column in states["partition_columns"]] == ["snapshot_date"]
    assert states["partitions"] == {"2026-05-08": "curated/states/snapshot_date=2026-05-08/commit=a/"}


def test_nothing_is_written_where_nothing_changes(tmp_path: Path) -> None:
    catalog = JsonCatalog(tmp_path)
    catalog.create_table(STATES, "curated/states/")
    catalog.move_pointer(STATES, EIGHTH, "a/")
    written = (tmp_path / "catalog.json").stat().st_ino
    catalog.create_table(STATES, "curated/states/")
    catalog.move_pointer(STATES, EIGHTH, "a/")
    assert (tmp_path / "catalog.json").stat().st_ino == written


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"tables": 1}',
        b'{"tables": {"states": {}}}',
        b'{"tables": {"states": {"partitions": {"yesterday": "a/"}}}}',
        b'{"tables": {"states": {"partitions": {"2026-05-08": 1}}}}',
    ],
)
def test_a_broken_file_is_named_with_the_way_out(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "catalog.json").write_bytes(text)
    catalog = JsonCatalog(tmp_path)
    message = f"the catalog {tmp_path}/catalog.json is broken .*the commit log is the truth.*delete this file"
    with pytest.raises(StorageError, match=message):
        catalog.partitions(STATES)
    with pytest.raises(StorageError, match=message):
        catalog.create_table(STATES, "curated/states/")
    assert (tmp_path / "catalog.json").read_bytes() == text


def test_a_deleted_file_is_made_anew(tmp_path: Path) -> None:
    JsonCatalog(tmp_path).create_table(STATES, "curated/states/")
    (tmp_path / "catalog.json").unlink()
    JsonCatalog(tmp_path).create_table(STATES, "curated/states/")
    assert JsonCatalog(tmp_path).partitions(STATES) == {}


def test_a_refused_move_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    JsonCatalog(tmp_path).create_table(STATES, "curated/states/")
    with no_permission(tmp_path), pytest.raises(StorageError, match=r"catalog.json: permission denied"):
        JsonCatalog(tmp_path).move_pointer(STATES, EIGHTH, "a/")
    assert JsonCatalog(tmp_path).partitions(STATES) == {}


def test_a_writer_that_is_killed_before_the_last_step_leaves_the_old_file_and_no_lock(tmp_path: Path) -> None:
    catalog = JsonCatalog(tmp_path)
    catalog.create_table(STATES, "curated/states/")
    catalog.move_pointer(STATES, EIGHTH, "old/")
    status, _, _ = run_python(
        """
        import datetime, os, pathlib, signal, sys
        from flightlake.storage.json_catalog import JsonCatalog
        from flightlake.schema.tables.states import STATES
        sys.addaudithook(lambda event, _: os.kill(os.getpid(), signal.SIGKILL) if event == "os.rename" else None)
        JsonCatalog(pathlib.Path(sys.argv[1])).move_pointer(STATES, datetime.date(2026, 5, 8), "new/")
        """,
        tmp_path,
    )
    assert status == -signal.SIGKILL
    assert catalog.partitions(STATES) == {EIGHTH: "old/"}
    catalog.move_pointer(STATES, EIGHTH, "next/")
    assert catalog.partitions(STATES) == {EIGHTH: "next/"}


def test_of_many_processes_none_loses_a_pointer_and_readers_see_whole_files(tmp_path: Path) -> None:
    JsonCatalog(tmp_path).create_table(STATES, "curated/states/")
    script = """
        import datetime, pathlib, sys
        from flightlake.storage.json_catalog import JsonCatalog
        from flightlake.schema.tables.states import STATES
        catalog, first = JsonCatalog(pathlib.Path(sys.argv[1])), int(sys.argv[2])
        for number in range(first, 100, 4):
            day = datetime.date(2026, 1, 1) + datetime.timedelta(days=number)
            catalog.move_pointer(STATES, day, f"{day}/")
            assert catalog.partitions(STATES)[day] == f"{day}/"
    """
    results = finished([start_python(script, tmp_path, first) for first in range(4)])
    assert [(status, errors) for status, _, errors in results] == [(0, "")] * 4
    assert len(JsonCatalog(tmp_path).partitions(STATES)) == 100
