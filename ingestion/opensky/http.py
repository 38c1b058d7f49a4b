"""HTTP requests bounded in time and size; their errors say whether a retry may help."""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from requests.utils import select_proxy
from urllib3.exceptions import HTTPError, MaxRetryError

from flightlake.errors import InvalidResponseError, SourceRejectedError, SourceUnavailableError
from ingestion.gzip_reader import ungzip
from ingestion.opensky.secret_leaks import repeats, secrets_sent

BODY_LIMIT_BYTES = 16 * 1024 * 1024
"""The largest answer that is read, unpacked: eight times a global response of 2026 (1.9 MB at most).

Rows as Python values take up to 12 times the room of their text: at 64 MB a poller of 512 MB would be killed and could
not even record that its poll failed.
"""

_CHUNK_BYTES = 64 * 1024

_OTHER_ENCODINGS = ("br", "compress", "deflate", "zstd")
"""Encodings that an error names. Source: IANA, "HTTP Content Coding Registry"."""


@dataclass(frozen=True)
class Limits:
    """Time limits of a poll's requests, in seconds of real time, and the number of tries.

    Attributes:
        connect_s: to connect.
        read_s: silence between two pieces of an answer.
        total_s: from the first request of a poll to the last byte of its last retry.
        tries: requests of a poll, the first and its retries.
        has_random_waits: whether waits between retries are random, as they are for a service that many clients ask;
            fixed ones let a run against a simulator repeat exactly.
    """

    connect_s: float = 5.0
    read_s: float = 20.0
    total_s: float = 45.0
    tries: int = 3
    has_random_waits: bool = True


class Deadline:
    """End of the time that a poll may take, by the machine's monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end_s = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds that are left; 0 where it has passed."""
        return max(0.0, self._end_s - time.monotonic())


@dataclass(frozen=True)
class Reply:
    """HTTP answer: status, headers (names in any case) and unpacked body.

    `repeats_secret`: it holds a secret that the request carried, so it must not be kept or shown.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    repeats_secret: bool = False


class NotSentError(SourceUnavailableError):
    """The request never reached the source: no connection could be made."""


class Bearer(AuthBase):
    """Authorization by a bearer token, or by none.

    To be used even without a token: otherwise requests would look for a password in `~/.netrc` and send that.
    """

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token, if there is one, into the request's header."""
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def exchange(request: requests.Request, *, limits: Limits, deadline: Deadline) -> Reply:
    """Send a request and return the answer, whatever its status; redirects are not followed.

    Every exchange has a connection of its own: polls are minutes apart, and a kept connection that died in between
    (a frozen Lambda cannot notice) would cost a retry and its credits.

    Raises:
        NotSentError: no connection could be made.
        SourceUnavailableError: the connection broke, the answer was cut off, damaged or too slow.
        SourceRejectedError: the request cannot be sent, or its answer is beyond `BODY_LIMIT_BYTES`.
    """
    host = urlsplit(request.url).netloc
    request.headers = {
        "User-Agent": user_agent(),
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **(request.headers or {}),
    }
    timeout = min(limits.connect_s, deadline.left_s or 0.001), min(limits.read_s, deadline.left_s or 0.001)
    with requests.Session() as session:
        try:
            prepared = session.prepare_request(request)
            settings = session.merge_environment_settings(prepared.url, {}, True, None, None)
            secrets = secrets_sent(prepared.headers, select_proxy(str(prepared.url), settings["proxies"]))
            # Not session.send: it works out where a redirect leads, followed or not, and falls over what is no address.
            send: Any = session.get_adapter(str(prepared.url)).send
            with closing(send(prepared, timeout=timeout, **settings)) as response:
                body = _body(response, deadline, host)
                is_echo = repeats(secrets, response.headers, body)
                return Reply(response.status_code, response.headers, body, repeats_secret=is_echo)
        except (requests.RequestException, HTTPError) as exc:  # urllib3's own where a proxy's name is no name
            raise _failure(exc, host) from exc


@cache
def user_agent() -> str:
    """Return the value of the User-Agent header."""
    try:
        return f"flightlake/{version('flightlake')}"
    except PackageNotFoundError:  # a bundle of source files without the package's metadata
        return "flightlake"


def _body(response: requests.Response, deadline: Deadline, host: str) -> bytes:
    # A read timeout bounds silence only: a source that drips would hold the poll for hours. So the socket is shut.
    shutter = Timer(deadline.left_s, _shut, [response.raw])
    shutter.daemon = True
    shutter.start()
    received = bytearray()
    try:
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
            received += chunk
            if len(received) > BODY_LIMIT_BYTES:
                raise _too_large(host)
    except HTTPError as exc:
        raise SourceUnavailableError(f"{host} broke off its answer ({type(exc).__name__})") from exc
    finally:
        shutter.cancel()
    if not deadline.left_s:
        raise SourceUnavailableError(f"{host} took too long: the answer was not complete when the poll had to end")
    return _decoded(bytes(received), response.headers.get("Content-Encoding", "identity"), host)


def _decoded(received: bytes, encoding: str, host: str) -> bytes:
    if encoding == "identity" or not received:
        return received
    if encoding != "gzip":
        shown = repr(encoding) if encoding in _OTHER_ENCODINGS else "something unknown"
        raise SourceRejectedError(f"{host} sent its answer as {shown}, asked for was gzip or none")
    try:
        body = ungzip(received, limit_bytes=BODY_LIMIT_BYTES)
    except InvalidResponseError as exc:
        raise SourceUnavailableError(f"the answer of {host} {exc}") from exc
    if len(body) > BODY_LIMIT_BYTES:
        raise _too_large(host)
    return body


def _too_large(host: str) -> SourceRejectedError:
    return SourceRejectedError(f"{host} sent more than {BODY_LIMIT_BYTES:,} bytes; no response is so large")


def _shut(raw: Any) -> None:
    try:
        raw.shutdown()
    except (RuntimeError, ValueError, OSError):
        return  # the answer was complete in the same moment


def _failure(exc: requests.RequestException | HTTPError, host: str) -> SourceUnavailableError | SourceRejectedError:
    kind = type(exc).__name__
    if isinstance(exc, requests.ConnectTimeout) or (exc.args and isinstance(exc.args[0], MaxRetryError)):
        return NotSentError(f"no connection to {host} ({kind}); check the network and the address")
    if isinstance(exc, requests.Timeout):
        return SourceUnavailableError(f"{host} did not answer in time ({kind})")
    if isinstance(exc, requests.ConnectionError):
        return SourceUnavailableError(f"{host} broke off its answer ({kind})")
    return SourceRejectedError(f"the request to {host} cannot be sent ({kind})")
