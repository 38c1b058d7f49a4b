"""Pollers for tests: a clock moved by hand, a state in memory, a source that follows a script, good bodies."""

import copy
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from flightlake.errors import ConflictError, StorageError
from flightlake.opensky.quota import PollingPlan, tier_named
from flightlake.ports import ObjectStore, PollState, VersionedState
from ingestion.poll import Poller
from ingestion.quota.quota import CreditQuota
from ingestion.sources import Fetched, RequestBudget

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)
NOON_S = 1778241600
PLACE = "http://source.test"
GLOBAL_PLAN = PollingPlan(tier_named("standard"), None, 90)

A_ROW: list[Any] = [
    *("3c6444", "DLH9LF  ", "Germany", NOON_S - 1, NOON_S - 1, 8.5, 50.25, 10668.0, False, 230.0, 90.0, 0.0, None),
    *(10820.0, "1000", False, 0, 4),
]


def a_body(time_s: Any = NOON_S, rows: list[Any] | None = None) -> bytes:
    """Return a response of one good row, or of the given ones."""
    return json.dumps({"time": time_s, "states": [A_ROW] if rows is None else rows}).encode()


class HandClock:
    """Clock that stands still until a test moves it or sleeps on it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.instant = now
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.move(max(seconds, 0))

    def move(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class MemoryState:
    """Poll state in memory."""

    def __init__(self) -> None:
        self.stored = VersionedState({}, 0)

    def load(self) -> VersionedState:
        return copy.deepcopy(self.stored)

    def save(self, document: dict[str, Any], *, expected_version: int) -> None:
        if expected_version != self.stored.version:
            raise ConflictError(f"version {self.stored.version}, not {expected_version}")
        self.stored = VersionedState(json.loads(json.dumps(document)), expected_version + 1)


class ScriptedSource:
    """Source that answers each poll by the next entry of a script: a body, or an error to raise."""

    name = f"{PLACE}/api/states/all"
    tries = 3

    def __init__(self, script: Iterable[bytes | Exception], clock: HandClock, *, takes_s: float = 1) -> None:
        self._script = iter(script)
        self._clock = clock
        self._takes_s = takes_s
        self.credits_left: int | None = None
        self.requests_each = 1
        self.asked_at: list[datetime] = []

    def fetch(self, request_budget: RequestBudget) -> Fetched:
        self.asked_at.append(self._clock.now())
        for _ in range(self.requests_each):
            request_budget.take()
        self._clock.move(self._takes_s)
        part = next(self._script)
        if isinstance(part, Exception):
            raise part
        return Fetched(part, self._clock.now(), self.credits_left, self.requests_each)


class FullStore:
    """A store that takes nothing more under some prefixes, as a full disk."""

    def __init__(self, store: ObjectStore, *refuses: str) -> None:
        self._store = store
        self._refuses = refuses

    def put_if_absent(self, key: str, data: bytes) -> bool:
        if key.startswith(self._refuses):
            raise StorageError(f"cannot write {key}: no space left on device")
        return self._store.put_if_absent(key, data)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(self._store, name)


def a_poller(
    store: ObjectStore,
    script: Iterable[bytes | Exception] = (),
    *,
    clock: HandClock | None = None,
    state: PollState | None = None,
    plan: PollingPlan = GLOBAL_PLAN,
    takes_s: float = 1,
) -> Poller:
    """Return a poller of a scripted source; its clock stands at noon unless given."""
    clock = clock or HandClock()
    quota = CreditQuota(state or MemoryState(), plan, place=PLACE, clock=clock)
    return Poller(ScriptedSource(script, clock, takes_s=takes_s), store, quota, clock)


def ledger_of(store: ObjectStore) -> list[dict[str, Any]]:
    """Return every ledger record, in the order of due times."""
    return [json.loads(store.get(found.key)) for found in store.list("raw/polls/")]


def keys_of(store: ObjectStore, prefix: str) -> list[str]:
    """Return every key under a prefix."""
    return [found.key for found in store.list(prefix)]
