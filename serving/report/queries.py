"""Everything that the report says, gathered from one lake as its catalog shows it at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from duckdb_engine.engine import Engine
from flightlake.errors import UsageError
from flightlake.lake import Lake
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from serving.report.lake_queries import DayFacts, has_ledger_records, landed_responses, published_days
from serving.report.map_queries import MapFacts, map_facts
from serving.report.polling_queries import PollingFacts, polling_facts
from serving.report.quality_queries import QualityFacts, quality_facts
from serving.report.traffic_queries import TrafficFacts, traffic_facts

DAYS_BY_DEFAULT = 7
"""Without a choice the report shows so many of the newest days: more would make a newcomer wait for minutes."""

DAYS_OF_SERIES = 31
"""The series over time spans so many of the newest days."""


@dataclass(frozen=True)
class Facts:
    """What one report is made of.

    Attributes:
        days: every published day, the oldest first.
        chosen: the days that everything but `days` and the series over time is about.
        landed: responses in the lake, published or not.
        unread_ledger: polls left records that no convert has published yet.
    """

    address: str
    days: list[DayFacts]
    chosen: list[date]
    landed: int
    unread_ledger: bool
    traffic: TrafficFacts
    map: MapFacts
    quality: QualityFacts
    polling: PollingFacts

    @property
    def chosen_days(self) -> list[DayFacts]:
        """Return the facts of the chosen days."""
        return [day for day in self.days if day.day in self.chosen]


@dataclass(frozen=True)
class EmptyLake:
    """A lake without a published day, and how many responses wait in it."""

    address: str
    landed: int


def gather(lake: Lake, dates: Sequence[date] = ()) -> Facts | EmptyLake:
    """Return the facts of a lake.

    Args:
        lake: the lake.
        dates: the days to show; the newest `DAYS_BY_DEFAULT` where it is empty.

    Raises:
        UsageError: one of the dates has no published day.
        StorageError: the lake's files are not what its records say.
    """
    days = published_days(lake)
    chosen = _chosen([day.day for day in days], dates)
    if not days:
        return EmptyLake(lake.address, landed_responses(lake))
    with Engine(lake, pinned=True) as engine:
        _prepare(engine, chosen, _spanned([day.day for day in days], chosen))
        traffic = traffic_facts(engine.connection)
        polling = polling_facts(engine, chosen, traffic.snapshots)
        return Facts(
            address=lake.address,
            days=days,
            chosen=chosen,
            landed=landed_responses(lake),
            unread_ledger=polling.outcomes is None and has_ledger_records(lake),
            traffic=traffic,
            map=map_facts(engine.connection),
            quality=quality_facts(engine.connection),
            polling=polling,
        )


def _chosen(days: list[date], dates: Sequence[date]) -> list[date]:
    unknown = sorted(set(dates) - set(days))
    if unknown:
        there = f"it has {days[0]} to {days[-1]}" if len(days) > DAYS_BY_DEFAULT else ", ".join(map(str, days))
        held = f"published: {there}" if days else "no day is published yet: convert first"
        raise UsageError(f"--date {unknown[0]}: the lake has no published day of this date ({held})")
    return sorted(set(dates)) or days[-DAYS_BY_DEFAULT:]


def _spanned(days: list[date], chosen: list[date]) -> list[date]:
    """Return the days of the series over time: the newest, and whatever was chosen."""
    return sorted({*days[-DAYS_OF_SERIES:], *chosen})


def _prepare(engine: Engine, chosen: list[date], spanned: list[date]) -> None:
    """Make the views `picked` (chosen days of states), `spanned` and the table `chosen` known to the connection."""
    engine.attach(STATES.name, STATES_QUARANTINE.name, QUALITY_SCORES.name, POLLS.name)
    connection = engine.connection
    connection.execute("create or replace temp table chosen (day date)")
    connection.executemany("insert into chosen values ($1)", [[day] for day in chosen])
    # A view takes no parameters, and written out the days let DuckDB read their files alone.
    for name, days in (("picked", chosen), ("spanned", spanned)):
        listed = ", ".join(f"date '{day.isoformat()}'" for day in days)
        connection.execute(
            f"create or replace temp view {name} as select * from states where snapshot_date in ({listed})"
        )
