"""No output of a run shows a secret: searched whole and in part, in every encoding."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support.experiments import Experiment
from support.malicious_input import ON_STATES, ON_STATES_BY_STATUS, ON_TOKENS
from support.planted_secrets import Search, watched_arguments
from support.polling import a_body
from support.secret_runs import SOURCE, Wired, wired_run

from simulator.faults import KINDS
from simulator.sky import Sky


@pytest.fixture(scope="module")
def sky() -> Sky:
    small = Sky(seed=3, aircraft_count=80)
    small.observations(small.epoch_s)
    return small


@pytest.fixture
def wired(sky: Sky, tmp_path: Path) -> Iterator[Wired]:
    with wired_run(tmp_path / "home", sky, speed=20) as run:
        yield run


def polled(wired: Wired, count: int, *, patch: str = "") -> dict[str, bytes]:
    """Poll the malicious source with the most verbose options."""
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
    assert str(wired.home).encode() in b"".join(arguments)
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


SPARKS_LOG_STAYS = """
    from pathlib import Path
    from cli.spark import local_session as spark
    class Kept(type(Path())):
        def unlink(self, missing_ok=False):
            pass
    spark.Path = Kept
"""
"""What Spark says while it starts lies in a file that is removed when it runs; here it stays."""


@pytest.mark.slow
def test_a_secret_shows_nowhere_in_what_a_whole_lake_writes(wired: Wired, experiment: Experiment) -> None:
    lake, home = wired.home / "lake", wired.home
    with watched_arguments() as arguments:
        told = polled(wired, 110)
        (home / "recorded.json").write_bytes(a_body())
        for command in (
            ("land", home / "recorded.json"),
            ("query", "select * from states"),
            ("verify",),
            ("history",),
            ("vacuum",),
            ("rollback", "--date", "2026-05-08"),
            ("report", "--out", home / "report.html"),
            ("query", "select * from polls", "--format", "csv"),
        ):
            if command[0] == "query" and "states" in command[1]:
                told |= wired.run("convert", "--lake", lake, "--engine", "spark", patch=SPARKS_LOG_STAYS)
            told |= wired.run("--verbose", *command, "--lake", lake)
    assert b"Traceback" not in b"".join(told.values())
    written = {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}
    assert {"lake", "report.html", "tmp"} <= written
    assert [path.name for path in (home / "tmp").glob("flightlake-spark-*.log") if path.stat().st_size] != []
    assert b"it asks for a pause" in told["stdout of query"]
    assert b"org.apache.spark" in b"".join(arguments)
    search = Search(wired.secrets)
    assert search.in_all(told | {"arguments": b"\n".join(arguments)}) == {}
    assert search.in_files(home) == {}
    experiment.found(
        "Can a secret of mine show in what the lake writes?",
        tried="Ten commands over what those polls landed, Spark's log among what was searched.",
        result=f"Nothing shows in {sum(path.is_file() for path in home.rglob('*'))} files and all output.",
    )
