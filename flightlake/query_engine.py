"""Query engine port: engines register under an entry point group, so that the library depends on none."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from flightlake.errors import UsageError

ENTRY_POINT_GROUP = "flightlake.query_engine"


class QueryResult(Protocol):
    """Result of one query. Timestamps are UTC without a zone."""

    @property
    def columns(self) -> Sequence[str]:
        """Column names in order."""
        ...

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as Python values."""
        ...

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows, as `rows` does."""
        ...

    def df(self) -> Any:
        """Return a pandas DataFrame.

        Raises:
            UsageError: pandas is not installed.
        """
        ...

    def arrow(self) -> Any:
        """Return a pyarrow Table.

        Raises:
            UsageError: pyarrow is not installed.
        """
        ...

    def pl(self) -> Any:
        """Return a polars DataFrame.

        Raises:
            UsageError: polars or pyarrow is not installed.
        """
        ...


class QueryEngine(Protocol):
    """Function behind an entry point of the group; it runs one query over a `flightlake.lake.Lake`."""

    def __call__(self, lake: Any, name_or_sql: str, parameters: Mapping[str, object], /) -> QueryResult:
        """Return the result of the query."""
        ...


def load_query_engine() -> QueryEngine:
    """Return the installed query engine; the first by name where there are several.

    Raises:
        UsageError: none is installed.
    """
    # Imported here: it takes a fifth of a short command's time, and most commands ask for no engine.
    from importlib.metadata import entry_points  # noqa: PLC0415 - see the line above

    found = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name)
    if not found:
        raise UsageError(
            f"no query engine is installed (entry point group {ENTRY_POINT_GROUP}): install flightlake with its extra "
            "`local`; in a checkout that was set up before, run `pip install --no-deps --editable .` again"
        )
    engine: QueryEngine = found[0].load()
    return engine
