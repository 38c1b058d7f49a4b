"""Faults of a month of polling, drawn from a seed: of the source, the clocks, the state and the schedule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from simulator.clock import SteeredClock

DAY_S = 86_400
HOUR_S = 3_600
LOUD = ("500", "502", "503", "cut", "truncated", "html", "hang")
"""Faults that come in bursts."""

LATE = "late"

UNANSWERED = ("500", "502", "503", "html", "hang")
"""Faults that the simulator does not charge for; this source does, as the real one may."""

EXPIRED = "expired"
"""The token of a request expires while the request is on its way."""


@dataclass(frozen=True)
class FaultPeriod:
    """Period with a fault: its kind, or the error of a clock in seconds."""

    begin_s: float
    end_s: float
    kind: str = ""
    skew_s: float = 0.0

    def holds(self, at_s: float) -> bool:
        return self.begin_s <= at_s < self.end_s


@dataclass(frozen=True)
class Odds:
    """Shares of triggers with a fault; `refused` is the share of failing calls to the state table."""

    lost: float = 0.003
    doubled: float = 0.02
    late: float = 0.01
    killed: float = 0.012
    cold: float = 0.02
    refused: float = 0.004


@dataclass(frozen=True)
class FaultSchedule:
    """Faults by the true time in Unix seconds.

    Attributes:
        bursts: periods in which every request meets the same fault; the last one is the long outage.
        strikes: instants and faults; the next request after each meets it.
        skews: periods in which the poller's clock is wrong.
        throttles: periods in which the state table refuses.
        losses: instants at which the state table is emptied.
        silences: periods without triggers.
        crashes: periods in which every invocation is killed, before it asks or, where `LATE`, after.
    """

    bursts: list[FaultPeriod]
    strikes: list[tuple[float, str]]
    skews: list[FaultPeriod]
    throttles: list[FaultPeriod]
    losses: list[float]
    silences: list[FaultPeriod]
    crashes: list[FaultPeriod]
    odds: Odds = field(default_factory=Odds)

    def skew_s(self, at_s: float) -> float:
        """Return by how much the poller's clock is ahead."""
        return sum(period.skew_s for period in self.skews if period.holds(at_s))

    def periods(self) -> list[FaultPeriod]:
        """Return every period of any kind."""
        return [*self.bursts, *self.skews, *self.throttles, *self.silences, *self.crashes]


def holds(periods: Iterable[FaultPeriod], at_s: float) -> bool:
    """Return whether any of the periods holds."""
    return any(period.holds(at_s) for period in periods)


def drawn_faults(random: Random, *, start_s: int, days: int, interval_s: int, outage_s: int) -> FaultSchedule:
    """Return a month's faults, drawn at random: about one of each sort every few days, and at least one of each."""
    end_s = start_s + days * DAY_S

    def periods(every_days: float, shortest_s: int, longest_s: int, kinds: Iterable[str] = ("",)) -> list[FaultPeriod]:
        chosen = list(kinds)
        begins = [random.uniform(start_s, end_s - longest_s) for _ in range(max(1, round(days / every_days)))]
        return [
            FaultPeriod(at_s, at_s + random.uniform(shortest_s, longest_s), random.choice(chosen)) for at_s in begins
        ]

    outage_at_s = start_s + days * DAY_S / 2 + random.uniform(0, DAY_S / 4)
    return FaultSchedule(
        bursts=[*periods(0.5, 300, 2_400, LOUD[:-1]), FaultPeriod(outage_at_s, outage_at_s + outage_s, "503")],
        strikes=_strikes(random, start_s, days),
        skews=_skews(random, start_s, days, interval_s),
        throttles=periods(2, 600, 3_000),
        losses=[
            *(random.uniform(start_s, end_s) for _ in range(days // 6)),
            # When the day's budget is spent: the poller believes that it has it all.
            *(start_s + day * DAY_S + 23.3 * HOUR_S for day in range(1, days, 10)),
        ],
        silences=periods(5, 1_200, 9_000),
        crashes=[*periods(7, 4_800, 7_200), *_late_crashes(start_s, days)],
    )


def _late_crashes(start_s: int, days: int) -> list[FaultPeriod]:
    """Return periods in which polls die after they have asked, in the evening, when little of the budget is left."""
    evenings = [start_s + day * DAY_S + 20 * HOUR_S for day in range(0, days, 5)]
    return [FaultPeriod(at_s, at_s + 3 * HOUR_S, LATE) for at_s in evenings]


def _strikes(random: Random, start_s: int, days: int) -> list[tuple[float, str]]:
    often = [*LOUD[:-1], "401", "429", "429bare", "429odd", "repeat", "back", "dip", EXPIRED] * max(
        1, round(days * 0.6)
    )
    rarely = ["429long"] * max(1, days // 8) + ["hang"] * max(1, days // 3)
    return sorted((start_s + random.uniform(0, days * DAY_S), kind) for kind in often + rarely)


def _skews(random: Random, start_s: int, days: int, interval_s: int) -> list[FaultPeriod]:
    """Return a wrong clock for an hour of every second day, half of them over a midnight."""
    errors_s = [-7_500, -2_400, -100, -45, -20, 20, 45, 100, 170, 2_400]
    found = []
    for day in range(1, days, 2):
        at_s, error_s = start_s + day * DAY_S + random.uniform(2 * HOUR_S, 21 * HOUR_S), random.choice(errors_s)
        if day % 4 == 1:  # far ahead, as far as triggers are not yet too late, or a little behind
            at_s, error_s = start_s + day * DAY_S - HOUR_S / 2, random.choice([interval_s + 70, interval_s + 70, -45])
        found.append(FaultPeriod(at_s, at_s + HOUR_S, skew_s=error_s))
    return found


class ScheduledFaults:
    """Faults of a simulator by time; each request also advances the shared clock."""

    def __init__(self, fault_schedule: FaultSchedule, clock: SteeredClock, random: Random) -> None:
        self._schedule, self._clock, self._random = fault_schedule, clock, random
        self._strikes = list(fault_schedule.strikes)
        self._paused_until_s = 0.0
        self.expire_tokens: Callable[[], object] = lambda: None
        self.charge: Callable[[], object] = lambda: None

    def fault_of(self, request_number: int) -> str | None:
        """Return the fault of a request that has just come in, after its time on the way."""
        del request_number  # the time decides
        kind = self._due(self._clock.now_s())
        # Forty seconds are longer than a token's reserve: it expires on its way.
        self._clock.advance(20 if kind == "hang" else self._random.choice([0.4, 0.9, 1.7, 2.6, 4.1] * 20 + [40]))
        if kind in UNANSWERED:
            self.charge()
        if kind == EXPIRED:
            self.expire_tokens()
            return None
        return kind

    def _due(self, now_s: float) -> str | None:
        if now_s < self._paused_until_s:
            return "429long"  # who asks within a long pause gets another
        for period in self._schedule.bursts:
            if period.holds(now_s):
                return period.kind
        if not self._strikes or self._strikes[0][0] > now_s:
            return None
        _, kind = self._strikes.pop(0)
        if kind == "429long":
            self._paused_until_s = now_s + 22_688
        return kind
