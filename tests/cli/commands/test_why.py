"""`flightlake why` on a lake that the real job has converted, as a person runs it."""

import json
from pathlib import Path

from support.commands import flightlake
from support.vectors import vector

from flightlake.lake import Lake


def documented(lake: Lake, icao24: str, at: str) -> dict:
    status, output, errors = flightlake("why", icao24, at, "--lake", lake.address, "--format", "json")
    assert status == 0, errors
    return json.loads(output)


def test_a_published_row_is_followed_to_its_commit(small_lake: Lake) -> None:
    found = documented(small_lake, "3C6444", "2026-05-08T12:00:00Z")
    first, second = found["commits"]
    assert (found["outcome"], found["icao24"]) == ("visible", "3c6444")
    assert found["commit"] == second
    assert (first["visible"], second["visible"], second["sequence"]) == (False, True, 2)
    assert second["rule_fingerprint"] == found["rules_today"]
    winner, repeat = found["rows"]
    assert (winner["outcome"], repeat["outcome"]) == ("visible", "repeat")
    assert repeat["won_by"] == {"raw_key": winner["raw_key"], "row_number": 0}
    assert json.loads(repeat["raw_row"]) == vector(), "of the response that the second one overtook"
    assert "its last contact is newer" in " ".join(found["notes"])
    assert found["poll"] is None
    assert "landed from a file" in " ".join(found["notes"])


def test_a_rejected_row_is_followed_to_its_rule(small_lake: Lake) -> None:
    found = documented(small_lake, "a0f1e2", "2026-05-08 12:00")
    (row,) = found["rows"]
    assert found["outcome"] == "quarantined"
    assert (row["quarantined_for"], row["today"]["rejected_by"]) == (["ground_speed_impossible"],) * 2
    assert row["row_number"] == 2
    assert "breaks ground_speed_impossible" in found["sentence"]


def test_people_read_the_ending_first_and_the_commits_last(small_lake: Lake) -> None:
    status, output, _ = flightlake("why", "c0ffee", "2026-05-08T12:00:00Z", "--lake", small_lake.address)
    assert status == 0
    assert output.startswith("No aircraft: there is data of 2026-05-08 12:00:00 UTC, and no row of c0ffee in it: raw/")
    assert "next at 2026-05-08 12:01:30 UTC" in output
    assert output.rstrip().splitlines()[-2].rstrip(" │").endswith("yes")


def test_what_cannot_be_meant_is_refused_in_one_line(tmp_path: Path) -> None:
    status, output, errors = flightlake("why", "DLH9LF", "2026-05-08T12:00Z", "--lake", tmp_path)
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert "ICAO24 'DLH9LF': not an address; expected six hex digits, such as 3c6444" in errors
