"""Schedule of triggers for a polling interval: whole minutes by EventBridge Scheduler, finer ones by a queue's delay.

A trigger is not yet a poll: the poller polls at the first trigger of each interval and ignores the others.
"""

from dataclasses import dataclass
from typing import Self

SHORTEST_INTERVAL_S = 10
_MINUTE_S = 60
_DIVISORS = tuple(step for step in range(_MINUTE_S, SHORTEST_INTERVAL_S - 1, -1) if _MINUTE_S % step == 0)


@dataclass(frozen=True)
class Schedule:
    """Times at which the poller is triggered.

    Attributes:
        every_minutes: whole minutes between two direct triggers, counted from the full hour.
        delays_s: seconds after each of them at which the queue delivers one more trigger.
    """

    every_minutes: int
    delays_s: tuple[int, ...]

    @classmethod
    def for_interval(cls, interval_s: float) -> Self:
        """Return a schedule with at least one trigger in every interval.

        >>> Schedule.for_interval(86.4), Schedule.for_interval(600)
        (Schedule(every_minutes=1, delays_s=()), Schedule(every_minutes=10, delays_s=()))
        >>> Schedule.for_interval(21.6).delays_s
        (20, 40)
        """
        if interval_s >= _MINUTE_S:
            minutes = int(interval_s // _MINUTE_S)
            # Others than divisors of the hour would drift against it: then a trigger each minute finds the interval.
            divides = interval_s % _MINUTE_S == 0 and _MINUTE_S % minutes == 0
            return cls(minutes if divides else 1, ())
        step_s = next(step for step in _DIVISORS if step <= interval_s)
        return cls(1, tuple(range(step_s, _MINUTE_S, step_s)))

    @property
    def expression(self) -> str:
        """The schedule as an expression of EventBridge Scheduler.

        >>> Schedule(1, ()).expression
        'cron(0/1 * * * ? *)'
        """
        return f"cron(0/{self.every_minutes} * * * ? *)"

    @property
    def count_per_day(self) -> float:
        """Triggers in a day, each one invocation."""
        return 24 * 60 / self.every_minutes * (1 + len(self.delays_s))
