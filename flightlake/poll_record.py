"""Record of one scheduled poll, as the poll ledger stores it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, Self, get_args

from flightlake.timestamps import parse_optional_timestamp, parse_timestamp, timestamp_text

Outcome = Literal["landed", "duplicate", "skipped_budget", "skipped_cooldown", "skipped_breaker", "failed"]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""Every outcome of a poll, in the order of reports; the values of the column `polls.outcome`."""

FORMER_OUTCOME = "fate"
"""Name of the field `outcome` in records that releases before 0.2 wrote."""


@dataclass(frozen=True)
class PollRecord:
    """One scheduled poll: the columns of the table `polls`, without its partition."""

    scheduled_at: datetime
    polled_at: datetime | None
    outcome: Outcome
    reason: str | None
    source: str
    credits_spent: int
    credits_left: int | None
    row_count: int | None
    raw_key: str | None

    def to_document(self) -> dict[str, Any]:
        """Return the record in JSON's types; timestamps as ISO 8601, UTC."""
        return asdict(self) | {
            "scheduled_at": timestamp_text(self.scheduled_at),
            "polled_at": timestamp_text(self.polled_at),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Return the record that `to_document` wrote.

        Raises:
            TypeError, ValueError, KeyError: the document is malformed.
        """
        timestamps = {
            "scheduled_at": parse_timestamp(document["scheduled_at"]),
            "polled_at": parse_optional_timestamp(document["polled_at"]),
        }
        fields = {name: value for name, value in document.items() if name != FORMER_OUTCOME}
        # Releases before 0.2 wrote `fate`.
        outcome = document.get("outcome", document.get(FORMER_OUTCOME))
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome {outcome!r}")
        return cls(**(fields | timestamps | {"outcome": outcome}))
