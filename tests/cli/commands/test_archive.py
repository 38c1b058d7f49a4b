"""archive as a person runs it; every other command answers of an archived day as it did before."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.archives import converted_day, known, land_all, part_keys, responses, unarchived_keys
from support.commands import flightlake
from support.published import COUNTS
from support.traced import TracedLake
from support.vectors import DAY, body, vector

from flightlake.lake import Lake
from flightlake.layout import raw_states_day_prefix
from flightlake.storage.open_lake import open_lake


def documented(*arguments: object) -> dict[str, Any]:
    status, output, errors = flightlake(*arguments, "--format", "json")
    assert status == 0, errors
    found: dict[str, Any] = json.loads(output)
    return found


def test_what_became_of_each_object_is_told_and_adds_up(folder_lake: Lake) -> None:
    stored = converted_day(folder_lake, 2)
    (pending,) = land_all(folder_lake, responses(1, first=5), first=5)
    (day,) = documented("archive", "--lake", folder_lake.address)["days"]
    assert day == {
        "date": "2026-05-08",
        "objects": 3,
        "archived": 2,
        "archived_before": 0,
        "kept": [
            {
                "raw_key": pending,
                "reason": "no commit was built from it yet; run `flightlake convert --date 2026-05-08` first",
            }
        ],
        "removed": 2,
        "parts": part_keys(folder_lake),
        "stored_bytes": sum(map(len, stored.values())),
    }
    assert unarchived_keys(folder_lake) == [pending]
    known(folder_lake, [pending])
    status, output, errors = flightlake("archive", "--lake", folder_lake.address, "--date", DAY)
    assert status == 0
    assert "2026-05-08" in output
    assert "kept" not in errors
    assert unarchived_keys(folder_lake) == []
    status, output, _ = flightlake("archive", "--lake", folder_lake.address)
    assert (status, "nothing to archive" in output) == (0, True)


def test_what_is_kept_is_told_beside_the_table(folder_lake: Lake) -> None:
    keys = land_all(folder_lake, responses(1))
    status, _, errors = flightlake("archive", "--lake", folder_lake.address, "--keep-loose")
    assert status == 0
    assert f"kept: {keys[0]}: no commit was built from it yet" in errors


@pytest.mark.parametrize(("option", "value"), [("--date", f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}")])
def test_a_day_that_is_too_young_is_wrong_usage(folder_lake: Lake, option: str, value: str) -> None:
    status, output, errors = flightlake("archive", "--lake", folder_lake.address, option, value)
    assert (status, output) == (2, "")
    assert "is too young for an archive" in errors


def test_an_age_below_the_least_is_wrong_usage(folder_lake: Lake) -> None:
    status, _, errors = flightlake("archive", "--lake", folder_lake.address, "--older-than-days", "1")
    assert status == 2
    assert "--older-than-days" in errors


def test_a_day_within_the_age_that_was_asked_for_is_left(folder_lake: Lake) -> None:
    converted_day(folder_lake)
    far = (datetime.now(UTC).date() - DAY).days + 1
    assert documented("archive", "--lake", folder_lake.address, "--older-than-days", far) == {"days": []}
    assert len(documented("archive", "--lake", folder_lake.address, "--older-than-days", far - 1)["days"]) == 1


def answers(lake: Lake, environment: dict[str, str]) -> list[Any]:
    """Return what the commands that read say."""
    raw = "select time, states, year, month, day, hour from raw_states order by time, cardinality(states)"
    commands: list[tuple[str, ...]] = [
        ("verify",),
        ("history",),
        ("query", raw),
        ("query", "select count(*) as n from states"),
        ("why", "c0ffee", "2026-05-08T12:01:30Z"),
        ("convert",),
    ]
    found = []
    for command, *rest in commands:
        _, output, errors = flightlake(
            command, *rest, "--lake", lake.address, "--format", "json", environment=environment
        )
        found.append((command, json.loads(output or "null"), errors))
    return found


@pytest.mark.slow
def test_every_command_answers_of_an_archived_day_as_before(small_lake: Lake, tmp_path: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    before, size = answers(small_lake, environment), len(unarchived_keys(small_lake))
    (day,) = documented("archive", "--lake", small_lake.address)["days"]
    assert (day["archived"], day["removed"]) == (size, size)
    assert unarchived_keys(small_lake) == []
    after = answers(small_lake, environment)
    assert after == before
    assert after[0][1]["days"][0]["recounted"] == COUNTS
    received = tmp_path / "again.json"
    received.write_bytes(body(vector(), vector(icao24="4b1805"), vector(icao24="a0f1e2", velocity=2503)))
    documented("land", str(received), "--lake", small_lake.address)
    assert unarchived_keys(small_lake) == [], "it is there already"
    documented("vacuum", "--lake", small_lake.address, "--older-than-days", "0")
    assert documented("verify", "--lake", small_lake.address)["days"][0]["adds_up"]


def test_why_follows_an_archived_response_as_it_followed_the_object(tmp_path: Path) -> None:
    traced = TracedLake(tmp_path / "lake")
    key = traced.land(vector(icao24="4b1805"), vector(callsign="dlh9lf"))
    traced.polled(5, raw_key=key)
    traced.publish([key], curated=[("3c6444", 0)])
    before = traced.why()
    documented("archive", "--lake", traced.lake.address)
    assert unarchived_keys(traced.lake) == []
    assert traced.why().sentences == before.sentences
    assert [info.key for info in open_lake(traced.lake.address).store.list(raw_states_day_prefix(DAY))] == [key]
