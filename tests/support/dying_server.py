"""Killing and restarting the S3 server at a named moment of an operation on the lake."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.s3_server import S3Server

_LONGEST_WAIT_S = 240

Moment = Callable[[], bool]


def files_under(folder: Path) -> int:
    """Return how many files lie under a folder, whoever writes there meanwhile."""
    return sum(len(names) for _, _, names in os.walk(folder))


@contextmanager
def dies_at(server: S3Server, moment: Moment, *, for_s: float) -> Iterator[list[float]]:
    """Kill the server as soon as the moment has come within the block, and start it again after so many seconds.

    Gives a list that holds the instant of the death, if it came.
    """
    deaths: list[float] = []
    is_over = threading.Event()

    def watch() -> None:
        give_up_at = time.monotonic() + _LONGEST_WAIT_S
        while not moment() and not is_over.is_set() and time.monotonic() < give_up_at:
            time.sleep(0.002)
        if is_over.is_set():
            return
        server.kill()
        deaths.append(time.monotonic())
        time.sleep(for_s)
        server.start()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield deaths
    finally:
        is_over.set()
        watcher.join()
