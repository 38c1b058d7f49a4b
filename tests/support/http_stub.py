"""Server on 127.0.0.1 with scripted answers, for cases that the simulator cannot make."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"


@dataclass(frozen=True)
class Answer:
    """An answer; `write` replaces sending the body, `length` its Content-Length (None leaves it out)."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = -1
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass(frozen=True)
class Asked:
    """A request that came in, its header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Stub:
    """Answers by path, one after the other, the last one for ever."""

    url: str
    answers: dict[str, list[Answer]]
    asked: list[Asked] = field(default_factory=list)

    def asked_for(self, path: str) -> list[Asked]:
        return [request for request in self.asked if request.path.split("?")[0] == path]

    def next_answer(self, path: str) -> Answer:
        script = self.answers.get(path, [Answer(404)])
        return script.pop(0) if len(script) > 1 else script[0]


@contextmanager
def http_stub(answers: dict[str, list[Answer]]) -> Iterator[Stub]:
    """Serve the answers while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            fields = {name: values[0] for name, values in parse_qs(form).items()}
            stub.asked.append(Asked(self.command, self.path, headers, fields))
            self._send(stub.next_answer(self.path.split("?")[0]))

        do_POST = do_GET  # noqa: N815  the names that http.server looks for

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.length is not None:
                self.send_header("Content-Length", str(len(answer.body) if answer.length < 0 else answer.length))
            self.end_headers()
            if answer.write is not None:
                answer.write(self)
            else:
                self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub = Stub(f"http://127.0.0.1:{server.server_port}", answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
