"""A sky and a server that the simulator's tests share."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest
import requests

from simulator.clock import SteeredClock
from simulator.server import SimulatorServer
from simulator.sky import Sky, response_body

START = datetime(2026, 5, 8, 18, tzinfo=UTC)
TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"


@dataclass
class Client:
    """A client of a simulator whose clock stands."""

    server: SimulatorServer
    clock: SteeredClock

    def states(self, *, token: str | None = None, **asked: Any) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return requests.get(self.server.url + "/api/states/all", params=asked, headers=headers, timeout=20)

    def ask_token(self, **form: str) -> requests.Response:
        asked = {"grant_type": "client_credentials", "client_id": "simulator", "client_secret": "simulator"} | form
        return requests.post(self.server.url + TOKEN_PATH, data=asked, timeout=20)

    def token(self) -> str:
        return str(self.ask_token().json()["access_token"])

    def get(self, path: str, **asked: Any) -> Any:
        return requests.get(self.server.url + path, params=asked, timeout=20)


@pytest.fixture(scope="session")
def sky() -> Sky:
    return Sky(7, START, 3_000)


@pytest.fixture
def client(sky: Sky) -> Iterator[Client]:
    clock = SteeredClock(START)
    with SimulatorServer(sky, clock=clock) as server:
        yield Client(server, clock)


@pytest.fixture
def now_s() -> int:
    return int(START.timestamp())


@dataclass(frozen=True)
class Sample:
    """Answers of a day, an hour apart, and each one's successor 150 s later."""

    answers: list[tuple[dict[str, Any], dict[str, Any]]]

    @cached_property
    def rows(self) -> list[tuple[int, list[Any]]]:
        return [(answer["time"], row) for pair in self.answers for answer in pair for row in answer["states"]]


@pytest.fixture(scope="session")
def sample(sky: Sky) -> Sample:
    def answer(at_s: int) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(response_body(at_s, sky.observations(at_s)))
        return parsed

    first = int(START.timestamp())
    quiet = [at_s for at_s in range(first, first + 86_400, 3_610) if not sky.reception.is_dip(at_s + 150)]
    return Sample([(answer(at_s), answer(at_s + 150)) for at_s in quiet])
