"""Interface of a source of responses, and the budget of requests that a poll may send to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class RequestBudget:
    """Number of metered requests that a poll may send, with a count of those sent."""

    def __init__(self, requests: int) -> None:
        self._requests = requests
        self.used = 0

    @property
    def is_spent(self) -> bool:
        """Whether no further metered request may be sent."""
        return self.used >= self._requests

    def take(self) -> None:
        """Count a request that is about to be sent."""
        self.used += 1

    def give_back(self) -> None:
        """Take back the last request: it never reached the source, or the source turned it away unmetered."""
        self.used -= 1


@dataclass(frozen=True)
class Fetched:
    """Body that a source sent, with what the transfer tells.

    Attributes:
        body: decoded from its transfer, otherwise byte for byte.
        received_at: UTC, by the poller's clock.
        credits_left: by the source's count; None where it gave none.
        attempts: requests for data that were sent, the last included.
    """

    body: bytes
    received_at: datetime
    credits_left: int | None
    attempts: int


class Source(Protocol):
    """Place that responses are fetched from."""

    @property
    def name(self) -> str:
        """The source's address with its box, without credentials."""
        ...

    @property
    def tries(self) -> int:
        """Most requests of one poll: the first and its retries."""
        ...

    def fetch(self, request_budget: RequestBudget) -> Fetched:
        """Fetch the current response within the request budget.

        Raises:
            SourceUnavailableError: no usable answer came, after every retry that may be sent.
            SourceThrottledError: the source asks for a pause.
            SourceRejectedError: the source refuses the request.
        """
        ...
