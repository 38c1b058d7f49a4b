"""OAuth2 client credentials flow, with a token that is renewed before it expires."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests

from flightlake.errors import SourceRejectedError, SourceUnavailableError
from flightlake.ports import Clock
from ingestion.opensky.http import Bearer, Deadline, Limits, Reply, exchange
from ingestion.opensky.rate_limits import rate_limit_error

EARLY = timedelta(seconds=30)
"""Time before its expiry at which a token is renewed, so that it does not expire on its way."""

DEFAULT_LIFE_S = 1_800
"""Life of a token whose server gives none. Source: OpenSky REST API, "OAuth2 client credentials flow", 2026-07-20."""


@dataclass(frozen=True)
class Credentials:
    """Client id and secret of an account; `repr` hides the secret."""

    client_id: str
    client_secret: str = field(repr=False)


CredentialsReader = Callable[[], Credentials]
"""Function that reads the credentials when a token is needed: a rotated secret is noticed within a token's life."""


class TokenKeeper:
    """Cache of one token, which is fetched when it is needed and renewed before it expires."""

    def __init__(self, token_url: str, credentials: CredentialsReader, *, clock: Clock, limits: Limits) -> None:
        self._token_url = token_url
        self._credentials = credentials
        self._clock = clock
        self._limits = limits
        self._token: str | None = None
        self._renew_at: datetime | None = None

    def token(self, deadline: Deadline) -> str:
        """Return a token that is valid for half a minute at least, where the server issues such.

        Raises:
            SourceRejectedError: the server refuses the credentials.
            SourceThrottledError: the server asks for a pause.
            SourceUnavailableError: it gave no usable answer.
        """
        if self._token is None or self._renew_at is None or self._clock.now() >= self._renew_at:
            self._token, self._renew_at = self._fetched(deadline)
        return self._token

    def forget(self) -> None:
        """Drop the token: the source refused it."""
        self._token = None

    def _fetched(self, deadline: Deadline) -> tuple[str, datetime]:
        requested_at = self._clock.now()
        credentials = self._credentials()
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        request = requests.Request("POST", self._token_url, data=form, auth=Bearer(None))
        reply = exchange(request, limits=self._limits, deadline=deadline)
        _check_status(reply)
        token, life_s = _parsed(reply.body)
        return token, requested_at + timedelta(seconds=life_s) - EARLY


def _check_status(reply: Reply) -> None:
    if reply.status == 429:
        raise rate_limit_error(reply.headers, "the token server")
    if reply.status >= 500:
        raise SourceUnavailableError(f"the token server answered {reply.status}")
    if reply.status != 200:
        raise SourceRejectedError(
            f"the token server answered {reply.status}: it refuses the client id or secret; "
            "compare them with the API client in the account's settings"
        )


def _parsed(body: bytes) -> tuple[str, float]:
    # The answer may hold a token, so nothing of it goes into an error.
    try:
        document = json.loads(body)
        token, life_s = document["access_token"], document.get("expires_in", DEFAULT_LIFE_S)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceUnavailableError("the token server's answer holds no access_token") from None
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise SourceUnavailableError("the token server's access_token is no usable text")
    usable_life = isinstance(life_s, int | float) and not isinstance(life_s, bool) and 0 <= life_s <= 10**7
    return token, life_s if usable_life else DEFAULT_LIFE_S
