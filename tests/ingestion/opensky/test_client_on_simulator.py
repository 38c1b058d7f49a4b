"""The client, the landing and the ledger against the simulator, which speaks OpenSky's protocol by its own rules."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from support.polling import ledger_of

from flightlake.lake import Lake
from flightlake.opensky.quota import PollingPlan, tier_named
from flightlake.ports import Clock
from flightlake.quality.evaluate import evaluate
from ingestion.opensky.client import OpenSkySource, Service
from ingestion.opensky.http import Limits
from ingestion.opensky.oauth import Credentials
from ingestion.opensky.simulated_time import discovered_clock
from ingestion.poll import Poller, poll_many, poll_once
from ingestion.quota.quota import CreditQuota
from simulator.clock import SteeredClock
from simulator.server import SimulatorServer
from simulator.sky import DEFAULT_START, Sky

Server = Callable[..., AbstractContextManager[SimulatorServer]]


@pytest.fixture(scope="module")
def sky() -> Sky:
    small = Sky(seed=3, aircraft_count=150)
    small.observations(small.epoch_s)
    return small


@pytest.fixture
def serving(sky: Sky) -> Server:
    @contextmanager
    def serve(faults: str = "") -> Iterator[SimulatorServer]:
        with SimulatorServer(sky, clock=SteeredClock(DEFAULT_START), faults=faults) as server:
            yield server

    return serve


def a_poller(
    server: SimulatorServer, lake: Lake, *, tier: str = "standard", interval_s: float = 90, clock: Clock | None = None
) -> Poller:
    service = Service.at(server.url)
    clock = clock or discovered_clock(service)
    assert clock is not None
    plan = PollingPlan(tier_named(tier), None, interval_s)
    credentials = None if tier == "anonymous" else lambda: Credentials("simulator", "simulator")
    limits = Limits(connect_s=2, read_s=1, total_s=20)
    source = OpenSkySource(service, credentials=credentials, box=plan.box, clock=clock, limits=limits)
    return Poller(source, lake.store, CreditQuota(lake.poll_state, plan, place=server.url, clock=clock), clock)


def outcomes(poller: Poller, count: int) -> list[str]:
    return [poll.record.outcome for poll in poll_many(poller, count=count, interval_s=90)]


def test_polls_of_a_simulated_sky_land_each_in_its_second(serving: Server, folder_lake: Lake) -> None:
    with serving() as server:
        polls = list(poll_many(a_poller(server, folder_lake), count=4, interval_s=90))
    assert [poll.record.outcome for poll in polls] == ["landed"] * 4
    assert [poll.record.credits_left for poll in polls] == [3996, 3992, 3988, 3984]
    for number, poll in enumerate(polls):
        assert poll.response is not None
        assert poll.response.snapshot_at == DEFAULT_START + timedelta(seconds=90 * number)
        assert evaluate(poll.response).valid_count > 50
        assert {len(row) for row in poll.response.rows} == {18}


def test_a_sky_that_runs_fast_is_polled_by_its_own_clock(sky: Sky, folder_lake: Lake) -> None:
    with SimulatorServer(sky, speed=100) as server:
        clock = discovered_clock(Service.at(server.url))
        assert clock is not None
        started_s = time.monotonic()
        polls = list(poll_many(a_poller(server, folder_lake, clock=clock), count=3, interval_s=200))
    assert [poll.record.outcome for poll in polls] == ["landed"] * 3
    assert 4 <= time.monotonic() - started_s < 12  # 400 simulated seconds


def test_an_anonymous_poller_has_the_anonymous_budget(serving: Server, folder_lake: Lake) -> None:
    with serving() as server:
        poller = a_poller(server, folder_lake, tier="anonymous", interval_s=864)
        assert poll_once(poller, scheduled_at=poller.clock.now()).record.credits_left == 396


@pytest.mark.parametrize("kind", ["500", "502", "503", "hang", "cut", "truncated"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_fault_that_can_heal_costs_a_retry_and_no_poll(
    serving: Server, folder_lake: Lake, kind: str, number: int
) -> None:
    with serving(f"{kind}@{number}") as server:
        poller = a_poller(server, folder_lake)
        records = [poll.record for poll in poll_many(poller, count=number, interval_s=90)]
    assert [record.outcome for record in records] == ["landed"] * number
    assert records[-1].credits_spent == 8


def test_a_token_that_is_refused_is_renewed_at_no_cost(serving: Server, folder_lake: Lake) -> None:
    with serving("401@1") as server:
        record = next(poll_many(a_poller(server, folder_lake), count=1, interval_s=90)).record
        tokens = [request for request in server.requests if request.path.endswith("/token")]
    assert (record.outcome, record.credits_spent) == ("landed", 4)
    assert len(tokens) == 2


def test_a_429_keeps_the_poller_silent_for_as_long_as_it_says(serving: Server, folder_lake: Lake) -> None:
    with serving("429@1") as server:  # it asks for a minute
        poller = a_poller(server, folder_lake, tier="licensed", interval_s=20)
        told = [poll.record.outcome for poll in poll_many(poller, count=5, interval_s=20)]
        asked_at = [request.at_s for request in server.requests if request.path == "/api/states/all"]
    assert told == ["failed", "skipped_cooldown", "skipped_cooldown", "landed", "landed"]
    assert [at_s - asked_at[0] for at_s in asked_at] == [0, 60, 80]


def test_a_page_with_status_200_is_kept_as_refused(serving: Server, folder_lake: Lake) -> None:
    with serving("html@1") as server:
        assert outcomes(a_poller(server, folder_lake), 2) == ["failed", "landed"]
    (key,) = [found.key for found in folder_lake.store.list("raw/refused/")]
    assert ledger_of(folder_lake.store)[0]["raw_key"] == key


def test_the_servers_count_of_a_spent_budget_is_believed(serving: Server, folder_lake: Lake) -> None:
    with serving() as server:
        polls = poll_many(a_poller(server, folder_lake), count=4, interval_s=90)
        told = [next(polls).record.outcome]
        server._service.access.spend("simulator", 3_990)  # somebody else uses the same account
        told += [poll.record.outcome for poll in polls]
        asked = [request for request in server.requests if request.path == "/api/states/all"]
    assert told == ["landed", "landed", "skipped_budget", "skipped_budget"]
    assert len(asked) == 2


def test_a_service_without_a_clock_lives_in_real_time(serving: Server) -> None:
    with serving() as server:
        assert discovered_clock(Service.at(f"{server.url}/elsewhere")) is None
