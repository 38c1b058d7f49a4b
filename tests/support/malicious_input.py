"""A proxy before a service that repeats received secrets: in pages, fields, headers and addresses."""

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlsplit

from support.http_stub import TOKEN_PATH

STATES_PATH = "/api/states/all"


@dataclass(frozen=True)
class Request:
    """Request as the proxy received it."""

    path: str
    headers: dict[str, str]
    form: str

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def everything(self) -> str:
        return json.dumps(self.headers) + self.form + self.headers.get("proxy-authorization", "")


Reply = tuple[int, dict[str, str], bytes]


def echo(kind: str, request: Request, *, now_s: int) -> Reply:
    """Return a response that repeats the request's secrets, as `kind` says."""
    token, page = request.token, f"<html><pre>{escape(request.everything)}</pre>{request.everything}</html>".encode()
    row = [token, token, token, now_s, now_s, 8.5, 50.0, 1.0, False, 2.0, 3.0, 0.0, None, 5.0, token, False, 0, 0]
    bodies = {
        "page": page,
        "token first": f"{token} is what you sent: {request.everything}".encode(),
        "row": json.dumps({"time": now_s, "states": [row]}).encode(),
        "time": json.dumps({"time": token, "states": []}).encode(),
        "states": json.dumps({"time": now_s, "states": token}).encode(),
        "percent": quote(request.everything, safe="").encode(),
        "access_token": json.dumps({"access_token": {"you sent": request.everything}}).encode(),
        "line end": json.dumps({"access_token": f"{request.form}\r\nX: y"}).encode(),
        "life": json.dumps({"access_token": "\n", "expires_in": request.form}).encode(),
    }
    if kind == "gzip":
        return 200, {"Content-Encoding": "gzip"}, gzip.compress(page)
    if kind == "encoding":
        return 200, {"Content-Encoding": token}, b"{}"
    if kind == "redirect":
        return 302, {"Location": f"http://{token}.other.test/{token}?t={token}"}, b""
    if kind.isdigit():
        return int(kind), {"Retry-After": token, "X-Rate-Limit-Remaining": token, "WWW-Authenticate": token}, page
    return 200, {"X-Rate-Limit-Remaining": token}, bodies[kind]


ON_STATES = ("page", "gzip", "token first", "row", "time", "states", "percent", "encoding", "redirect")
ON_STATES_BY_STATUS = ("401", "403", "404", "429", "500", "503")
ON_TOKENS = ("401", "400", "500", "page", "access_token", "line end", "life", "429")


@dataclass
class MaliciousProxy:
    """Proxy that passes requests on to the upstream, and answers some of them itself by a script."""

    url: str
    upstream: tuple[str, int]
    now_s: int
    on_states: list[str] = field(default_factory=list)
    on_tokens: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def scripted_reply(self, request: Request) -> Reply | None:
        """Return the next scripted reply, at every second request of its path; None passes the request on."""
        self.requests.append(request)
        path = urlsplit(request.path).path
        script = {STATES_PATH: self.on_states, TOKEN_PATH: self.on_tokens}.get(path, [])
        turn = sum(urlsplit(earlier.path).path == path for earlier in self.requests)
        return echo(script.pop(0), request, now_s=self.now_s) if script and turn % 2 == 0 else None


class Handler(BaseHTTPRequestHandler):
    """Handler that sends the scripted reply, or passes the request on."""

    proxy: MaliciousProxy

    def do_GET(self) -> None:
        form = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.proxy.scripted_reply(Request(self.path, headers, form.decode()))
        if answer is None:
            self._pass_on(headers, form)
        else:
            self._send(*answer)

    do_POST = do_GET  # noqa: N815  the names that http.server looks for

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _pass_on(self, headers: dict[str, str], form: bytes) -> None:
        """Send the request on and copy the answer byte for byte, so that a broken one arrives as it is."""
        target = urlsplit(self.path)
        query = f"?{target.query}" if target.query else ""
        lines = [f"{self.command} {target.path}{query} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
        with socket.create_connection(self.proxy.upstream, timeout=1) as onward:
            onward.sendall("\r\n".join([*lines, "", ""]).encode() + form)
            while piece := onward.recv(65_536):
                self.wfile.write(piece)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


class Server(ThreadingHTTPServer):
    """Server with one thread for each request."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Be quiet: clients go away in the middle here."""


@contextmanager
def hostile_proxy(upstream: str, *, now_s: int, on_states: list[str], on_tokens: list[str]) -> Iterator[MaliciousProxy]:
    """Run a proxy in front of an HTTP server while the block lasts."""
    address = urlsplit(upstream)
    server = Server(("127.0.0.1", 0), type("ThisHandler", (Handler,), {}))
    upstream_at = (str(address.hostname), int(address.port or 80))
    proxy = MaliciousProxy(f"127.0.0.1:{server.server_port}", upstream_at, now_s, on_states, on_tokens)
    server.RequestHandlerClass.proxy = proxy  # type: ignore[attr-defined]  # of the class made above
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
