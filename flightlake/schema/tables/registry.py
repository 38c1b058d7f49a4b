"""Every table of the lake, and the groups that are read or published together."""

from flightlake.layout import RAW_POLLS_PREFIX, RAW_STATES_PREFIX
from flightlake.schema.contract import Table
from flightlake.schema.tables.polls import POLLS, RAW_POLLS
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.raw import RAW_STATES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE

TABLES: tuple[Table, ...] = (RAW_STATES, RAW_POLLS, STATES, STATES_QUARANTINE, QUALITY_SCORES, POLLS)
"""Every table of the lake, in the order in which data meets them."""

RAW_TABLES: dict[Table, str] = {RAW_STATES: RAW_STATES_PREFIX, RAW_POLLS: RAW_POLLS_PREFIX}
"""The tables over what was received, and where it lies; a crawler adds their partitions."""

CURATED_TABLES: tuple[Table, ...] = (STATES_QUARANTINE, QUALITY_SCORES, STATES)
"""The tables of one published day, in the order in which their pointers move: `states` last."""


def table_named(name: str) -> Table:
    """Return the table of this name.

    Raises:
        KeyError: there is no such table.
    """
    return {table.name: table for table in TABLES}[name]
