"""OpenSky's rate-limit headers."""

from collections.abc import Mapping

from flightlake.errors import SourceThrottledError

REMAINING_HEADER = "X-Rate-Limit-Remaining"
RETRY_HEADERS = ("X-Rate-Limit-Retry-After-Seconds", "Retry-After")

DEFAULT_PAUSE_S = 600
"""Pause after a 429 that names none: nine minutes of 90-second polls are a smaller loss than a blocked account."""


def credits_left(headers: Mapping[str, str]) -> int | None:
    """Return the credits that the source counts as left; None where its headers lack them."""
    return _whole_number(headers.get(REMAINING_HEADER))


def rate_limit_error(headers: Mapping[str, str], who: str) -> SourceThrottledError:
    """Return the error for a 429, with the pause that its headers ask for."""
    pauses = (_whole_number(headers.get(name)) for name in RETRY_HEADERS)
    pause_s = next((seconds for seconds in pauses if seconds is not None), None)
    if pause_s is None:
        return SourceThrottledError(
            f"{who} answered 429 and does not say for how long: a pause of {DEFAULT_PAUSE_S} s begins",
            retry_after_s=DEFAULT_PAUSE_S,
        )
    return SourceThrottledError(f"{who} answered 429: it asks for a pause of {pause_s} s", retry_after_s=pause_s)


def _whole_number(text: str | None) -> int | None:
    if text is None or not text.strip().isdecimal() or not text.isascii() or len(text) > 12:
        return None
    return int(text)
