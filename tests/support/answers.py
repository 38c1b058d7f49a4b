"""Rows of a query over a built lake."""

from typing import Any

from support.lakes import LakeBuilder

from duckdb_engine.engine import Engine


def rows_of(builder: LakeBuilder, name_or_sql: str, **parameters: str) -> list[tuple[Any, ...]]:
    """Return the rows that the lake answers with."""
    with Engine(builder.lake) as engine:
        return engine.query(name_or_sql, parameters).rows
