"""Credit budget of one window: credits spent, reserved for requests under way, and spent by others."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from flightlake.opensky.quota import Tier
from flightlake.timestamps import parse_timestamp, timestamp_text

_CLOCK_SKEW = timedelta(minutes=1)


@dataclass(frozen=True)
class Budget:
    """Credits of one UTC day or hour.

    Attributes:
        window_start: of the window that the numbers belong to, UTC.
        spent: by polls that are over.
        reserved: by polls that are under way, or died under way.
        foreign: spent under the same account by somebody else, as far as the server's count shows.
    """

    window_start: datetime
    spent: int = 0
    reserved: int = 0
    foreign: int = 0

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Return the budget that `to_document` wrote.

        Raises:
            KeyError, TypeError, ValueError: the document is not one.
        """
        numbers = (int(document[name]) for name in ("spent", "reserved", "foreign"))
        return cls(parse_timestamp(document["window_start"]), *numbers)

    def to_document(self) -> dict[str, Any]:
        """Return the budget in JSON's types."""
        return {
            "window_start": timestamp_text(self.window_start),
            "spent": self.spent,
            "reserved": self.reserved,
            "foreign": self.foreign,
        }

    def at(self, tier: Tier, now: datetime) -> "Budget":
        """Return the budget of the window that `now` lies in: this one, or a fresh one.

        A clock that was ahead and falls back stays in the later window: what was spent is not forgotten.
        """
        window_start = tier.window_start(now)
        return self if window_start <= self.window_start else Budget(window_start)

    def left(self, tier: Tier) -> int:
        """Return the credits that may still be set aside."""
        return max(0, tier.budget_credits - self.spent - self.reserved - self.foreign)

    def reserve(self, credits_: int) -> "Budget":
        """Return the budget with credits set aside for requests that are about to be sent."""
        return replace(self, reserved=self.reserved + credits_)

    def settle(self, reservation: "Reservation", *, used: int) -> "Budget":
        """Return the budget after a poll: what it used is spent, the rest of its reservation is free again.

        A poll that began in an earlier window is charged to this one too, for the server may have counted it here.
        """
        reserved = self.reserved
        if reservation.window_start == self.window_start:
            reserved = max(0, reserved - reservation.credits)
        return replace(self, reserved=reserved, spent=self.spent + used)

    def reconcile(self, tier: Tier, reservation: "Reservation", *, server_left: int, counted_at: datetime) -> "Budget":
        """Return the budget corrected by the server's count where that says less than ours.

        What the server counted beyond our spent and reserved credits is somebody else's. A count of an earlier
        window does not apply to this one, and right after a window's start it may be such a count: the server's clock
        need not agree with ours to the second.

        Args:
            tier: whose budget it is.
            reservation: of the poll whose answer held the count.
            server_left: credits that the server counts as left.
            counted_at: when it counted, by its own clock where that is known.
        """
        if reservation.window_start != self.window_start or counted_at - self.window_start < _CLOCK_SKEW:
            return self
        counted = tier.budget_credits - server_left
        return replace(self, foreign=max(self.foreign, counted - self.spent - self.reserved))


@dataclass(frozen=True)
class Reservation:
    """Credits set aside for one poll, and the window that they come from."""

    window_start: datetime
    credits: int
