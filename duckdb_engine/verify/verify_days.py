"""Verify published days: where readers are pointed, and what they find there, against the recount from raw."""

from collections.abc import Callable
from datetime import date

from duckdb_engine.engine import Engine
from duckdb_engine.verify.comparison import Comparison, DayVerdict
from duckdb_engine.verify.recompute import RecomputedDay, recompute
from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord
from flightlake.lake import Lake
from flightlake.layout import raw_states_day_prefix
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES


class Verification:
    """Recounts the days of one lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._log = CommitLog(STATES.name, CURATED_TABLES, lake.store, lake.catalog)

    def days(self) -> list[date]:
        """Return the published days."""
        return self._log.days()

    def object_count(self, days: list[date]) -> int:
        """Return how many raw objects a verification of these days reads."""
        heads = (self._log.head(day) for day in days)
        return sum(len(head.raw_keys) for head in heads if head)

    def verify_day(self, day: date, on_object: Callable[[], None]) -> DayVerdict | None:
        """Return what the recount of a day finds; None where the day was never published.

        Args:
            day: UTC day.
            on_object: called after each raw object, for progress.
        """
        head = self._log.head(day)
        if head is None:
            return None
        with Engine(self._lake, pinned=True) as engine:
            counted = RecomputedDay()
            for _ in recompute(engine.connection, self._lake.store, head, into=counted):
                on_object()
            return Comparison(engine, head, counted, self._pointer_differences(head), self._notes(head)).verdict()

    def _pointer_differences(self, head: CommitRecord) -> list[str]:
        visible = {table.name: self._lake.catalog.partitions(table).get(head.day) for table in CURATED_TABLES}
        return [
            f"{name}: readers see {visible[name] or 'nothing'}, the log says {folder}; `flightlake convert` repairs it"
            for name, folder in head.folders.items()
            if visible[name] != folder
        ]

    def _notes(self, head: CommitRecord) -> tuple[str, ...]:
        landed = {info.key for info in self._lake.store.list(raw_states_day_prefix(head.day))}
        waiting = landed - head.known_raw_keys
        return (f"{len(waiting)} responses wait for the next conversion",) if waiting else ()
