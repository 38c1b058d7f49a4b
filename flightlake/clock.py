"""Clocks: the system clock, and one that runs faster."""

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds; return at once for zero or less."""
        time.sleep(max(seconds, 0))


class AcceleratedClock:
    """A clock that starts at a given instant and runs faster than the machine's, so that hours of sky take seconds.

    Its course comes from the machine's monotonic counter: a corrected wall clock does not disturb it.
    """

    def __init__(self, now: datetime, speed: float) -> None:
        """Start at `now`, an instant with a time zone, and run `speed` times as fast as the machine, above 0."""
        if now.tzinfo is None or not 0 < speed < float("inf"):
            raise ValueError(f"a clock needs an instant with a time zone and a speed above 0, not {now} and {speed}")
        self._start = now.astimezone(UTC)
        self._speed = speed
        self._started_s = time.monotonic()

    def now(self) -> datetime:
        """Return the clock's instant in UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._started_s) * self._speed)

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds of this clock; return at once for zero or less."""
        time.sleep(max(seconds, 0) / self._speed)
