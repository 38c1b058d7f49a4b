"""Pieces of work in two threads: results in order, and an end for all when one fails."""

import os
import signal
import threading
from collections.abc import Callable

import duckdb
import pytest

from duckdb_engine.build.side_by_side import side_by_side

ENDLESS = "select count(*) from range(1000000000) a, range(1000000000) b where a.range + b.range = -1"


def asked(sql: str) -> Callable[[duckdb.DuckDBPyConnection], object]:
    return lambda connection: connection.execute(sql).fetchone()


def test_results_are_in_the_order_of_the_work_and_see_the_connection_s_tables() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table numbers as select range as n from range(10)")
        work = [asked(f"select count(*) from numbers where n < {number}") for number in range(5)]

        assert side_by_side(connection, work) == [(0,), (1,), (2,), (3,), (4,)]


def test_a_failure_ends_what_runs_beside_it_and_what_has_not_begun() -> None:
    begun = []

    def late(connection: duckdb.DuckDBPyConnection) -> object:
        begun.append(connection)
        return None

    with duckdb.connect() as connection, pytest.raises(duckdb.CatalogException, match="no_such_table"):
        side_by_side(connection, [asked("from no_such_table"), asked(ENDLESS), asked(ENDLESS), *[late] * 20])

    assert not begun


def test_an_interrupt_ends_all_at_once() -> None:
    asker = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
    asker.start()
    with duckdb.connect() as connection, pytest.raises(KeyboardInterrupt):
        side_by_side(connection, [asked(ENDLESS), asked(ENDLESS)])
