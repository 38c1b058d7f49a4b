"""Circuit breaker: after several failures in a row polls pause, then one is tried.

Pure transitions on a small state::

    closed --(a row of failures)--> open --(its time is over)--> half open: one poll may try
      ^                              ^                               |        |
      |                              +--(it failed; wait longer)-----+        |
      +--(it was answered)----------------------------------------------------+
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self, get_args

from flightlake.timestamps import parse_optional_timestamp, timestamp_text

FAILURES_TO_OPEN = 5
"""Failed polls in a row that open the breaker: about seven minutes of polling every 90 s."""

FIRST_OPEN = timedelta(minutes=5)
LONGEST_OPEN = timedelta(hours=1)
"""An outage of a day then costs some 24 tries instead of 960."""

TRIAL = timedelta(minutes=2)
"""How long a trial poll may take; after it another trial begins, as the process of this one may have died."""

BreakerState = Literal["closed", "open", "half_open"]


@dataclass(frozen=True)
class CircuitBreaker:
    """State of the circuit breaker.

    Attributes:
        failures: failed polls in a row.
        until: when open, the end of the pause; when half open, the end of the trial's time.
        open_s: length of the last pause in seconds; 0 where there was none.
    """

    state: BreakerState = "closed"
    failures: int = 0
    until: datetime | None = None
    open_s: int = 0

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Return the breaker that `to_document` wrote.

        Raises:
            KeyError, TypeError, ValueError: the document is not one.
        """
        # Releases before 0.2 wrote `position`.
        state: BreakerState = document["state" if "state" in document else "position"]
        until = parse_optional_timestamp(document["until"])
        if state not in get_args(BreakerState) or (state == "closed") != (until is None):
            raise ValueError(f"breaker: state {state!r} until {until!r}")
        return cls(state, int(document["failures"]), until, int(document["open_s"]))

    def to_document(self) -> dict[str, Any]:
        """Return the breaker in JSON's types."""
        return {
            "state": self.state,
            "failures": self.failures,
            "until": timestamp_text(self.until),
            "open_s": self.open_s,
        }

    def blocks(self, now: datetime) -> bool:
        """Return whether no poll may be sent now: the pause is not over, or another poll is trying."""
        return self.until is not None and now < self.until

    def admitted(self, now: datetime) -> "CircuitBreaker":
        """Return the breaker after a poll was let through: one that was open is now half open."""
        if self.state == "closed":
            return self
        return replace(self, state="half_open", until=now + TRIAL)

    def answered(self) -> "CircuitBreaker":
        """Return the breaker after a poll that the source answered."""
        return CircuitBreaker()

    def failed(self, now: datetime) -> "CircuitBreaker":
        """Return the breaker after a poll that the source did not answer, or not usably."""
        failures = self.failures + 1
        if self.state == "open":
            return replace(self, failures=failures)  # a straggler that was under way when the breaker opened
        if self.state == "closed" and failures < FAILURES_TO_OPEN:
            return replace(self, failures=failures)
        pause = min(max(timedelta(seconds=2 * self.open_s), FIRST_OPEN), LONGEST_OPEN)
        return CircuitBreaker("open", failures, now + pause, int(pause.total_seconds()))
