"""When the lake was looking: gaps between responses, and what the ledger of polls says of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from duckdb_engine.engine import Engine
from flightlake.schema.tables.polls import POLLS
from serving.report.traffic_queries import Snapshot

_GAP_FACTOR = 3
_SHORTEST_GAP_S = 300.0


@dataclass(frozen=True)
class Gap:
    """A span without a response.

    Attributes:
        missed: polls of the ledger within it that brought none; None where no ledger tells.
        reason: outcomes and first reason by the ledger (text of a source: not to be trusted).
    """

    began_at: datetime
    ended_at: datetime
    missed: int | None = None
    reason: str | None = None

    @property
    def length(self) -> timedelta:
        """Return how long nothing was received."""
        return self.ended_at - self.began_at


@dataclass(frozen=True)
class PollingFacts:
    """Rhythm and gaps.

    Attributes:
        interval_s: median from one response to the next; None with fewer than two.
        threshold_s: a longer span counts as a gap.
        gaps: between responses, the longest first.
        outcomes: polls of the chosen days by what became of them; None where no ledger is published for them.
        ledger_gaps: gaps as the ledger tells them.
    """

    interval_s: float | None
    threshold_s: float
    gaps: list[Gap]
    outcomes: dict[str, int] | None
    ledger_gaps: list[Gap]
    credits_spent: int = 0


def polling_facts(engine: Engine, days: Iterable[date], snapshots: Sequence[Snapshot]) -> PollingFacts:
    """Return the polling of the chosen days.

    Args:
        engine: the lake.
        days: the chosen days, for the ledger.
        snapshots: every response of the time shown.
    """
    interval_s, threshold_s, gaps = response_gaps([snapshot.at for snapshot in snapshots])
    with_ledger = sorted(set(days) & set(engine.partitions(POLLS)))
    if not with_ledger:
        return PollingFacts(interval_s, threshold_s, gaps, None, [])
    outcomes: Counter[str] = Counter()
    spent, told = 0, []
    for day in with_ledger:
        parameters = {"flight_date": day.isoformat()}
        for row in _dicts(engine, "poll_outcomes", parameters):
            outcomes[str(row["outcome"])] += int(row["poll_count"])
            spent += int(row["credits_spent"])
        told += [_told(row) for row in _dicts(engine, "coverage_gaps", parameters)]
    longest_first = sorted(told, key=lambda gap: gap.length, reverse=True)
    return PollingFacts(interval_s, threshold_s, gaps, dict(outcomes.most_common()), longest_first, spent)


def response_gaps(instants: Sequence[datetime]) -> tuple[float | None, float, list[Gap]]:
    """Return the median interval, the shortest span that counts as a gap (seconds both), and the gaps.

    A gap is longer than three times the median interval and longer than five minutes.
    """
    spans = list(pairwise(instants))
    if not spans:
        return None, _SHORTEST_GAP_S, []
    interval_s = median((later - earlier).total_seconds() for earlier, later in spans)
    threshold_s = max(_GAP_FACTOR * interval_s, _SHORTEST_GAP_S)
    gaps = [Gap(*span) for span in spans if (span[1] - span[0]).total_seconds() > threshold_s]
    return interval_s, threshold_s, sorted(gaps, key=lambda gap: gap.length, reverse=True)


def _told(row: dict[str, Any]) -> Gap:
    parts = [str(row[name]) for name in ("missed_outcomes", "first_reason") if row[name]]
    return Gap(row["gap_began_at"], row["gap_ended_at"], int(row["missed_count"]), ": ".join(parts) or None)


def _dicts(engine: Engine, query: str, parameters: dict[str, str]) -> list[dict[str, Any]]:
    result = engine.query(query, parameters)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]
