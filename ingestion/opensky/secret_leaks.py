"""Detection of a request's secrets in its answer: some gateways' error pages list the headers that they were sent.

What is landed is kept byte for byte, and blacking out a secret would break that. So an answer that repeats one is not
kept at all; no state vector is lost by it, as no response holds a token.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, quote, unquote, urlsplit

from flightlake.errors import SourceRejectedError

SHORTEST = 12
"""Fewest characters of a secret that is looked for: a shorter one could stand in an answer by chance."""


def secrets_sent(headers: Mapping[str, str], proxy: str | None) -> frozenset[bytes]:
    """Return the secrets that a request carries, in each form in which a page may show them.

    Args:
        headers: of the request as it is sent.
        proxy: address of the proxy that passes it on, with the password of its user where it wants one.

    Raises:
        SourceRejectedError: the proxy is no address.
    """
    secrets = {headers.get("Authorization", "").removeprefix("Bearer ")}
    if proxy:
        address = _address(proxy)
        if address.password:
            user, password = unquote(address.username or ""), unquote(address.password)
            secrets |= {password, b64encode(f"{user}:{password}".encode()).decode()}
    forms = secrets | {quote(secret, safe="") for secret in secrets}
    return frozenset(form.encode() for form in forms if len(form) >= SHORTEST)


def repeats(secrets: Iterable[bytes], headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether an answer holds one of the secrets."""
    shown = "\n".join(headers.values()).encode()
    return any(secret in body or secret in shown for secret in secrets)


def _address(proxy: str) -> SplitResult:
    try:
        address = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        is_complete = bool(address.hostname) and address.port != 0
    except ValueError:
        is_complete = False
    if not is_complete:  # not shown: it may hold a password
        raise SourceRejectedError("the proxy is no address; write HTTPS_PROXY=http://host:port")
    return address
