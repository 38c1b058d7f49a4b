"""HTTP server of the simulator on 127.0.0.1: embedded in a thread, or in the foreground."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from flightlake.errors import UsageError
from simulator.access import DEFAULT_CLIENTS, Access
from simulator.api import LoggedRequest, Service
from simulator.clock import RunningClock, SimulatorClock
from simulator.faults import Faults, parse_faults
from simulator.sky import Sky

HOST = "127.0.0.1"
STOP_TIMEOUT_S = 10.0
GRACE_S = 0.1  # for answers under way when the server stops


class SimulatorServer:
    """An OpenSky-compatible server over a sky, run by a thread while the `with` block lasts.

    Args:
        sky: the sky to observe.
        start: the simulated instant at which the server starts; by default the sky's own start.
        speed: simulated seconds per real second.
        tier: budget of authenticated clients: standard, feeder or licensed.
        faults: a text, see `faults.parse_faults`, or an object that assigns faults to requests.
        port: the port to listen on; 0 takes a free one.
        clock: replaces `start` and `speed`, for a clock that a test or a poller moves.
        clients: secrets by client id; by default `simulator` with the secret `simulator`.

    Raises:
        UsageError: an argument is not possible, or (on entering) the port is taken.
    """

    def __init__(  # noqa: PLR0913 - each is an option of the command line and a keyword here
        self,
        sky: Sky,
        *,
        start: datetime | None = None,
        speed: float = 1.0,
        tier: str = "standard",
        faults: str | Faults = "",
        port: int = 0,
        clock: SimulatorClock | None = None,
        clients: dict[str, str] | None = None,
    ) -> None:
        begin = start or datetime.fromtimestamp(sky.epoch_s, UTC)
        self.clock: SimulatorClock = clock or RunningClock(begin, speed=speed)
        self._service = Service(
            sky=sky,
            clock=self.clock,
            access=Access(self.clock, tier, dict(clients or DEFAULT_CLIENTS)),
            faults=parse_faults(faults, seed=sky.seed) if isinstance(faults, str) else faults,
        )
        self._port = port
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        """The base address, such as http://127.0.0.1:43123; ask `url + "/api/states/all"`."""
        return f"http://{HOST}:{self._port}"

    @property
    def requests(self) -> list[LoggedRequest]:
        """All completed requests, in the order of completion."""
        return list(self._service.requests)

    def __enter__(self) -> Self:
        started: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="flightlake-simulator", daemon=True)
        self._thread.start()
        try:
            self._port = started.result()
        except OSError as error:
            self._thread.join()
            reason = f"port {self._port} cannot be used: {error.strerror}"
            raise UsageError(f"{reason}; choose another, 0 is any free one") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        if self._thread is not None:
            self._thread.join(STOP_TIMEOUT_S)

    def _run(self, started: Future[int]) -> None:
        try:
            asyncio.run(self._serve(started))
        except OSError as error:
            started.set_exception(error)
        finally:
            if not started.done():
                started.set_exception(RuntimeError("the simulator's thread ended before it listened"))

    async def _serve(self, started: Future[int]) -> None:
        """Listen until stopped."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._stop = lambda: loop.call_soon_threadsafe(stopped.set)
        runner = web.AppRunner(
            self._service.application(), access_log=None, handler_cancellation=True, shutdown_timeout=GRACE_S
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self._port).start()
            started.set_result(runner.addresses[0][1])
            await stopped.wait()
        finally:
            await runner.cleanup()


def serve(server: SimulatorServer, *, on_start: Callable[[str], None]) -> None:
    """Serve in the foreground until interrupted; `on_start` receives the base address once it is listening."""
    with server:
        on_start(server.url)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return
