"""The simulator starts, goes wrong on demand, keeps count, and stops without a trace."""

import json
import socket
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from flightlake.errors import UsageError
from simulator.clock import SteeredClock
from simulator.server import SimulatorServer
from simulator.sky import Sky, response_body

START = datetime(2026, 5, 8, 18, tzinfo=UTC)


def ask(server: SimulatorServer, *, timeout_s: float = 20) -> requests.Response:
    return requests.get(server.url + "/api/states/all", timeout=timeout_s)


@pytest.fixture(scope="module")
def small_sky() -> Sky:
    return Sky(5, START, 60)


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("401", 401, "application/json"),
        ("429", 429, "text/plain"),
        ("500", 500, "text/html"),
        ("502", 502, "text/html"),
        ("503", 503, "text/html"),
        ("html", 200, "text/html"),
    ],
)
def test_a_fault_with_an_answer_strikes_the_planned_request_only(
    small_sky: Sky, kind: str, status: int, content_type: str
) -> None:
    with SimulatorServer(small_sky, faults=f"{kind}@2") as server:
        answers = [ask(server) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, status, 200]
    assert answers[1].headers["Content-Type"].startswith(content_type)
    assert ("X-Rate-Limit-Retry-After-Seconds" in answers[1].headers) == (kind == "429")
    assert [request.fault for request in server.requests] == [None, kind, None]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("429", "60"), ("429long", "22688"), ("429bare", None), ("429odd", "12.5")],
)
def test_a_429_asks_for_a_pause_in_its_own_way(small_sky: Sky, kind: str, said: str | None) -> None:
    with SimulatorServer(small_sky, faults=f"{kind}@2") as server:
        answers = [ask(server) for _ in range(2)]
    assert answers[1].status_code == 429
    assert answers[1].headers.get("X-Rate-Limit-Retry-After-Seconds") == said


def test_a_feed_in_trouble_sends_the_last_answer_again_an_older_one_or_a_tenth(small_sky: Sky) -> None:
    clock = SteeredClock(START)
    with SimulatorServer(small_sky, clock=clock, faults="repeat@2,back@3,dip@4") as server:
        answers = []
        for _ in range(4):
            answers.append(ask(server))
            clock.advance(60)
    first, again, older, thin = [answer.json() for answer in answers]
    assert again == first
    assert older["time"] == first["time"] - 300
    assert thin["time"] == first["time"] + 180
    whole = json.loads(response_body(thin["time"], small_sky.observations(thin["time"])))
    assert thin["states"] == whole["states"][::10]


def test_a_hanging_request_gets_nothing_and_does_not_hold_up_others(small_sky: Sky) -> None:
    with SimulatorServer(small_sky, faults="hang@1") as server:
        with pytest.raises(requests.ReadTimeout):
            ask(server, timeout_s=0.5)
        assert ask(server).status_code == 200
    assert [(request.status, request.fault) for request in server.requests] == [(None, "hang"), (200, None)]


def test_the_server_stops_while_a_request_hangs(small_sky: Sky) -> None:
    outcome: list[str] = []

    def hang(server: SimulatorServer) -> None:
        try:
            ask(server)
        except requests.ConnectionError as error:
            outcome.append(type(error).__name__)

    with SimulatorServer(small_sky, faults="hang@1") as server:
        caller = threading.Thread(target=hang, args=(server,))
        caller.start()
        time.sleep(0.3)
        stopping_s = time.monotonic()
    assert time.monotonic() - stopping_s < 5
    caller.join(10)
    assert outcome == ["ConnectionError"]


def test_a_cut_connection_gives_no_answer_or_half_of_one(small_sky: Sky) -> None:
    with SimulatorServer(small_sky, faults="cut@1,cut@2") as server:
        with pytest.raises(requests.ConnectionError):
            ask(server)
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            ask(server)
        assert ask(server).status_code == 200


def test_a_truncated_answer_is_shorter_than_announced_or_a_broken_stream(small_sky: Sky) -> None:
    with SimulatorServer(small_sky, faults="truncated@1,truncated@2") as server:
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            ask(server)
        broken = ask(server)
    assert broken.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        broken.json()


def test_faults_by_share_strike_about_that_share_and_the_same_requests_again(small_sky: Sky) -> None:
    def statuses() -> list[int]:
        with SimulatorServer(small_sky, faults="500:0.3,429:0.2") as server:
            session = requests.Session()
            with session:
                return [session.get(server.url + "/api/states/all", timeout=20).status_code for _ in range(90)]

    first = statuses()
    assert 15 <= first.count(500) <= 40
    assert 8 <= first.count(429) <= 30
    assert statuses() == first


def test_faults_spare_the_token_the_clock_and_the_truth(small_sky: Sky) -> None:
    with SimulatorServer(small_sky, faults="500:1") as server:
        assert requests.get(server.url + "/clock", timeout=20).status_code == 200
        assert requests.get(server.url + "/ground-truth/flights", timeout=20).status_code == 200
        assert ask(server).status_code == 500


def test_requests_are_kept_by_path_and_status(small_sky: Sky) -> None:
    with SimulatorServer(small_sky) as server:
        requests.get(server.url + "/api/states/all?lamin=1", timeout=20)
        requests.get(server.url + "/nowhere", timeout=20)
    kept = [(request.number, request.path, request.query, request.status) for request in server.requests]
    assert kept == [(1, "/api/states/all", "lamin=1", 400), (2, "/nowhere", "", 404)]


def test_the_clock_runs_as_fast_as_asked(small_sky: Sky) -> None:
    with SimulatorServer(small_sky, start=START, speed=1_000) as server:
        before = requests.get(server.url + "/clock", timeout=20).json()
        time.sleep(0.2)
        after = requests.get(server.url + "/clock", timeout=20).json()
    assert before["speed"] == 1_000
    assert before["now"] >= START.timestamp()
    assert after["now"] - before["now"] >= 200


def test_the_server_starts_at_the_skys_start_by_default(small_sky: Sky) -> None:
    with SimulatorServer(small_sky) as server:
        assert 0 <= server.clock.now_s() - START.timestamp() < 30


def test_many_requests_at_once_are_all_answered(small_sky: Sky) -> None:
    bodies: list[bytes] = []
    with SimulatorServer(small_sky, speed=0.001) as server:
        callers = [threading.Thread(target=lambda: bodies.append(ask(server).content)) for _ in range(12)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(20)
    assert len(bodies) == 12
    assert len(set(bodies)) == 1


def test_a_taken_port_is_refused_with_its_number(small_sky: Sky) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be used"), SimulatorServer(small_sky, port=port):
            pass


def test_the_server_listens_on_this_machine_only(small_sky: Sky) -> None:
    with SimulatorServer(small_sky) as server:
        assert server.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tier": "gold"}, "tier 'gold' does not exist: choose one of anonymous, standard, feeder, licensed"),
        ({"speed": 0}, "speed 0 is not possible"),
        ({"speed": -1}, "speed -1 is not possible"),
        ({"start": datetime(2026, 5, 8)}, "has no time zone"),  # noqa: DTZ001 - the fault under test
        ({"faults": "flood:0.1"}, "'flood' is no known kind"),
    ],
)
def test_an_impossible_option_is_refused_before_anything_starts(
    small_sky: Sky, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        SimulatorServer(small_sky, **options)
