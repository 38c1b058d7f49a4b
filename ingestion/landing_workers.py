"""Worker processes that read, check and gzip response files, one for each core.

Each has a pipe of its own. So the death of a process, for want of memory for example, is noticed at once and names the
file that it was reading.
"""

from concurrent.futures import CancelledError
from contextlib import nullcontext
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from flightlake.errors import InvalidResponseError
from flightlake.worker_processes import SPAWN, ignore_interrupts, interrupts_blocked
from ingestion.landing import RawObject, checked_response, raw_object
from ingestion.response_files import file_size, read_body

LARGE_FILE_BYTES = 8 * 1024 * 1024
"""Files from this size on are read one at a time: parsed, a body takes up to 12 times its size of memory."""

_JOIN_S = 5


def read_raw_object(path: Path, now: datetime) -> RawObject:
    """Read a response file, check its body and make the raw object of it.

    Args:
        path: JSON or gzip.
        now: UTC; the response's time must not be ahead of it.

    Raises:
        InvalidResponseError: the file cannot be read, or holds no usable response.
    """
    body = read_body(path)
    return raw_object(checked_response(body, now=now), body)


class _Worker:
    """One worker process and the parent's end of its pipe."""

    def __init__(self) -> None:
        self._pipe, other_end = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(other_end,), daemon=True)
        with interrupts_blocked():
            self._process.start()
        other_end.close()

    def ask(self, path: Path, now: datetime) -> RawObject | str:
        """Return the raw object of a file, or the reason for which it is refused.

        Raises:
            EOFError, OSError: the process has died.
        """
        self._pipe.send((path, now))
        answer: RawObject | str = self._pipe.recv()
        return answer

    def stop(self) -> None:
        # The pipe stays open: a thread may be waiting at it, and learns from its other end that the process has ended.
        self._process.terminate()
        self._process.join(_JOIN_S)


class LandingWorkers:
    """Pool of worker processes that several threads may use; `close` ends them at once."""

    def __init__(self, count: int) -> None:
        """Start the processes."""
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._workers = [_Worker() for _ in range(count)]
        for worker in self._workers:
            self._idle.put(worker)
        self._large_file = Lock()
        self._changing = Lock()
        self._is_closed = False

    def read(self, path: Path, now: datetime) -> RawObject:
        """Make the raw object of a file in a worker process, as `read_raw_object` does.

        Raises:
            InvalidResponseError: the file cannot be read, holds no usable response, or a process died over it.
            CancelledError: the pool was closed.
        """
        with self._large_file if file_size(path) >= LARGE_FILE_BYTES else nullcontext():
            worker = self._idle.get()
            try:
                answer = worker.ask(path, now)
            except (EOFError, OSError):
                worker = self._replaced(worker)
                answer = "the process that read it was killed, perhaps for want of memory"
            finally:
                self._idle.put(worker)
        if isinstance(answer, str):
            raise InvalidResponseError(answer)
        return answer

    def close(self) -> None:
        """End the processes, also in the middle of a file; files that wait for one are cancelled."""
        with self._changing:
            self._is_closed = True
            for worker in self._workers:
                worker.stop()

    def _replaced(self, dead: _Worker) -> _Worker:
        """Start a process in place of one that died.

        Raises:
            CancelledError: it died because the pool was closed.
        """
        with self._changing:
            if self._is_closed:
                raise CancelledError
            dead.stop()
            self._workers.remove(dead)
            worker = _Worker()
            self._workers.append(worker)
            return worker


def _serve(pipe: Connection) -> None:
    """Answer requests until the parent closes the pipe or ends the process."""
    ignore_interrupts()
    while True:
        try:
            path, now = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(read_raw_object(path, now))
        except InvalidResponseError as exc:
            pipe.send(str(exc))
        except MemoryError:
            pipe.send("needs more memory than there is")
