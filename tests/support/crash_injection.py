"""Adapters that kill the process at a chosen call, and a state table that fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from support.polling import MemoryState

from flightlake.errors import ObjectNotFoundError, StorageError
from flightlake.lake import Lake
from flightlake.ports import Clock, ObjectInfo, ObjectStore, PollState, VersionedState
from ingestion.sources import Fetched, RequestBudget, Source

_Result = TypeVar("_Result")


class Killed(BaseException):
    """The process was killed: no code of ours catches this, and later calls of the process raise it again."""


@dataclass
class Life:
    """Steps of one process: each outside call is two, before it and after it; the process may be killed at one."""

    last_step: int | None = None
    steps: int = 0
    ended_at: str | None = None

    def renewed(self, last_step: int | None) -> None:
        """Begin counting anew, for the next invocation."""
        self.last_step, self.steps = last_step, 0

    def through(self, name: str, call: Callable[[], _Result]) -> _Result:
        """Return what a call returns, unless the process dies before or after it."""
        self._step(f"before {name}")
        result = call()
        self._step(f"after {name}")
        return result

    def _step(self, name: str) -> None:
        if self.ended_at is not None:
            raise Killed(self.ended_at)
        self.steps += 1
        if self.last_step is not None and self.steps >= self.last_step:
            self.ended_at = name
            raise Killed(name)


@dataclass(frozen=True)
class KillableStore:
    """A store whose calls may kill the process."""

    store: ObjectStore
    life: Life

    def put_if_absent(self, key: str, data: bytes) -> bool:
        return self.life.through(f"put {key.split('/')[1]}", lambda: self.store.put_if_absent(key, data))

    def get(self, key: str) -> bytes:
        return self.life.through("get", lambda: self.store.get(key))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


CHANGING = ("put_if_absent", "delete", "remove_incomplete", "create_table", "move_pointer")


@dataclass(frozen=True)
class KillableAdapter:
    """A store or catalog whose changing calls may kill the process."""

    part: Any
    life: Life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.part, name)
        if name not in CHANGING:
            return method
        return lambda *args, **kwargs: self.life.through(name, lambda: method(*args, **kwargs))


def killable(lake: Lake, life: Life) -> Lake:
    """Return the lake with adapters at which the process may be killed."""
    return replace(lake, store=KillableAdapter(lake.store, life), catalog=KillableAdapter(lake.catalog, life))


class Interrupting:
    """A store in which something happens just before the first call of a kind."""

    def __init__(self, store: ObjectStore, name: str, key: str, act: Callable[[], None]) -> None:
        self._store, self._name, self._key = store, name, key
        self._acts: Iterator[Callable[[], None]] = iter([act])

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(first: Any, *args: Any) -> Any:
            if name == self._name and str(first).startswith(self._key):
                for act in self._acts:
                    act()
                    break
            return method(first, *args)

        return call


@dataclass(frozen=True)
class KillableState:
    """A poll state whose calls may kill the process."""

    state: PollState
    life: Life

    def load(self) -> VersionedState:
        return self.life.through("load", self.state.load)

    def save(self, document: dict[str, Any], *, expected_version: int) -> None:
        self.life.through("save", lambda: self.state.save(document, expected_version=expected_version))


@dataclass(frozen=True)
class KillableClock:
    """A clock whose sleeps may kill the process: the wait before a retry is a step, too."""

    clock: Clock
    life: Life

    def now(self) -> datetime:
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        self.life.through("retry", lambda: self.clock.sleep(seconds))


class KillableSource:
    """A source whose requests may kill the process."""

    def __init__(self, source: Source, life: Life) -> None:
        self._source, self._life = source, life
        self.name, self.tries = source.name, source.tries

    def fetch(self, request_budget: RequestBudget) -> Fetched:
        return self._life.through("fetch", lambda: self._source.fetch(request_budget))


@dataclass
class FailingState(MemoryState):
    """A state table that can be throttled and emptied; every second refused write is stored all the same."""

    is_throttled: Callable[[], bool]
    now_s: Callable[[], float]
    refused_at_s: list[float] = field(default_factory=list)
    refused_writes: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def load(self) -> VersionedState:
        if self.is_throttled():
            self.refused_at_s.append(self.now_s())
            raise StorageError("cannot read the poll state: throttled")
        return super().load()

    def save(self, document: dict[str, Any], *, expected_version: int) -> None:
        if not self.is_throttled():
            super().save(document, expected_version=expected_version)
            return
        self.refused_at_s.append(self.now_s())
        self.refused_writes += 1
        if self.refused_writes % 2:
            super().save(document, expected_version=expected_version)
        raise StorageError("cannot write the poll state: throttled")

    def lose(self) -> None:
        """Forget everything, as a table that was deleted and made anew."""
        super().__init__()


@dataclass
class MemoryStore:
    """Objects in memory: a month of them needs no disk."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        return self.objects.setdefault(key, data) is data

    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise ObjectNotFoundError(f"no object {key}")
        return self.objects[key]

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        return self.get(key)[offset : offset + length]

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        for key in sorted(self.objects):
            if key.startswith(prefix):
                yield ObjectInfo(key, len(self.objects[key]), datetime.min.replace(tzinfo=UTC))

    def delete(self, keys: Any) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def list_incomplete(self) -> Iterator[ObjectInfo]:
        return iter(())

    def remove_incomplete(self, incomplete: ObjectInfo) -> None:
        """Nothing to do."""

    def make_durable(self, prefix: str) -> None:
        """Nothing to do."""

    def uri(self, key: str) -> str:
        return f"memory:{key}"
