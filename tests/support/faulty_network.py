"""A proxy between boto3 and AWS that loses, delays, cuts and refuses requests, as a network and a busy S3 do."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

SLOW_S = 0.3

FAULTS = (
    "slow",  # the answer takes its time
    "internal error",  # 500
    "slow down",  # 503
    "no connection",  # cut off before the request reaches anybody
    "lost answer",  # cut off after it was carried out
    "cut body",  # cut off in the middle of the answer
    "conflict",  # 409 to a conditional write: another one is under way
    "stale listing",  # a listing as it was answered before
)
"""What can go wrong with a request."""

_REFUSALS = {
    "internal error": (500, "InternalError", "We encountered an internal error. Please try again."),
    "slow down": (503, "SlowDown", "Please reduce your request rate."),
    "conflict": (409, "ConditionalRequestConflict", "A conflicting conditional operation is in progress."),
}

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}

_Answer = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and body."""

Plan = Callable[[int], str | None]
"""Says which fault strikes a request, by its number from 0."""


def may_strike(fault: str, request: str) -> bool:
    """Tell whether a request, as method and path, can meet such a fault."""
    if fault == "stale listing":
        return is_listing(request)
    return fault != "conflict" or request.startswith("PUT ")


def is_listing(request: str) -> bool:
    """Tell whether a request, as method and path, lists a bucket."""
    return request.startswith("GET ") and "list-type=2" in request


@dataclass
class Network:
    """What the requests meet on their way.

    Attributes:
        plan: may be changed at any time.
        requests: method and path of those so far, each with the fault that struck it.
    """

    upstream: str
    plan: Plan = field(default=lambda _: None)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    endpoint: str = ""
    _listings: dict[str, _Answer] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, plan: Plan) -> None:
        """Begin to count requests anew, and let them meet this plan's faults."""
        self.requests.clear()
        self.plan = plan

    def struck(self) -> bool:
        """Tell whether any request met a fault."""
        return any(fault for _, fault in self.requests)

    def next_fault(self, request: str) -> str | None:
        with self._lock:
            fault = self.plan(len(self.requests))
            fault = fault if fault and may_strike(fault, request) else None
            self.requests.append((request, fault))
            return fault

    def forward(self, handler: BaseHTTPRequestHandler, body: bytes) -> _Answer:
        target = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
        try:
            # With the host that was signed, which is ours.
            headers = {name: value for name, value in handler.headers.items() if name.lower() != "expect"}
            connection.request(handler.command, handler.path, body, headers)
            answer = connection.getresponse()
            found = (answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
        return found

    def listing(self, path: str, *, is_stale: bool, fetch: Callable[[], _Answer]) -> _Answer:
        """Return a listing, or the one that was answered before."""
        if is_stale and path in self._listings:
            return self._listings[path]
        answer = fetch()
        self._listings.setdefault(path, answer)
        return answer


class _Handler(BaseHTTPRequestHandler):
    """One connection; `network` is set in a class of its own for each server."""

    network: Network
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = f"{self.command} {self.path} {self.headers.get('X-Amz-Target', '')}".strip()
        fault = self.network.next_fault(request)
        if fault == "no connection":
            self._hang_up()
        elif fault in _REFUSALS:
            self._refuse(*_REFUSALS[fault])
        else:
            self._answer(body, fault, lists=is_listing(request))

    def _answer(self, body: bytes, fault: str | None, *, lists: bool) -> None:
        if fault == "slow":
            time.sleep(SLOW_S)
        if lists:
            answer = self.network.listing(
                self.path, is_stale=fault == "stale listing", fetch=lambda: self.network.forward(self, body)
            )
        else:
            answer = self.network.forward(self, body)
        if fault == "lost answer":
            self._hang_up()
            return
        self._send(*answer, is_cut=fault == "cut body")

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes, *, is_cut: bool) -> None:
        self.send_response_only(status)
        length = str(len(body))
        for name, value in headers:
            if name.lower() == "content-length":
                length = value  # of a HEAD: of the body that it does not have
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if is_cut else body)
        if is_cut:
            self._hang_up()

    def _refuse(self, status: int, code: str, message: str) -> None:
        if "X-Amz-Target" in self.headers:
            body = f'{{"__type": "{code}", "message": "{message}"}}'.encode()
        else:
            body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        self._send(status, [], b"" if self.command == "HEAD" else body, is_cut=False)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _handle  # noqa: N815 - the names that http.server wants


@contextmanager
def faulty_network(upstream: str) -> Iterator[Network]:
    """Run the server on a free port of 127.0.0.1 in front of another endpoint; at first nothing goes wrong."""
    network = Network(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"network": network}))
    server.daemon_threads = True
    network.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield network
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
