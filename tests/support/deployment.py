"""Simulated deployment of the poller on a steered clock: schedule, queue, function, dead letters and faults.

As a plan of 30 seconds is deployed: every second trigger invokes the function, which nobody repeats; the others come as
messages, delayed by the interval, that come back after a failure until they were received five times. Source:
infra/components/scheduling.py and poller.py.
"""

import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any

from support.crash_injection import Killed, Life
from support.poll_faults import LATE, FaultSchedule, holds

from ingestion.aws_lambda.invocation import Invocation
from simulator.clock import SteeredClock

RECEIVES = 5
VISIBILITY_S = 450
MAXIMUM_AGE_S = 60
STEPS = 18
"""Calls of a poll with its retries, each two steps, about."""

STEPS_TO_ASKING = 6
"""Of every poll that is not refused: look into the ledger, read the state, save it."""


@dataclass
class Trigger:
    """One trigger of the schedule: due time of its poll (true Unix seconds), event, and way of delivery."""

    due_s: int
    event: dict[str, Any]
    is_queued: bool
    receives: int = 0


@dataclass(frozen=True)
class Kill:
    """A process that died: time, trigger and step of its poll."""

    at_s: float
    due_s: int
    step: str


@dataclass
class Deployment:
    """Delivers triggers to processes that come and go, one at a time.

    Attributes:
        start: starts a new process of the function.
        untriggered: due times without a trigger.
        taken: due times with a finished invocation, and its statuses.
        dead_letters: triggers that could not be delivered, and why.
        kills: processes that died within an invocation.
        deliveries: invocations that began.
        cold_starts: when a process began.
    """

    start: Callable[[Life], Invocation]
    clock: SteeredClock
    fault_schedule: FaultSchedule
    random: Random
    untriggered: set[int] = field(default_factory=set)
    taken: dict[int, list[str]] = field(default_factory=dict)
    dead_letters: list[tuple[Trigger, str]] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    deliveries: int = 0
    cold_starts: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = count()
        self._begin_process()

    def at(self, at_s: float, act: Callable[[], object]) -> None:
        """Schedule an action at a time."""
        heapq.heappush(self._agenda, (at_s, next(self._numbers), act))

    def schedule(self, start_s: int, end_s: int, interval_s: int) -> None:
        """Send every trigger between two times, except lost ones."""
        for number, due_s in enumerate(range(start_s, end_s, interval_s)):
            if holds(self.fault_schedule.silences, due_s) or self.random.random() < self.fault_schedule.odds.lost:
                self.untriggered.add(due_s)
                continue
            is_queued = number % 2 == 1
            for delay_s in self._delays():
                self._send(due_s, interval_s, is_queued=is_queued, delay_s=delay_s)

    def run(self) -> None:
        """Advance the clock until no event is left."""
        while self._agenda:
            at_s, _, act = heapq.heappop(self._agenda)
            self.clock.advance(max(0.0, at_s - self.clock.now_s()))
            act()

    def _delays(self) -> list[float]:
        """Return the delays of each copy of a trigger; most have one copy, without delay."""
        odds, draw = self.fault_schedule.odds, self.random.random()
        if draw < odds.doubled:
            return [0.0, self.random.choice([0.0, 1.0, 30.0, 200.0, 2_000.0])]
        return [self.random.uniform(50, 900)] if draw < odds.doubled + odds.late else [0.0]

    def _send(self, due_s: int, interval_s: int, *, is_queued: bool, delay_s: float) -> None:
        body: dict[str, Any] = {"scheduled_at": _text(due_s)}
        if is_queued:
            body = {"scheduled_at": _text(due_s - interval_s), "delay_s": interval_s}
        trigger = Trigger(due_s, {"Records": [{"body": json.dumps(body)}]} if is_queued else body, is_queued)
        self.at(due_s + delay_s, lambda: self._delivered(trigger, due_s + delay_s))

    def _delivered(self, trigger: Trigger, at_s: float) -> None:
        if not trigger.is_queued and self.clock.now_s() > at_s + MAXIMUM_AGE_S:
            self.dead_letters.append((trigger, "the function was at work for too long"))
            return
        trigger.receives += 1
        self.deliveries += 1
        self._draw_end()
        try:
            summary = self._invocation.run(trigger.event, execution_id=str(self.deliveries))
        except Killed as death:
            self.kills.append(Kill(self.clock.now_s(), trigger.due_s, str(death)))
            self._begin_process()
            self._return(trigger)
            return
        self.taken.setdefault(trigger.due_s, []).append(summary["status"])

    def _draw_end(self) -> None:
        """Draw whether this invocation's process is new, and the step at which it dies, if any."""
        if self.random.random() < self.fault_schedule.odds.cold:
            self._begin_process()
        last_step = self.random.randint(1, STEPS) if self.random.random() < self.fault_schedule.odds.killed else None
        for period in self.fault_schedule.crashes:
            if period.holds(self.clock.now_s()):
                last_step = self.random.randint(1, STEPS_TO_ASKING) + STEPS_TO_ASKING * (period.kind == LATE)
        self._life.renewed(last_step)

    def _return(self, trigger: Trigger) -> None:
        if not trigger.is_queued:
            self.dead_letters.append((trigger, "the function died"))
        elif trigger.receives >= RECEIVES:
            self.dead_letters.append((trigger, f"the function died {RECEIVES} times"))
        else:
            at_s = self.clock.now_s() + VISIBILITY_S
            self.at(at_s, lambda: self._delivered(trigger, at_s))

    def _begin_process(self) -> None:
        self._life = Life()
        self._invocation = self.start(self._life)
        self.cold_starts.append(self.clock.now_s())


def _text(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
