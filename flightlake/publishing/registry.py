"""Logs of published days: which tables a day consists of and where its raw objects lie."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flightlake.commits.log import CommitLog
from flightlake.layout import (
    RAW_POLLS_PREFIX,
    RAW_STATES_PREFIX,
    poll_date_of,
    polls_day_prefix,
    raw_states_day_prefix,
    snapshot_date_of,
)
from flightlake.ports import Catalog, ObjectStore
from flightlake.schema.contract import Table
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES


@dataclass(frozen=True)
class LogDefinition:
    """Tables that are published together, one day at a time, through one commit log.

    Attributes:
        name: of the log and of the table that readers query.
        tables: tables of one day, in the order in which their pointers move.
        raw_prefix: prefix of the raw objects of all days.
        day_prefix: function from a day to the prefix of its raw objects.
        day_of: function from a raw key to the day that its name carries; None for an unexpected key.
        has_rules: whether the quality rules apply to its rows.
    """

    name: str
    tables: tuple[Table, ...]
    raw_prefix: str
    day_prefix: Callable[[date], str]
    day_of: Callable[[str], date | None]
    has_rules: bool = True

    def commit_log(self, store: ObjectStore, catalog: Catalog) -> CommitLog:
        """Return the commit log in a lake."""
        return CommitLog(self.name, self.tables, store, catalog)


STATES_LOG = LogDefinition(STATES.name, CURATED_TABLES, RAW_STATES_PREFIX, raw_states_day_prefix, snapshot_date_of)
POLLS_LOG = LogDefinition(POLLS.name, (POLLS,), RAW_POLLS_PREFIX, polls_day_prefix, poll_date_of, has_rules=False)

LOGS: dict[str, LogDefinition] = {log.name: log for log in (STATES_LOG, POLLS_LOG)}
"""Every log by its name, in the order in which days are built."""
