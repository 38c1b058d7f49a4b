"""Pieces of work in two threads, each on a cursor of its own.

A statement that ends in one writer, or in the merge of a sort, leaves a core idle; a second statement uses it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import TypeVar

import duckdb

_THREADS = 2
"""More would each hold the memory of a sort."""

Done = TypeVar("Done")


def side_by_side(
    connection: duckdb.DuckDBPyConnection, work: Sequence[Callable[[duckdb.DuckDBPyConnection], Done]]
) -> list[Done]:
    """Run pieces of work on cursors of a connection and return their results in order.

    The first that fails, or Ctrl-C, ends the others.
    """
    cursors = [connection.cursor() for _ in range(_THREADS)]
    free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    for cursor in cursors:
        free.put(cursor)

    def done(piece: Callable[[duckdb.DuckDBPyConnection], Done]) -> Done:
        cursor = free.get()
        try:
            return piece(cursor)
        finally:
            free.put(cursor)

    with ThreadPoolExecutor(_THREADS) as pool:
        futures = [pool.submit(done, piece) for piece in work]
        try:
            return [future.result() for future in futures]
        except BaseException:
            _end(cursors, futures)
            raise
        finally:
            for cursor in cursors:
                cursor.close()


def _end(cursors: list[duckdb.DuckDBPyConnection], futures: list[Future[Done]]) -> None:
    for future in futures:
        future.cancel()
    # Again and again: an interrupt between two statements is forgotten.
    while wait(futures, timeout=0.05).not_done:
        for cursor in cursors:
            cursor.interrupt()
