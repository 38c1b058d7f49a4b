"""The simulated time: faster than real, or steered by hand."""

from datetime import UTC, datetime
from typing import Protocol

from flightlake.clock import AcceleratedClock
from flightlake.errors import UsageError

FASTEST = 100_000  # a day of sky in a second; beyond it a request spans hours


class SimulatorClock(Protocol):
    """What the simulator asks of a clock."""

    @property
    def speed(self) -> float:
        """Simulated seconds per real second; 0 for a clock that stands."""
        ...

    def now_s(self) -> float:
        """Return simulated unix seconds."""
        ...


class RunningClock:
    """Runs from `start` on, `speed` times as fast as real time."""

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
    """Stands until told to move: for tests."""

    speed = 0.0

    def __init__(self, start: datetime) -> None:
        self._now_s = float(unix_s(start))

    def now_s(self) -> float:
        """Return simulated unix seconds."""
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Move by so many simulated seconds; negative moves back."""
        self._now_s += seconds


def unix_s(instant: datetime) -> int:
    """Return whole unix seconds of an instant.

    Raises:
        UsageError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise UsageError(f"start {instant.isoformat()} has no time zone: write 2026-05-08T18:00:00Z")
    return int(instant.astimezone(UTC).timestamp())
