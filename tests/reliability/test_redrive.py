"""Refused responses and undelivered triggers are recovered once, without a credit, also if the command is killed."""

import gzip
import json
import random
import signal
import time
from collections import Counter
from typing import Any

import pytest
from support.aws import Aws
from support.bad_days import INTERVAL_S, BadDay
from support.commands import flightlake, start_flightlake
from support.crash_injection import KillableStore, Killed, Life, MemoryStore
from support.dead_letters import QueueOnMoto
from support.experiments import Experiment
from support.polling import PLACE, HandClock, MemoryState, a_poller, keys_of, ledger_of

from flightlake.lake import Lake
from flightlake.ports import ObjectStore
from flightlake.timestamps import timestamp_text
from ingestion.redrive.dead_letters import _WAIT_S
from ingestion.redrive.redrive import dead_letters, refused_bodies

REDRIVE = "Can I get back what was refused or given up, without paying twice?"


class KillableClient:
    """boto3's client, whose calls may kill the process."""

    def __init__(self, client: Any, life: Life) -> None:
        self._client, self._life = client, life

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        return lambda **given: self._life.through(name, lambda: call(**given))


def redrive(day: BadDay, life: Life | None = None) -> list[Any]:
    """Do what `flightlake redrive --replay` does, in a process that may die."""
    life = life or Life()
    store = KillableStore(day.store, life)
    poller: Any = a_poller(store, clock=HandClock(day.over_at), state=day.state)
    queue = day.queue.reader(KillableClient(day.queue.client, life))
    found: list[Any] = [*refused_bodies(store, now=day.over_at, replay=True)]
    found += dead_letters(queue, poller, replay=True)
    assert poller.source.asked_at == []
    return found


def raw_bodies(store: ObjectStore) -> list[bytes]:
    return sorted(gzip.decompress(store.get(key)) for key in keys_of(store, "raw/states/"))


def row_count(bodies: set[bytes]) -> int:
    return sum(len(json.loads(body)["states"]) for body in bodies)


def everything(day: BadDay) -> tuple[Any, ...]:
    """Return all that a redrive could change."""
    objects = {key: day.store.get(key) for key in keys_of(day.store, "")}
    return objects, day.state.load(), day.queue.bodies()


def assert_made_good(day: BadDay, before: tuple[Any, ...], *, kept: int = 3) -> None:
    """All good bodies lie in the raw zone; each poll has one outcome, the old ones unchanged; foreign mail is there."""
    objects, state, _ = before
    assert raw_bodies(day.store) == sorted(day.served)
    assert {key: day.store.get(key) for key in objects} == objects
    assert day.state.load() == state
    ledger = ledger_of(day.store)
    assert [record["scheduled_at"] for record in ledger] == [timestamp_text(due) for due in day.due]
    missed = [
        record for record in ledger if (record["reason"] or "").startswith("missed: its trigger was a dead letter")
    ]
    assert {record["scheduled_at"] for record in missed} == {timestamp_text(due) for due in day.dead}
    assert {record["credits_spent"] for record in missed} == {0}
    assert len(day.queue.bodies()) == kept


@pytest.fixture
def queue(aws: Aws) -> QueueOnMoto:
    return QueueOnMoto(aws)


def test_one_redrive_brings_all_back_and_a_second_changes_nothing(queue: QueueOnMoto, experiment: Experiment) -> None:
    rounds = experiment.size(small=4, ci=20, full=60)
    day = BadDay(MemoryStore(), MemoryState(), queue)
    day.live(rounds=rounds, draw=random.Random(41))
    before = everything(day)
    there = len(raw_bodies(day.store))
    assert there < len(day.served)
    found = redrive(day)
    outcomes = Counter(entry.outcome for entry in found)
    assert_made_good(day, before)
    assert outcomes["landed"] == len(day.served) - there
    assert outcomes["refused"] == len(day.senseless)
    assert outcomes["missed"] == len(day.dead)
    after = everything(day)
    redrive(day)
    assert everything(day) == after
    experiment.found(
        REDRIVE,
        tried=f"{len(day.due)} scheduled polls with a wrong clock, an older check, answers that are no responses, and "
        f"{day.messages} dead letters in four forms; one redrive, then another",
        result=f"all {outcomes['landed']} good bodies that had been refused landed, {row_count(day.served)} rows are "
        f"there byte for byte, {outcomes['missed']} polls got their missing outcome, no request, no credit; the second "
        "changed nothing",
    )


def test_a_redrive_killed_at_any_step_is_finished_by_the_next(queue: QueueOnMoto, experiment: Experiment) -> None:
    kills = experiment.size(small=10, ci=120, full=1_000)
    draw = random.Random(42)
    day = BadDay(MemoryStore(), MemoryState(), queue)
    day.live(rounds=2, draw=draw)
    before, messages = everything(day), queue.kept()
    life = Life()
    redrive(day, life)
    assert_made_good(day, before)
    wanted, steps = everything(day), life.steps
    ends: Counter[str | None] = Counter()
    for last_step in draw.sample(range(1, steps + 1), min(kills, steps)):
        day.store = MemoryStore(dict(before[0]))
        queue.put_back(messages)
        life = Life(last_step)
        with pytest.raises(Killed):
            redrive(day, life)
        ends[life.ended_at] += 1
        queue.let_hands_time_out()
        redrive(day)
        assert everything(day) == wanted, f"killed at step {last_step}, {life.ended_at}"
    experiment.found(
        REDRIVE,
        tried=f"{ends.total()} redrives killed before or after one of {steps} calls to lake and queue, of "
        f"{len(ends)} kinds, each run again",
        result="each time the same lake and the same queue as if nothing had happened",
    )


def run_to_the_end(queue: QueueOnMoto, arguments: tuple[object, ...], aws: Aws) -> str:
    """Return what the command says when it is done; where the dead one's last request has just been served, once more.

    Such a request hides messages for two minutes after its sender's death, and the command asks to be run again then.
    """
    for _ in range(2):
        queue.let_hands_time_out()
        status, output, errors = flightlake(*arguments, environment=aws.environment)
        if status == 0:
            break
        assert "are in another reader's hands" in errors
    assert (status, errors) == (0, "")
    return output


@pytest.mark.slow
def test_a_redrive_killed_by_the_system_is_finished_by_the_next(
    aws: Aws, folder_lake: Lake, queue: QueueOnMoto, experiment: Experiment
) -> None:
    kills, rounds = experiment.size(small=1, ci=8, full=40), experiment.size(small=3, ci=10, full=20)
    draw = random.Random(43)
    day = BadDay(folder_lake.store, folder_lake.poll_state, queue)
    day.live(rounds=rounds, draw=draw)
    before = everything(day)
    options = ("--queue", queue.url, "--interval", INTERVAL_S, "--source", PLACE, "--replay", "--format", "json")
    arguments = ("redrive", "--lake", folder_lake.address, *options)
    killed = 0
    for _ in range(kills):
        landed = len(keys_of(day.store, "raw/"))
        process = start_flightlake(*arguments, environment=aws.environment)
        while process.poll() is None and len(keys_of(day.store, "raw/")) == landed:
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
        time.sleep(1.2 * _WAIT_S)  # until its last request has ended in the queue's server, too
        queue.let_hands_time_out()
    assert killed
    output = run_to_the_end(queue, arguments, aws)
    last = day.over_at  # by the wall clock the last tick is long past, too
    day.dead.add(last)
    day.due.append(last)
    assert_made_good(day, before, kept=2)
    assert json.loads(output)["dead_letters"]["foreign"] == 2
    experiment.found(
        REDRIVE,
        tried=f"`flightlake redrive --replay` on {len(day.due)} polls, killed {killed} times by SIGKILL at work, then "
        "run to its end",
        result=f"all {len(day.served)} good bodies there once, {len(day.dead)} missed polls recorded once",
    )
