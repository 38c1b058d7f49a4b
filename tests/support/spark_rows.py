"""Compare DataFrames with literal rows, readably."""

from typing import Any

from pyspark.sql import DataFrame


def rows_of(frame: DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Return the named columns' values, in the order of rows."""
    return [tuple(row) for row in frame.select(*columns).collect()]


def assert_rows(frame: DataFrame, expected: list[tuple[Any, ...]], *columns: str) -> None:
    """Check the named columns against literal rows, whatever their order."""
    actual = rows_of(frame, *columns)
    assert sorted(map(repr, actual)) == sorted(map(repr, expected)), f"{columns}\n" + "\n".join(map(repr, actual))
