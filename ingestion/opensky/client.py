"""Client of OpenSky's REST API, for the live service and for any other that speaks its protocol."""

import logging
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.stop import stop_after_attempt, stop_any, stop_base, stop_before_delay
from tenacity.wait import wait_exponential, wait_random_exponential

from flightlake.errors import SourceRejectedError, SourceUnavailableError, UsageError
from flightlake.opensky.bounding_box import Box
from flightlake.ports import Clock
from ingestion.opensky.http import Bearer, Deadline, Limits, NotSentError, Reply, exchange
from ingestion.opensky.oauth import CredentialsReader, TokenKeeper
from ingestion.opensky.rate_limits import credits_left, rate_limit_error
from ingestion.sources import Fetched, RequestBudget

LIVE_URL = "https://opensky-network.org"
_LIVE_AUTH_URL = "https://auth.opensky-network.org"
_STATES_PATH = "/api/states/all"
_TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"  # noqa: S105  an address, no password

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 10.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """Addresses of one OpenSky-compatible service.

    Source: OpenSky REST API, "All State Vectors" and "OAuth2 client credentials flow", version of 2026-07-20.
    """

    base_url: str
    states_url: str
    token_url: str

    @classmethod
    def at(cls, base_url: str) -> Self:
        """Return the service at a base address such as `http://127.0.0.1:8000`; the live one has its own token host.

        Raises:
            UsageError: the address is no http(s) address, or carries credentials, a query or a fragment.
        """
        base = base_url.rstrip("/")
        _check_address(base)
        auth = _LIVE_AUTH_URL if base == LIVE_URL else base
        return cls(base, base + _STATES_PATH, auth + _TOKEN_PATH)


class OpenSkySource:
    """Source of the current state vectors of a box, or of the globe, from one service."""

    def __init__(
        self, service: Service, *, credentials: CredentialsReader | None, box: Box | None, clock: Clock, limits: Limits
    ) -> None:
        """Prepare a client; nothing is sent.

        Args:
            service: where to ask.
            credentials: of the account; None polls anonymously.
            box: what to ask for; None is the globe.
            clock: for the expiry of tokens and the waits between retries.
            limits: how long an answer may take, and how often a request may be tried.
        """
        self._query = (box.query() if box else {}) | {"extended": "1"}
        self._states_url = service.states_url
        self._tokens = TokenKeeper(service.token_url, credentials, clock=clock, limits=limits) if credentials else None
        self._clock = clock
        self._limits = limits
        self.name = service.states_url + (f"?{urlencode(box.query())}" if box else "")
        self.tries = limits.tries

    def fetch(self, request_budget: RequestBudget) -> Fetched:
        """Fetch the current response; a body that is no usable response is passed on as it came.

        After no connection, silence, 5xx or a cut answer it tries again, after a random wait whose limit doubles each
        time; other failures are final. 3xx and 4xx cost no credits; other requests count against the budget.

        Raises:
            SourceUnavailableError: no usable answer came, after every retry that may be sent.
            SourceThrottledError: the source asks for a pause.
            SourceRejectedError: the source refuses the request.
        """
        deadline = Deadline(self._limits.total_s)
        wait = wait_random_exponential if self._limits.has_random_waits else wait_exponential
        retrying = Retrying(
            retry=retry_if_exception_type(SourceUnavailableError),
            wait=wait(multiplier=_FIRST_WAIT_S, max=_LONGEST_WAIT_S),
            stop=stop_any(
                stop_after_attempt(self.tries), stop_before_delay(self._limits.total_s), _StopWhenSpent(request_budget)
            ),
            sleep=self._clock.sleep,
            before_sleep=_log_retry,
            reraise=True,
        )
        reply = retrying(self._request, request_budget, deadline)
        return Fetched(
            reply.body,
            self._clock.now(),
            credits_left=credits_left(reply.headers),
            attempts=int(retrying.statistics["attempt_number"]),
        )

    def _request(self, request_budget: RequestBudget, deadline: Deadline) -> Reply:
        reply = self._send(request_budget, deadline)
        if reply.status == 401 and self._tokens is not None:
            # The token may have been withdrawn before its time: once with a new one.
            self._tokens.forget()
            reply = self._send(request_budget, deadline)
        return _usable(reply, is_anonymous=self._tokens is None)

    def _send(self, request_budget: RequestBudget, deadline: Deadline) -> Reply:
        token = self._tokens.token(deadline) if self._tokens else None
        request = requests.Request("GET", self._states_url, params=self._query, auth=Bearer(token))
        request_budget.take()
        try:
            reply = exchange(request, limits=self._limits, deadline=deadline)
        except NotSentError:
            request_budget.give_back()
            raise
        if 300 <= reply.status < 500:
            request_budget.give_back()
        return reply


class _StopWhenSpent(stop_base):
    """Stop condition: the poll's request budget is spent."""

    def __init__(self, request_budget: RequestBudget) -> None:
        self._request_budget = request_budget

    def __call__(self, retry_state: RetryCallState) -> bool:
        del retry_state
        return self._request_budget.is_spent


def _usable(reply: Reply, *, is_anonymous: bool) -> Reply:
    """Return a reply of status 200, whatever its body; landing refuses and keeps bodies that are no response."""
    if reply.repeats_secret and reply.status < 400:
        raise SourceRejectedError("the source's answer repeats a secret that the request carried: it is not kept")
    if reply.status == 200:
        return reply
    if reply.status == 429:
        raise rate_limit_error(reply.headers, "the source")
    if reply.status >= 500:
        raise SourceUnavailableError(f"the source answered {reply.status}")
    if 300 <= reply.status < 400:
        target = _host_of(reply.headers.get("Location", ""))
        raise SourceRejectedError(f"the source answered {reply.status}, a redirect to {target}: not followed")
    raise SourceRejectedError(f"the source answered {reply.status}{_hint(reply.status, is_anonymous=is_anonymous)}")


def _host_of(location: str) -> str:
    """Return the host of a redirect's address, or a placeholder where it could not stand in one line of a log."""
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        host = ""
    return host if host and host.isascii() and host.isprintable() else "another address"


def _hint(status: int, *, is_anonymous: bool) -> str:
    if status == 401:
        return ": it wants an account" if is_anonymous else ": it refuses a token that was issued just now"
    if status == 403:
        return ": it may block this network; poll from another one"
    return ""


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    wait_s = round(state.upcoming_sleep, 1)
    logger.warning(
        "source gave no answer, trying again",
        extra={"attempt": state.attempt_number, "wait_s": wait_s, "error": str(error)},
    )


def _check_address(base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        is_complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete or not base_url.isprintable() or " " in base_url:
        raise UsageError(f"source {base_url!r} is no address; write http://127.0.0.1:8000 or {LIVE_URL}")
    if parts.username is not None or parts.password is not None:
        raise UsageError("the source's address carries a user or password; credentials go into the environment")
    if parts.query or parts.fragment:
        raise UsageError(f"source {base_url!r} has a query or a fragment; give the address alone")
