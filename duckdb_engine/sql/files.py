"""Find a query or a check of the project by the name that a user gives."""

from duckdb_engine.sql.errors import SqlError, did_you_mean
from flightlake.schema.sql_files import SqlFile, sql_files


def named_file(name: str) -> SqlFile:
    """Return the query or the check of this name.

    Raises:
        SqlError: there is none; the message lists what there is.
    """
    queries = sql_files("queries")
    known = queries | sql_files("checks")
    if name in known:
        return known[name]
    width = max(map(len, queries), default=0)
    listing = "\n".join(f"  {query.name:<{width}}  {query.question}" for query in queries.values())
    raise SqlError(f"no query is named {name}{did_you_mean(name, known)}\n{listing}")
