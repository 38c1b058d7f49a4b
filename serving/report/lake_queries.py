"""What the lake holds by its own records: days, counts that must add up, sizes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord, DayCounts, Unreadable
from flightlake.lake import Lake
from flightlake.layout import RAW_POLLS_PREFIX, RAW_STATES_PREFIX, raw_states_day_prefix
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES


@dataclass(frozen=True)
class DayFacts:
    """One published day by its visible commit record.

    Attributes:
        raw_bytes: size of the responses that the day was built from, as they lie in the lake (gzipped).
        curated_bytes: size of the day's files of `states`.
        waiting: responses of the day that were landed after the commit.
    """

    day: date
    counts: DayCounts
    responses: int
    unreadable: tuple[Unreadable, ...]
    quality_score: float | None
    raw_bytes: int
    curated_bytes: int
    waiting: int

    @property
    def bytes_per_row(self) -> float | None:
        """Return the size of a curated row; None where there are none."""
        return self.curated_bytes / self.counts.curated if self.counts.curated else None


def published_days(lake: Lake) -> list[DayFacts]:
    """Return the facts of every published day, the oldest first."""
    log = CommitLog(STATES.name, CURATED_TABLES, lake.store, lake.catalog)
    heads = [log.head(day) for day in log.days()]
    return [_day_facts(lake, head) for head in heads if head is not None]


def total_counts(days: Sequence[DayFacts]) -> DayCounts:
    """Return the sums of the days' counts."""
    counts = [day.counts for day in days]
    return DayCounts(
        sum(count.raw_rows for count in counts),
        sum(count.curated for count in counts),
        sum(count.quarantined for count in counts),
        sum(count.duplicates for count in counts),
    )


def landed_responses(lake: Lake) -> int:
    """Return how many responses lie in the lake, published or not."""
    return sum(1 for _ in lake.store.list(RAW_STATES_PREFIX))


def has_ledger_records(lake: Lake) -> bool:
    """Tell whether any poll left a record, converted or not."""
    return next(iter(lake.store.list(RAW_POLLS_PREFIX)), None) is not None


def _day_facts(lake: Lake, head: CommitRecord) -> DayFacts:
    sizes = {info.key: info.size_bytes for info in lake.store.list(raw_states_day_prefix(head.day))}
    folder = head.folders[STATES.name]
    curated = lake.store.list(folder if folder.endswith("/") else f"{folder}/")
    return DayFacts(
        day=head.day,
        counts=head.counts,
        responses=len(head.raw_keys),
        unreadable=head.unreadable,
        quality_score=head.quality_score,
        raw_bytes=sum(sizes.get(key, 0) for key in head.raw_keys),
        curated_bytes=sum(info.size_bytes for info in curated if info.key.endswith(".parquet")),
        waiting=len(sizes.keys() - head.known_raw_keys),
    )
