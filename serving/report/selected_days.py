"""The days that a report is about, as a source of rows for named queries."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from duckdb_engine.engine import Engine


class SelectedDays:
    """Runs named queries over some days of a lake.

    Args:
        engine: the lake.
        days: the days in order, at least one; there may be days between them that are not meant.
    """

    def __init__(self, engine: Engine, days: Sequence[date]) -> None:
        self._engine = engine.limited_to(days)
        self._span = {"from_date": days[0].isoformat(), "to_date": days[-1].isoformat()}

    def rows(self, query: str, **parameters: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query of `sql/queries` that takes `from_date` and `to_date`."""
        return self._engine.query(query, self._span | parameters).rows
