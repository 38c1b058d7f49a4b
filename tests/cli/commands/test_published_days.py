"""convert, verify, history, rollback and vacuum as a person runs them, on a lake that is converted already."""

import json

import pytest
from support.commands import flightlake
from support.published import COUNTS
from support.vectors import DAY, NOON, body, landed, vector

from flightlake.lake import Lake
from flightlake.schema.tables.states import STATES


def documented(*arguments: object) -> dict:
    status, output, errors = flightlake(*arguments, "--format", "json")
    assert status == 0, errors
    return json.loads(output)


def test_convert_with_nothing_pending_says_so_without_starting_spark(small_lake: Lake) -> None:
    status, output, errors = flightlake("convert", "--lake", small_lake.address)
    assert (status, output) == (0, "")
    assert "nothing to do" in errors
    assert documented("convert", "--lake", small_lake.address) == {
        "days": [],
        "polls": [],
        "outdated": {"days": [], "rolled_back": []},
    }


def test_convert_names_a_day_without_data(small_lake: Lake) -> None:
    status, output, _ = flightlake("convert", "--lake", small_lake.address, "--date", "2020-01-01", "--format", "json")
    (day,) = json.loads(output)["days"]
    assert status == 1
    assert (day["date"], day["published"], day["reason"]) == ("2020-01-01", False, "nothing was landed for this day")


def test_convert_publishes_and_counts(small_lake: Lake) -> None:
    landed(small_lake.store, body(vector(at=NOON + 180), time=NOON + 180), time=NOON + 180)
    (day,) = documented("convert", "--lake", small_lake.address)["days"]
    counts = {name: day[name] for name in COUNTS}
    assert (day["date"], day["published"], day["raw_objects"]) == ("2026-05-08", True, 4)
    assert counts == {"raw_rows": 7, "curated": 5, "quarantined": 1, "duplicates": 1}


def test_verify_adds_up_and_fails_with_the_difference(small_lake: Lake) -> None:
    (day,) = documented("verify", "--lake", small_lake.address)["days"]
    assert day["adds_up"]
    assert day["recounted"] == COUNTS
    key = min(info.key for info in small_lake.store.list("raw/states/"))
    small_lake.store.delete([key])
    status, output, _ = flightlake("verify", "--lake", small_lake.address)
    assert status == 1
    assert key in output


def test_verify_of_a_day_that_was_never_published_fails(small_lake: Lake) -> None:
    status, _, errors = flightlake("verify", "--lake", small_lake.address, "--date", "2020-01-01")
    assert status == 1
    assert "never published: 2020-01-01" in errors


def test_history_rollback_and_vacuum_work_together(small_lake: Lake) -> None:
    lake = ("--lake", small_lake.address)
    first, second = documented("history", *lake)["records"]
    assert [first["visible"], second["visible"]] == [False, True]
    assert (first["curated"], second["curated"]) == (2, 4)

    assert documented("rollback", *lake, "--date", DAY)["commit"] == first["commit"]
    assert first["commit"] in small_lake.catalog.partitions(STATES)[DAY]
    assert documented("convert", *lake)["days"] == [], "a rollback stays"

    assert documented("vacuum", *lake)["deleted"] == [], "within the retention nothing goes"
    gone = documented("vacuum", *lake, "--older-than-days", "0")["deleted"]
    assert len(gone) == 3
    assert all(second["commit"] in folder for folder in gone)
    status, _, errors = flightlake("rollback", *lake, "--date", DAY, "--to", second["commit"])
    assert status == 1
    assert "were vacuumed" in errors
    assert documented("verify", *lake)["days"][0]["adds_up"]


@pytest.mark.parametrize("command", ["convert", "verify", "history", "vacuum", "query", "report"])
def test_a_folder_that_is_no_lake_is_refused_in_one_line(command: str, tmp_path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"")
    more = ["select 1"] if command == "query" else []
    status, output, errors = flightlake(command, "--lake", tmp_path, *more)
    assert (status, output) == (1, "")
    assert "is not a lake" in errors
    assert "Traceback" not in errors


def test_tables_for_people_show_the_sum(small_lake: Lake) -> None:
    _, output, _ = flightlake("history", "--lake", small_lake.address)
    assert "2026-05-08" in output
    status, output, _ = flightlake("verify", "--lake", small_lake.address)
    assert status == 0
    assert "adds up" in output
