"""Start of worker processes: spawned, and deaf to Ctrl-C, which interrupts their parent; the parent ends them.

Spawned, not forked: that works on every platform and beside threads.
"""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SPAWN = multiprocessing.get_context("spawn")


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C for processes started meanwhile, which inherit the mask; Windows has none."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_interrupts() -> None:
    """Ignore Ctrl-C in this process: what a worker does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
