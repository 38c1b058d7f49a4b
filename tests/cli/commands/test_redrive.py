"""`flightlake redrive`: what it lists, what it brings back, one document, and its exit status."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.aws import Aws
from support.commands import flightlake
from support.dead_letters import QueueOnMoto, tick
from support.polling import NOON, a_body, keys_of, ledger_of
from support.pulumi import pulumi_that_exports

from flightlake.lake import Lake
from flightlake.storage.open_lake import open_lake
from ingestion.landing import keep_refused

BOX = "45.8,5.9,47.9,10.6"
SOURCE = "https://opensky-network.org/api/states/all?lamin=45.8&lomin=5.9&lamax=47.9&lomax=10.6"


@pytest.fixture
def lake(folder_lake: Lake) -> Lake:
    """A lake with a good body that was refused, and a bad one."""
    keep_refused(folder_lake.store, a_body(), received_at=NOON - timedelta(hours=1))
    keep_refused(folder_lake.store, b"<html>[red]busy", received_at=NOON)
    return folder_lake


def redriven(*arguments: object, environment: dict[str, str] | None = None) -> dict[str, Any]:
    status, output, errors = flightlake("redrive", *arguments, "--format", "json", environment=environment)
    assert (status, errors) == (0, ""), errors
    document: dict[str, Any] = json.loads(output)
    return document


def counts(found: dict[str, Any], *names: str) -> list[int]:
    return [found[name] for name in names]


def test_refused_bodies_are_listed_then_landed_then_nothing_is_left_to_do(lake: Lake) -> None:
    outcomes = ("found", "replayable", "landed", "duplicate", "refused")
    listed = redriven("--lake", lake.address)
    assert (listed["replay"], listed["dead_letters"]) == (False, None)
    assert counts(listed["refused"], *outcomes) == [2, 1, 0, 0, 1]
    assert keys_of(lake.store, "raw/states/") == []
    assert counts(redriven("--lake", lake.address, "--replay")["refused"], *outcomes) == [2, 0, 1, 0, 1]
    again = redriven("--lake", lake.address, "--replay")["refused"]
    assert counts(again, *outcomes) == [2, 0, 0, 1, 1]
    assert keys_of(lake.store, "raw/states/") == [again["bodies"][0]["raw_key"]]


def test_a_person_reads_what_when_and_why(lake: Lake) -> None:
    status, output, errors = flightlake("redrive", "--lake", lake.address)
    assert (status, errors) == (0, "")
    good, bad = (line for line in output.splitlines() if "2026-05-08" in line and "Z" in line)
    assert "2026-05-08 11:00:00Z" in good
    assert "in the future, 3,600 s ahead" in good
    assert "passes today: --replay lands it (1 rows)" in good
    assert "<html>[red]busy" in bad
    assert "the body is no JSON" in bad
    assert "still refused" in bad
    status, output, errors = flightlake("redrive", "--lake", lake.address, "--replay")
    assert (status, errors) == (0, "")
    assert "1 landed; `flightlake convert` publishes their days" in output


def test_a_lake_without_anything_says_so(folder_lake: Lake) -> None:
    assert flightlake("redrive", "--lake", folder_lake.address) == (0, "no body was ever refused\n", "")


@pytest.fixture
def queue(aws: Aws) -> QueueOnMoto:
    """A tick of an hour ago, one of now, and a message of somebody."""
    found = QueueOnMoto(aws)
    now = datetime.now(UTC)
    found.put(tick(now - timedelta(hours=1)))
    found.put(tick(now))
    found.put("somebody's [bold]text")
    return found


def test_dead_letters_are_listed_and_replayed(aws: Aws, lake: Lake, queue: QueueOnMoto) -> None:
    options = ("--lake", lake.address, "--queue", queue.url, "--interval", 30, "--box", BOX)
    outcomes = ("found", "known", "missed", "due", "foreign", "held_elsewhere")
    listed = redriven(*options, environment=aws.environment)["dead_letters"]
    assert counts(listed, *outcomes) == [3, 0, 1, 1, 1, 0]
    assert {letter["deleted"] for letter in listed["letters"]} == {False}
    status, output, errors = flightlake("redrive", *options, environment=aws.environment)
    assert (status, errors) == (0, "")
    for words in ("its poll was missed: --replay clears it", "kept: its poll may still come", "somebody's [bold]text"):
        assert words in output
    replayed = redriven(*options, "--replay", environment=aws.environment)["dead_letters"]
    assert counts(replayed, *outcomes) == [3, 0, 1, 1, 1, 0]
    assert [record["source"] for record in ledger_of(lake.store)] == [SOURCE]
    again = redriven(*options, "--replay", environment=aws.environment)["dead_letters"]
    assert counts(again, *outcomes) == [2, 0, 0, 1, 1, 0]
    assert len(ledger_of(lake.store)) == 1


def test_messages_in_other_hands_are_told_and_the_status_is_1(aws: Aws, lake: Lake, queue: QueueOnMoto) -> None:
    queue.reader().take()
    options = ("--lake", lake.address, "--queue", queue.url, "--interval", 30, "--replay", "--format", "json")
    status, output, errors = flightlake("redrive", *options, environment=aws.environment)
    assert (status, json.loads(output)["dead_letters"]["held_elsewhere"]) == (1, 3)
    assert "3 messages are in another reader's hands" in errors


def test_a_stack_knows_its_queue_and_its_interval(aws: Aws, tmp_path: Path) -> None:
    address = aws.make_lake_place()
    lake, queue = open_lake(address, create=True), QueueOnMoto(aws)
    queue.put(tick("2026-05-08T12:00:01Z"))
    keep_refused(lake.store, a_body(), received_at=NOON - timedelta(hours=1))
    environment = {"FLIGHTLAKE_LAKE": address, "FLIGHTLAKE_INTERVAL_S": "90", "FLIGHTLAKE_TIER": "standard"}
    exports = {"environment": environment, "region": "us-east-1", "deadLetterQueue": queue.url}
    pulumi = pulumi_that_exports(tmp_path, exports)
    found = redriven("--stack", "dev", "--replay", environment=aws.environment | pulumi)
    assert (found["refused"]["landed"], found["dead_letters"]["missed"]) == (1, 1)
    (record,) = ledger_of(lake.store)
    assert record["scheduled_at"] == "2026-05-08T12:00:00.000000Z"
    assert queue.bodies() == []
    status, output, errors = flightlake("redrive", "--lake", address, environment=aws.environment)
    assert status == 0
    assert "lies in the raw zone already" in output
    assert "dead letters were left alone: name their queue by --queue" in errors


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--queue", "https://sqs.test/1/q"], "--queue needs --interval, that of the deployed poller"),
        (["--queue", "q", "--interval", "90"], "'q' is no address of a queue"),
        (["--queue", "https://sqs.test/1/q", "--interval", "90", "--box", "1,2"], "box"),
    ],
)
def test_wrong_usage_is_told_and_changes_nothing(lake: Lake, options: list[str], said: str) -> None:
    status, output, errors = flightlake("redrive", "--lake", lake.address, "--replay", *options)
    assert (status, output) == (2, "")
    assert said in errors
    assert keys_of(lake.store, "raw/states/") == []


def test_a_place_that_is_no_lake_is_named(tmp_path: Path) -> None:
    status, output, errors = flightlake("redrive", "--lake", tmp_path / "none")
    assert (status, output) == (1, "")
    assert "there is no such folder" in errors
