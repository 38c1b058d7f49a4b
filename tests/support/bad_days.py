"""Days of polling with faults, and the result that a redrive of them must have."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from support.dead_letters import QueueOnMoto, delayed_message, invocation_record, tick
from support.polling import A_ROW, NOON, NOON_S, HandClock, a_body, a_poller

from flightlake.poll_record import PollRecord
from flightlake.ports import ObjectStore, PollState
from ingestion.landing import keep_refused
from ingestion.ledger import record_poll
from ingestion.poll import poll_once
from ingestion.redrive.dead_letters import PLACEHOLDER

INTERVAL_S = 90
BEHIND_S = 1_800
"""How far the wrong clock is behind: every response seems to come from the future."""

FAULTS = ("none", "wrong clock", "older check", "no response", "dead and polled", "dead", "dead twice")


@dataclass
class BadDay:
    """Faults that were applied to a lake and a queue.

    Attributes:
        served: the good bodies that the source gave, each for its credits.
        senseless: bodies that are no responses.
        due: when polls were scheduled, UTC.
        dead: due times of polls of which only dead letters tell.
    """

    store: ObjectStore
    state: PollState
    queue: QueueOnMoto
    served: set[bytes] = field(default_factory=set)
    senseless: set[bytes] = field(default_factory=set)
    due: list[datetime] = field(default_factory=list)
    dead: set[datetime] = field(default_factory=set)
    messages: int = 0

    @property
    def over_at(self) -> datetime:
        """An hour after the last poll was due: every time has passed."""
        return NOON + timedelta(seconds=len(self.due) * INTERVAL_S, hours=1)

    def live(self, *, rounds: int, draw: random.Random) -> None:
        """Schedule a poll for every fault `rounds` times, in a random order, and queue messages of other kinds."""
        for fault in draw.sample(FAULTS * rounds, len(FAULTS) * rounds):
            due = NOON + timedelta(seconds=len(self.due) * INTERVAL_S)
            self.due.append(due)
            self._suffer(fault, due, draw)
        self.queue.put("no tick")
        self.queue.put(invocation_record({"test": True}))
        self.queue.put(tick(self.over_at))

    def _suffer(self, fault: str, due: datetime, draw: random.Random) -> None:
        body = a_response(due, draw)
        if fault == "older check":
            self._refused_by_an_older_check(body, due)
        elif fault == "no response":
            body = b"<html>busy at %d</html>" % len(self.due)
            if self._polled(body, due, due):
                self.senseless.add(body)
        elif fault in ("dead", "dead twice"):
            self.dead.add(due)
        elif self._polled(body, due, due - timedelta(seconds=BEHIND_S if fault == "wrong clock" else 0)):
            self.served.add(body)
        for _ in range({"dead and polled": 1, "dead": 1, "dead twice": 2}.get(fault, 0)):
            self._died(due, draw)

    def _polled(self, body: bytes, due: datetime, now: datetime) -> bool:
        """Poll as the deployed poller does, by its own clock; tell whether the source was asked."""
        poller: Any = a_poller(self.store, [body], clock=HandClock(now), state=self.state)
        poll_once(poller, scheduled_at=due)
        return bool(poller.source.asked_at)

    def _refused_by_an_older_check(self, body: bytes, due: datetime) -> None:
        self.served.add(body)
        key = keep_refused(self.store, body, received_at=due + timedelta(seconds=1))
        name = a_poller(self.store).source.name
        record_poll(self.store, PollRecord(due, due, "failed", "an older check", name, 4, None, None, key))

    def _died(self, due: datetime, draw: random.Random) -> None:
        self.messages += 1
        reason = {"ERROR_CODE": "Throttled", "SCHEDULED_TIME": due.isoformat(), "SCHEDULE_ARN": "arn:schedule/poll"}
        late = tick(due, delay_s=30)
        form = draw.randrange(4)
        if form == 0:
            self.queue.put(late)
        elif form == 1:
            self.queue.put(invocation_record(late))
        elif form == 2:
            self.queue.put(tick(PLACEHOLDER), **reason)
        else:
            self.queue.put(delayed_message(late), **reason)


def a_response(due: datetime, draw: random.Random) -> bytes:
    """Return a response of one to five rows, made two seconds before the poll was due."""
    time_s = NOON_S + int((due - NOON).total_seconds()) - 2
    rows = [[f"{draw.randrange(16**6):06x}", *A_ROW[1:]] for _ in range(draw.randint(1, 5))]
    return a_body(time_s, rows)
