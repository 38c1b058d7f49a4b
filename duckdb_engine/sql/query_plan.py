"""Translation of a statement to DuckDB's SQL, as texts alone: they can be kept, and running them needs no parser."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reads:
    """Tables and views that must be readable for a statement.

    Attributes:
        tables: by name, a `select` in DuckDB's SQL of the rows of a relation `partitions` (the table's partition
            columns) that the statement can need; None where it can need all.
        views: by name, the view's query in DuckDB's SQL; each comes after what it reads.
    """

    tables: dict[str, str | None]
    views: dict[str, str]


@dataclass(frozen=True)
class QueryPlan:
    """Translation of one statement.

    Attributes:
        sql: the statement in DuckDB's SQL.
        reads: what it reads.
    """

    sql: str
    reads: Reads
