"""The lake by its commit records: published days, their sizes, and row counts that must add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord, DayCounts, Unreadable
from flightlake.lake import Lake
from flightlake.layout import RAW_STATES_PREFIX, raw_states_day_prefix
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.schema.tables.states import STATES
from serving.report.blocks import Section, Table
from serving.report.formatting import ABSENT, count, counted, day, score, size

DAYS_OF_SERIES = 31
"""Number of the newest days that tables and series over time show."""


@dataclass(frozen=True)
class DayFacts:
    """One published day, by its visible commit record.

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
        """Mean size of a curated row; None without rows."""
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
    """Return the number of responses in the lake, published or not."""
    return sum(1 for _ in lake.store.list(RAW_STATES_PREFIX))


def holdings_section(days: Sequence[DayFacts], landed: int) -> Section:
    """Return the section about the contents of the lake, day by day.

    Args:
        days: every published day.
        landed: responses in the lake, published or not.
    """
    counts, raw, curated = total_counts(days), sum(d.raw_bytes for d in days), sum(d.curated_bytes for d in days)
    heading = f"{counted(counts.curated, 'row')} in {size(curated)} of Parquet"
    if counts.curated:
        heading += f", {curated / counts.curated:.1f} bytes a row"
    text = f"They were received as {size(raw)} of gzipped JSON, which the lake keeps byte for byte."
    waiting = sum(d.waiting for d in days)
    unpublished = landed - sum(d.responses for d in days) - waiting
    if waiting + max(unpublished, 0):
        text += f" {counted(waiting + max(unpublished, 0), 'more response')} wait for the next `flightlake convert`."
    table = Table(
        "Published days" + _cut(days),
        ("Day (UTC)", "Responses", "Rows", "Received", "Curated", "Bytes a row", "Quality score"),
        [_holding(d) for d in days[-DAYS_OF_SERIES:]],
        frozenset(range(1, 7)),
        total=(
            f"All {counted(len(days), 'day')}",
            count(sum(d.responses for d in days)),
            count(counts.curated),
            size(raw),
            size(curated),
            f"{curated / counts.curated:.1f}" if counts.curated else ABSENT,
            "",
        ),
    )
    return Section("lake", "In the lake", heading, [text], tables=[table])


def conservation_section(days: Sequence[DayFacts]) -> Section:
    """Return the section that shows, for each published day, that no row was lost or made up."""
    wrong = [d for d in days if not d.counts.adds_up]
    counts = total_counts(days)
    if wrong:
        heading = f"The counts of {counted(len(wrong), 'day')} do not add up"
    else:
        heading = f"Every one of {count(counts.raw_rows)} rows received is accounted for"
    text = (
        "Raw rows = curated + quarantined + duplicates, by the visible commit of each day. "
        "`flightlake verify` recounts them from the raw responses with code of its own."
    )
    table = Table(
        "Conservation of rows" + _cut(days),
        (
            "Day (UTC)",
            "Raw rows",
            "=\u00a0Curated",
            "+\u00a0Quaran\u00adtined",
            "+\u00a0Dupli\u00adcates",
            "Adds up",
            "Unread\u00adable responses",
        ),
        [_conserved(d) for d in days[-DAYS_OF_SERIES:]],
        frozenset(range(1, 7)),
        total=(
            "Sum",
            count(counts.raw_rows),
            count(counts.curated),
            count(counts.quarantined),
            count(counts.duplicates),
            "yes" if counts.adds_up and not wrong else "no",
            count(sum(len(d.unreadable) for d in days)),
        ),
    )
    broken = [(item.raw_key, item.reason) for d in days for item in d.unreadable]
    tables = [table, Table("Responses that gave no rows", ("Object", "Why"), broken)] if broken else [table]
    return Section("conservation", "Conservation", heading, [text], tables=tables)


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


def _holding(d: DayFacts) -> tuple[str, ...]:
    per_row = f"{d.bytes_per_row:.1f}" if d.bytes_per_row is not None else ABSENT
    quality = score(d.quality_score)
    return (
        day(d.day),
        count(d.responses),
        count(d.counts.curated),
        size(d.raw_bytes),
        size(d.curated_bytes),
        per_row,
        quality,
    )


def _conserved(d: DayFacts) -> tuple[str, ...]:
    counts = d.counts
    parts = (counts.raw_rows, counts.curated, counts.quarantined, counts.duplicates)
    return (day(d.day), *map(count, parts), "yes" if counts.adds_up else "no", count(len(d.unreadable)))


def _cut(days: Sequence[DayFacts]) -> str:
    return f" (the newest {DAYS_OF_SERIES} of {count(len(days))})" if len(days) > DAYS_OF_SERIES else ""
