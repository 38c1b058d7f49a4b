"""Facts of a report, gathered from a lake as its catalog shows it at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from duckdb_engine.engine import Engine
from flightlake.errors import UsageError
from flightlake.lake import Lake
from serving.report.lake import DAYS_OF_SERIES, DayFacts, landed_responses, published_days
from serving.report.map_queries import MapFacts, map_facts
from serving.report.polling import PollingFacts, polling_facts
from serving.report.quality import QualityFacts, quality_facts
from serving.report.selected_days import SelectedDays
from serving.report.traffic_queries import TrafficFacts, traffic_facts

DAYS_BY_DEFAULT = 7
"""Number of the newest days that a report is about by default: more would make a newcomer wait for minutes."""


@dataclass(frozen=True)
class Facts:
    """Facts of one report.

    Attributes:
        days: every published day, the oldest first.
        selected: the days that everything but `days` and the series over time is about.
        landed: responses in the lake, published or not.
    """

    address: str
    days: list[DayFacts]
    selected: list[date]
    landed: int
    traffic: TrafficFacts
    map: MapFacts
    quality: QualityFacts
    polling: PollingFacts

    @property
    def selected_days(self) -> list[DayFacts]:
        """The published facts of the selected days."""
        return [day for day in self.days if day.day in self.selected]


@dataclass(frozen=True)
class EmptyLake:
    """A lake without a published day, and the number of responses that wait in it."""

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
    published = [day.day for day in days]
    selected = _selected(published, dates)
    if not days:
        return EmptyLake(lake.address, landed_responses(lake))
    with Engine(lake, pinned=True) as engine:
        selected_days = SelectedDays(engine, selected)
        series_days = SelectedDays(engine, sorted({*published[-DAYS_OF_SERIES:], *selected}))
        traffic = traffic_facts(selected_days, series_days)
        return Facts(
            address=lake.address,
            days=days,
            selected=selected,
            landed=landed_responses(lake),
            traffic=traffic,
            map=map_facts(selected_days, traffic.totals),
            quality=quality_facts(selected_days, SelectedDays(engine, published)),
            polling=polling_facts(lake, engine, selected, traffic.snapshots),
        )


def _selected(days: list[date], dates: Sequence[date]) -> list[date]:
    unknown = sorted(set(dates) - set(days))
    if unknown:
        there = f"it has {days[0]} to {days[-1]}" if len(days) > DAYS_BY_DEFAULT else ", ".join(map(str, days))
        held = f"published: {there}" if days else "no day is published yet: convert first"
        raise UsageError(f"--date {unknown[0]}: the lake has no published day of this date ({held})")
    return sorted(set(dates)) or days[-DAYS_BY_DEFAULT:]
