"""Verification of published days with DuckDB, in one process."""

from collections.abc import Callable, Sequence
from datetime import date
from tempfile import TemporaryDirectory

from duckdb_engine.duckdb_session import opened_connection
from duckdb_engine.lake_tables import LakeTables
from duckdb_engine.object_cache import default_cache_root
from duckdb_engine.verify.recompute import recompute
from duckdb_engine.verify.row_comparison import compare_rows
from flightlake.lake import Lake
from flightlake.publishing.registry import STATES_LOG
from flightlake.publishing.verification import DayVerification, days_to_verify, verify_commit, written_tables


class Verification:
    """Verifies the days of one lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._log = STATES_LOG.commit_log(lake.store, lake.catalog)

    def days(self, dates: Sequence[date] = ()) -> list[date]:
        """Return the days asked for, or every published one; see `days_to_verify`."""
        return days_to_verify(self._log, dates)

    def object_count(self, days: list[date]) -> int:
        """Return the number of raw objects that a verification of these days reads."""
        heads = (self._log.head(day) for day in days)
        return sum(len(head.raw_keys) for head in heads if head)

    def verify_day(self, day: date, on_object: Callable[[], None]) -> DayVerification | None:
        """Return the differences of a day; None where the day was never published.

        Args:
            day: UTC day.
            on_object: called after each raw object, for progress.
        """
        head = self._log.head(day)
        if head is None:
            return None
        tables = LakeTables(self._lake, default_cache_root())
        with (
            TemporaryDirectory(prefix="flightlake-") as spill,
            opened_connection(tables.folders, spill) as connection,
        ):
            totals = recompute(connection, self._lake.store, head, on_object)
            rows = compare_rows(connection, tables, head, totals, written_tables(self._lake.store, head))
            return verify_commit(self._lake.store, self._lake.catalog, head, rows)
