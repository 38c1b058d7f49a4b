"""Simulated time: running at a multiple of real time, or standing between steps."""

from datetime import UTC, datetime
from typing import Protocol

from flightlake.clock import AcceleratedClock
from flightlake.errors import UsageError

FASTEST = 100_000  # a day of sky in a second; beyond it a request spans hours


class SimulatorClock(Protocol):
    """The simulator's source of time."""

    @property
    def speed(self) -> float:
        """Simulated seconds per real second; 0 for a clock that moves in steps only."""
        ...

    def now_s(self) -> float:
        """Return simulated unix seconds."""
        ...


class RunningClock:
    """A clock that starts at `start` and runs `speed` times as fast as real time."""

    def __init__(self, start: datetime, *, speed: float = 1.0) -> None:
        unix_s(start)
        if not 0 < speed <= FASTEST:
            raise UsageError(f"speed {speed!r} is not possible: give a factor above 0 up to {FASTEST}; 1 is real time")
        self.speed = speed
        self._clock = AcceleratedClock(start, speed)

    def now_s(self) -> float:
        """Return simulated unix seconds."""
        return self._clock.now().timestamp()


class SteeredClock:
    """A clock that stands still until a client or a test moves it."""

    speed = 0.0

    def __init__(self, start: datetime) -> None:
        self._now_s = float(unix_s(start))

    def now_s(self) -> float:
        """Return simulated unix seconds."""
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Move by a number of simulated seconds; negative moves back."""
        self._now_s += seconds

    def step_to(self, at_s: float) -> None:
        """Move forward to a unix second; one that has passed changes nothing, so that a repeated step is harmless."""
        self._now_s = max(self._now_s, at_s)


def unix_s(instant: datetime) -> int:
    """Return whole unix seconds of an instant.

    Raises:
        UsageError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise UsageError(f"start {instant.isoformat()} has no time zone: write 2026-05-08T18:00:00Z")
    return int(instant.astimezone(UTC).timestamp())
