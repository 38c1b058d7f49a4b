"""`flightlake poll` and `flightlake simulate`, as a user runs them, and the account that a poll uses."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import flightlake, start_flightlake
from support.http_stub import TOKEN_PATH, Answer, Stub, http_stub
from support.polling import a_body

from cli.polling import find_target, make_plan
from flightlake.errors import UsageError
from flightlake.storage.open_lake import open_lake
from simulator.server import SimulatorServer
from simulator.sky import Sky

ACCOUNT = {"OPENSKY_CLIENT_ID": "me", "OPENSKY_CLIENT_SECRET": "private"}


@pytest.fixture(scope="module")
def sky() -> Sky:
    small = Sky(seed=3, aircraft_count=150)
    small.observations(small.epoch_s)
    return small


@pytest.fixture
def simulator(sky: Sky) -> Iterator[SimulatorServer]:
    with SimulatorServer(sky, speed=100) as server:
        yield server


def test_polls_of_a_simulator_land_in_its_time_and_their_counts_are_one_document(
    simulator: SimulatorServer, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    arguments = ("poll", "--lake", lake, "--source", simulator.url, "--count", 3, "--interval", 90)
    started_s = time.monotonic()
    status, output, errors = flightlake(*arguments, "--format", "json")
    assert (status, errors) == (0, "")
    assert time.monotonic() - started_s < 30  # 180 simulated seconds are 1.8 real ones
    told = json.loads(output)
    assert told["source"] == f"{simulator.url}/api/states/all"
    assert (told["polls"], told["outcomes"]["landed"], told["troubles"]) == (3, 3, [])
    assert (told["credits_spent"], told["credits_left"]) == (12, 3_988)
    assert 150 < told["rows_landed"] < 600
    assert len(list(open_lake(str(lake)).store.list("raw/polls/"))) == 3


def test_people_get_a_line_for_each_poll_and_a_table(simulator: SimulatorServer, tmp_path: Path) -> None:
    box = "--box=35,-10,44,4"
    status, output, errors = flightlake("poll", "--lake", tmp_path / "lake", "--source", simulator.url, box)
    assert status == 0
    assert "landed" in errors
    assert "1 │" in output
    assert "rows landed; 3 credits spent, 3,997 left" in output


def test_a_poll_that_failed_is_exit_status_1_and_in_the_ledger(sky: Sky, tmp_path: Path) -> None:
    with SimulatorServer(sky, speed=100, faults="html@1") as server:
        status, output, _ = flightlake(
            "poll", "--lake", tmp_path / "lake", "--source", server.url, "--format", "json", "--tier", "anonymous"
        )
    assert status == 1
    (trouble,) = json.loads(output)["troubles"]
    assert trouble["outcome"] == "failed"
    assert trouble["reason"].startswith("the body is no JSON")


def test_an_impossible_plan_is_wrong_usage_and_makes_no_lake(simulator: SimulatorServer, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    status, output, errors = flightlake("poll", "--lake", lake, "--source", simulator.url, "--interval", 30)
    assert (status, output) == (2, "")
    assert "The fastest possible interval is 86.4 s" in errors
    assert not lake.exists()
    assert flightlake("poll", "--lake", lake, "--source", simulator.url, "--interval", 0)[0] == 2


def test_nobody_at_the_address_is_an_error_in_words(tmp_path: Path) -> None:
    status, output, errors = flightlake("poll", "--lake", tmp_path / "lake", "--source", "http://127.0.0.1:1")
    assert (status, output) == (1, "")
    assert "no connection to 127.0.0.1:1" in errors
    assert "Traceback" not in errors


def test_the_licence_of_the_data_is_in_the_help() -> None:
    status, output, _ = flightlake("poll", "--help")
    assert status == 0
    assert "research and non-commercial use" in " ".join(output.replace("│", " ").split())


def test_an_interrupted_run_tells_what_it_did(simulator: SimulatorServer, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    arguments = ("--source", simulator.url, "--count", 0, "--interval", 3_600, "--format", "json")
    process = start_flightlake("poll", "--lake", lake, *arguments)
    deadline_s = time.monotonic() + 30
    while not list(lake.glob("raw/polls/*/*/*/*.json")) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(output)["outcomes"]["landed"] == 1
    assert "Traceback" not in errors


def test_a_simulator_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    process = start_flightlake("simulate", "--port", 0, "--aircraft", 100, "--seed", 7, "--speed", "step")
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split()[2]
        status, output, _ = flightlake("poll", "--lake", tmp_path / "lake", "--source", url, "--format", "json")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert (status, json.loads(output)["outcomes"]["landed"]) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--start", "noon"), "--start 'noon' is no instant"),
        (("--start", "2026-05-08T12:00:00"), "no time zone"),
        (("--faults", "500"), "fault '500' is not understood"),
        (("--tier", "gold"), "tier 'gold' does not exist"),
        (("--speed", "0"), "speed 0.0 is not possible"),
        (("--speed", "fast"), "--speed 'fast' is neither a number nor `step`"),
        (("--aircraft", "0"), "--aircraft"),
        (("--port", "70000"), "65535"),
    ],
)
def test_what_the_simulator_cannot_do_is_wrong_usage(arguments: tuple[str, str], complaint: str) -> None:
    status, _, errors = flightlake("simulate", "--aircraft", 50, *arguments)
    assert status == 2
    assert complaint in errors
    assert "Traceback" not in errors


@pytest.fixture
def real_service() -> Iterator[Stub]:
    """A service without a simulator's clock."""
    token = Answer(200, b'{"access_token": "t0ken"}')
    with http_stub({"/api/states/all": [Answer(200, a_body())], TOKEN_PATH: [token], "/clock": [Answer(404)]}) as stub:
        yield stub


def test_the_account_of_the_environment_is_standard(real_service: Stub, tmp_path: Path) -> None:
    arguments = ("poll", "--lake", tmp_path / "lake", "--source", real_service.url, "--format", "json")
    status, output, errors = flightlake(*arguments, environment=ACCOUNT)
    assert (status, json.loads(output)["outcomes"]["landed"]) == (0, 1)
    assert real_service.asked_for(TOKEN_PATH)[0].form["client_secret"] == "private"
    everything = output + errors + "".join(str(path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())
    assert "private" not in everything
    assert "t0ken" not in everything


def test_without_an_account_polls_are_anonymous(real_service: Stub) -> None:
    target = find_target(real_service.url, tier=None, environ={})
    assert make_plan(target, tier=None, box=None, interval_s=None).interval_s == 864
    with pytest.raises(UsageError, match="tier standard needs an account: set OPENSKY_CLIENT_ID and OPENSKY_CLIENT_S"):
        make_plan(target, tier="standard", box=None, interval_s=None)


def test_an_account_may_poll_anonymously(real_service: Stub) -> None:
    target = find_target(real_service.url, tier="anonymous", environ=ACCOUNT)
    assert target.credentials is None


@pytest.mark.parametrize("half", ["OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"])
def test_half_an_account_is_wrong_usage(half: str, real_service: Stub) -> None:
    with pytest.raises(UsageError, match="is not set; an account needs"):
        find_target(real_service.url, tier=None, environ={half: "x"})


def test_a_simulator_never_sees_the_account_of_the_environment(simulator: SimulatorServer) -> None:
    target = find_target(simulator.url, tier=None, environ=ACCOUNT)
    assert target.credentials is not None
    assert target.credentials.client_id == "simulator"


def test_the_live_service_is_not_asked_for_a_clock() -> None:
    target = find_target("https://opensky-network.org", tier=None, environ={})
    assert make_plan(target, tier=None, box="45,5,50,10", interval_s=None).interval_s == 216
