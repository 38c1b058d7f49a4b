"""A month of polling against the simulator, fully wired, and its results."""

import random as global_random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from random import Random

from support.crash_injection import (
    FailingState,
    KillableClock,
    KillableSource,
    KillableState,
    KillableStore,
    Life,
    MemoryStore,
)
from support.deployment import Deployment
from support.poll_faults import DAY_S, FaultSchedule, ScheduledFaults, drawn_faults, holds
from support.polling import ledger_of

from flightlake.opensky.quota import STANDARD, PollingPlan
from flightlake.poll_record import PollRecord
from ingestion.aws_lambda.invocation import Invocation, Reporter
from ingestion.opensky.client import OpenSkySource, Service
from ingestion.opensky.http import Limits
from ingestion.opensky.oauth import Credentials
from ingestion.poll import Poller
from ingestion.quota.quota import CreditQuota
from simulator.api import STATES_PATH, LoggedRequest
from simulator.clock import SteeredClock
from simulator.server import SimulatorServer
from simulator.sky import Sky

START = datetime(2026, 5, 8, tzinfo=UTC)
START_S = int(START.timestamp())
CLIENT = "simulator"
LIMITS = Limits(connect_s=5, read_s=1, total_s=30)
"""Real seconds: long for an answer on this machine, short for one that never comes."""

SPARE_CREDITS = 40
"""What the plan leaves of a day's budget: two polls that fail three times, or three that die, and it is spent early."""

GREED_CREDITS = (100, 140, 0, 0, 0)
"""What the neighbour takes beyond that, day after day: little is left where polls die in the evening, or nothing."""


class SkewedClock:
    """The poller's clock: the true time and its error; who sleeps lets the true time pass."""

    def __init__(self, true: SteeredClock, fault_schedule: FaultSchedule) -> None:
        self._true, self._schedule = true, fault_schedule

    def now(self) -> datetime:
        now_s = self._true.now_s()
        return datetime.fromtimestamp(now_s, UTC) + timedelta(seconds=self._schedule.skew_s(now_s))

    def sleep(self, seconds: float) -> None:
        self._true.advance(max(seconds, 0))


@dataclass(frozen=True)
class Month:
    """Results of a month: the simulator's log and count, the ledger, the raw zone, the deployment's own notes.

    Attributes:
        neighbour_credits: what somebody else spends under the same account on each day, a few minutes after midnight.
    """

    days: int
    interval_s: int
    fault_schedule: FaultSchedule
    deployment: Deployment
    store: MemoryStore
    state: FailingState
    log: list[LoggedRequest]
    neighbour_credits: list[int]

    @property
    def end_s(self) -> int:
        return START_S + self.days * DAY_S

    @cached_property
    def asked(self) -> list[LoggedRequest]:
        """Every request for states, in the order in which they came in."""
        return sorted((r for r in self.log if r.path == STATES_PATH), key=lambda request: request.number)

    @cached_property
    def records(self) -> dict[int, PollRecord]:
        """The ledger by due time."""
        found = [PollRecord.from_document(document) for document in ledger_of(self.store)]
        return {int(record.scheduled_at.timestamp()): record for record in found}

    @property
    def slots(self) -> range:
        """Every due time."""
        return range(START_S, self.end_s, self.interval_s)

    def poller_s(self, at_s: float) -> float:
        """Return what the poller's clock shows at a true time."""
        return at_s + self.fault_schedule.skew_s(at_s)


def polled_month(seed: int, *, days: int, interval_s: int, outage_s: int = DAY_S) -> Month:
    """Poll for a number of days under the faults of a seed, and return the results."""
    global_random.seed(seed)  # the client's waits between retries come from there
    random = Random(seed)
    fault_schedule = drawn_faults(random, start_s=START_S, days=days, interval_s=interval_s, outage_s=outage_s)
    clock, store = SteeredClock(START), MemoryStore()
    hiccups = Random(seed + 3)
    state = FailingState(
        lambda: hiccups.random() < fault_schedule.odds.refused or holds(fault_schedule.throttles, clock.now_s()),
        clock.now_s,
    )
    modest = STANDARD.budget_credits - SPARE_CREDITS - DAY_S // interval_s * 4
    neighbour = [modest + GREED_CREDITS[day % len(GREED_CREDITS)] for day in range(days)]
    faults = ScheduledFaults(fault_schedule, clock, Random(seed + 1))
    sky = Sky(seed, START, 20)
    sky.observations(START_S)  # the first takes long
    with SimulatorServer(sky, clock=clock, faults=faults) as server:
        plan, access = PollingPlan(STANDARD, None, interval_s), server._service.access
        faults.expire_tokens = access._expiry_s.clear
        faults.charge = partial(access.spend, CLIENT, plan.cost_credits)

        def process(life: Life) -> Invocation:
            poller = _poller(Service.at(server.url), plan, life, SkewedClock(clock, fault_schedule), store, state)
            return Invocation(poller, Reporter(_Unheard(), _Unheard()), None)  # type: ignore[arg-type]  # see _Unheard

        deployment = Deployment(process, clock, fault_schedule, Random(seed + 2))
        deployment.schedule(START_S, START_S + days * DAY_S, interval_s)
        for loss_s in fault_schedule.losses:
            deployment.at(loss_s, state.lose)
        for day, credits_ in enumerate(neighbour):
            deployment.at(START_S + day * DAY_S + 400, partial(access.spend, CLIENT, credits_))
        deployment.run()
        log = server.requests
    return Month(days, interval_s, fault_schedule, deployment, store, state, log, neighbour)


def _poller(
    service: Service, plan: PollingPlan, life: Life, clock: SkewedClock, store: MemoryStore, state: FailingState
) -> Poller:
    killable_clock = KillableClock(clock, life)
    source = OpenSkySource(
        service, credentials=lambda: Credentials(CLIENT, CLIENT), box=plan.box, clock=killable_clock, limits=LIMITS
    )
    quota = CreditQuota(KillableState(state, life), plan, place=service.base_url, clock=killable_clock)
    return Poller(KillableSource(source, life), KillableStore(store, life), quota, killable_clock)


class _Unheard:
    """Reporter that drops metrics and annotations."""

    def add_metric(self, name: str, unit: object, value: float) -> None:
        """Take one."""

    def put_annotation(self, key: str, value: str) -> None:
        """Take one."""
