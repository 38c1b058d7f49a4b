"""Does a secret show anywhere in what a run writes? Looked for whole and in part, in every wrapping."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support.canaries import Search, watched_arguments
from support.experiments import Experiment
from support.hostile import ON_STATES, ON_STATES_BY_STATUS, ON_TOKENS
from support.secret_runs import SOURCE, Wired, wired_run

from local.simulator.faults import KINDS
from local.simulator.sky import Sky


@pytest.fixture(scope="module")
def sky() -> Sky:
    small = Sky(seed=3, aircraft_count=80)
    small.observations(small.epoch_s)
    return small


@pytest.fixture
def wired(sky: Sky, tmp_path: Path) -> Iterator[Wired]:
    with wired_run(tmp_path / "home", sky, speed=400) as run:
        yield run


def polled(wired: Wired, count: int, *, patch: str = "") -> dict[str, bytes]:
    """Poll the hostile source as somebody does who wants to see everything."""
    lake = wired.home / "lake"
    schedule = ("--count", count, "--interval", 20, "--tier", "licensed")
    return wired.run("--verbose", "poll", "--lake", lake, "--source", SOURCE, *schedule, patch=patch)


def test_a_secret_shows_nowhere_in_what_polls_write_whatever_the_source_answers(
    wired: Wired, experiment: Experiment
) -> None:
    count = experiment.size(small=110, ci=300, full=1_000)
    with watched_arguments() as arguments:
        told = polled(wired, count)
    assert {request.fault for request in wired.server.requests} >= set(KINDS)
    assert (wired.proxy.on_states, wired.proxy.on_tokens) == ([], [])
    assert b"".join(arguments).count(b"--verbose") == 1
    search = Search(wired.secrets)
    assert search.in_all(told | {"arguments": b"\n".join(arguments)}) == {}
    assert search.in_files(wired.home) == {}
    reasons = [json.loads(path.read_bytes())["reason"] or "" for path in wired.home.rglob("raw/polls/**/*.json")]
    refused = sum("repeats a secret that the request carried" in reason for reason in reasons)
    assert refused == len({"page", "gzip", "token first", "row", "time", "states", "percent", "redirect"})
    experiment.found(
        "Can a secret of mine show in what the lake writes?",
        tried=f"{count} polls with {len(wired.secrets)} secrets (the account's, its tokens, AWS's, a proxy's), each "
        f"fault of the simulator, and {len((*ON_STATES, *ON_STATES_BY_STATUS, *ON_TOKENS))} answers that repeat what "
        "they were sent; looked for whole and in part, in seven wrappings, in output, arguments and every file.",
        result=f"Nothing shows. {refused} answers that repeated a token were not kept.",
    )


def test_a_fault_of_our_own_shows_its_place_and_no_secret(wired: Wired) -> None:
    told = polled(
        wired,
        3,
        patch="""
        from ingestion import poll
        def broken(body, **_):
            raise RuntimeError("a fault of our own")
        poll.checked_response = broken
        """,
    )
    assert "a fault of our own" in text_of(told)
    assert Search(wired.secrets).in_all(told) == {}
    assert Search(wired.secrets).in_files(wired.home) == {}


def text_of(told: Mapping[str, bytes]) -> str:
    return b"".join(told.values()).decode()
