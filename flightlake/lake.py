"""Lake: its adapters, its published tables and queries over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flightlake.errors import UsageError
from flightlake.query_engine import QueryResult, load_query_engine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flightlake.ports import Catalog, ObjectStore, PollState
    from flightlake.published_table import PublishedTable


@dataclass(frozen=True)
class Lake:
    """A lake in a folder or a bucket; `flightlake.open_lake` makes one.

    Attributes:
        address: the folder or `s3://` address as it was given.
        store: objects of the lake; archived responses are found under their own keys.
        raw_store: the same objects as they are stored: an archived response is only a part of its archive.
        root: the folder; None for a lake in a bucket.
        region: AWS region that was named for the lake; None for the one of boto3's own settings.
    """

    address: str
    store: ObjectStore
    raw_store: ObjectStore
    catalog: Catalog
    poll_state: PollState
    root: Path | None
    region: str | None = None

    @property
    def is_remote(self) -> bool:
        """Whether the lake is in a bucket."""
        return self.root is None

    def table(self, name: str) -> PublishedTable:
        """Return the published table `states` (with its quarantine and quality scores) or `polls`.

        Raises:
            UsageError: no table of that name is published by commits.
        """
        # Imported here: a query needs no log of commits, and starts a twelfth sooner without.
        from flightlake.published_table import PublishedTable  # noqa: PLC0415 - see the line above
        from flightlake.publishing.registry import LOGS  # noqa: PLC0415 - see the line above

        if name not in LOGS:
            raise UsageError(f"no table {name!r} is published by commits; there are {', '.join(LOGS)}")
        return PublishedTable(LOGS[name], self.store, self.catalog)

    def query(self, name_or_sql: str, parameters: Mapping[str, object] | None = None) -> QueryResult:
        """Return the result of one query: Athena's SQL, or the name of a query of the project.

        Args:
            name_or_sql: for instance `altitude_bands`, or `select count(*) from states`.
            parameters: values of a named query's parameters by name; those with a default may be left out.

        Raises:
            UsageError: no query engine is installed, the statement is not valid, or a parameter does not fit.
            FlightLakeError: the query failed on the data.
        """
        return load_query_engine()(self, name_or_sql, parameters or {})
