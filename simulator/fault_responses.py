"""HTTP responses of the simulated faults."""

import asyncio
import gzip

from aiohttp import web

# For a 429 that is a fault; one for a used-up budget says how long the budget lasts.
FAULT_RETRY_AFTER_S = 60
# As met by a user whose budget was used up. Source: github.com/koala73/worldmonitor, issue 6241, August 2026.
LONG_RETRY_AFTER_S = 22_688
NONSENSE = ("soon", "-1", "12.5", "Fri, 08 May 2026 18:00:00 GMT", "9" * 40)
PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
# Recorded: a log shows a 429 of 17 bytes, which fits this text.
THROTTLED_TEXT = "Too many requests"
RETRY_AFTER_HEADER = "X-Rate-Limit-Retry-After-Seconds"


def plain_answer(kind: str, *, number: int) -> web.Response | None:
    """Return the response of a fault that replaces the answer, or None for those that damage or withhold it.

    `number` chooses among the forms of a kind that has several.
    """
    if kind == "401":
        return web.json_response({"status": 401, "error": "Unauthorized"}, status=401)
    if kind.startswith("429"):
        return throttled(_pause_text(kind, number))
    if kind == "html":
        return _page("Please stand by", 200)
    reasons = {"500": "Internal Server Error", "502": "Bad Gateway", "503": "Service Unavailable"}
    return _page(f"{kind} {reasons[kind]}", int(kind)) if kind in reasons else None


def throttled(retry_after_s: str | None) -> web.Response:
    """Return a 429 with this value in its retry header; None leaves the header out."""
    headers = {} if retry_after_s is None else {RETRY_AFTER_HEADER: retry_after_s}
    return web.Response(status=429, text=THROTTLED_TEXT, headers=headers)


async def hang() -> None:
    """Wait without an answer until the client closes the connection or the server stops."""
    await asyncio.Event().wait()


async def damaged(request: web.Request, answer: web.Response, kind: str, *, number: int) -> web.StreamResponse:
    """Send half of an answer and close the connection; `number` chooses between the two ways of each kind."""
    is_odd = number % 2 == 1
    if kind == "cut" and is_odd:
        _close(request)
        return answer
    body = answer.body if isinstance(answer.body, bytes) else b""
    headers = {"Content-Type": "application/json"}
    if kind == "truncated" and not is_odd:  # a broken gzip stream of honest length
        half = gzip.compress(body, 1)
        half = half[: len(half) // 2]
        headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(half))}
    else:
        half = body[: len(body) // 2]
        headers["Content-Length"] = str(len(body))
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(half)
    _close(request)
    return response


def _pause_text(kind: str, number: int) -> str | None:
    texts = {
        "429": str(FAULT_RETRY_AFTER_S),
        "429long": str(LONG_RETRY_AFTER_S),
        "429odd": NONSENSE[number % len(NONSENSE)],
    }
    return texts.get(kind)


def _close(request: web.Request) -> None:
    """Close the connection after the written data are sent."""
    request.protocol.force_close()
    if request.transport is not None:
        request.transport.close()


def _page(title: str, status: int) -> web.Response:
    return web.Response(status=status, text=PAGE.format(title), content_type="text/html")
