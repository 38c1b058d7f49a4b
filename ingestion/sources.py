"""What a source of responses is, and the simplest one: files that were recorded earlier."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from flightlake.errors import InvalidResponseError, SourceRejectedError
from flightlake.ports import Clock
from ingestion.response_files import read_body


class RequestBudget:
    """How many metered requests a poll may send; it counts them, also for a poll that fails in the end."""

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
    """What a source sent.

    Attributes:
        body: decoded from its transfer, otherwise byte for byte.
        received_at: UTC, by the poller's clock.
        credits_left: as the source said; None where it did not.
        attempts: requests for data that were sent, the last included.
    """

    body: bytes
    received_at: datetime
    credits_left: int | None
    attempts: int


class Source(Protocol):
    """Where responses come from."""

    @property
    def name(self) -> str:
        """The source's address with its box, without credentials."""
        ...

    @property
    def tries(self) -> int:
        """Requests that one poll may need: the first and its retries."""
        ...

    def fetch(self, request_budget: RequestBudget) -> Fetched:
        """Return the current response, within the request_budget.

        Raises:
            SourceUnavailableError: no usable answer came, after every retry that may be sent.
            SourceThrottledError: the source asks for a pause.
            SourceRejectedError: the source refuses the request.
        """
        ...


class RecordedSource:
    """Recorded responses, one a poll, in the order given."""

    tries = 1

    def __init__(self, files: Iterable[Path], *, name: str, clock: Clock) -> None:
        """Prepare a replay.

        Args:
            files: `.json` or `.json.gz`; read when their turn comes.
            name: says in the ledger what is replayed.
            clock: tells when a body is received.
        """
        self._files = iter(files)
        self._clock = clock
        self.name = f"recorded:{name}"

    def fetch(self, request_budget: RequestBudget) -> Fetched:
        """Return the next recorded body.

        Raises:
            SourceRejectedError: there are no more, or the next one cannot be read.
        """
        del request_budget  # a file costs no credits
        path = next(self._files, None)
        if path is None:
            raise SourceRejectedError(f"{self.name}: every recorded response was replayed")
        try:
            body = read_body(path)
        except InvalidResponseError as exc:
            raise SourceRejectedError(f"{path}: {exc}") from exc
        return Fetched(body, self._clock.now(), credits_left=None, attempts=1)
