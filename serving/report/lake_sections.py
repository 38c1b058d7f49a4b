"""The sections about the lake itself: what is in it, that every row is accounted for, when it was looking."""

from collections.abc import Sequence

from serving.report.blocks import Cell, Figure, Section, Table
from serving.report.formatting import ABSENT, clock, count, counted, day, duration, score, size
from serving.report.lake_queries import DayFacts, total_counts
from serving.report.polling_queries import Gap, PollingFacts
from serving.report.queries import DAYS_OF_SERIES, Facts
from serving.report.time_charts import polling_calendar

_MOST_GAPS = 10


def holdings(facts: Facts) -> Section:
    """Return what is in the lake, day by day."""
    days = facts.days
    counts, raw, curated = total_counts(days), sum(d.raw_bytes for d in days), sum(d.curated_bytes for d in days)
    heading = f"{counted(counts.curated, 'row')} in {size(curated)} of Parquet"
    if counts.curated:
        heading += f", {curated / counts.curated:.1f} bytes a row"
    text = f"They were received as {size(raw)} of gzipped JSON, which the lake keeps byte for byte."
    waiting = sum(d.waiting for d in days)
    unpublished = facts.landed - sum(d.responses for d in days) - waiting
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


def conservation(facts: Facts) -> Section:
    """Return the proof that no row was lost or made up."""
    days = facts.days
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


def polling(facts: Facts) -> Section:
    """Return when responses came and when not, by the responses and by the ledger."""
    known, instants = facts.polling, [snapshot.at for snapshot in facts.traffic.snapshots]
    tables = [_gap_table("Gaps between responses", known.gaps)] if known.gaps else []
    if known.outcomes is not None:
        outcomes = [(outcome, count(number)) for outcome, number in known.outcomes.items()]
        tables.append(Table("Polls of the ledger, by outcome", ("Outcome", "Polls"), outcomes, frozenset({1})))
    if known.ledger_gaps:
        tables.append(_gap_table("Gaps by the ledger", known.ledger_gaps))
    return Section(
        "polling",
        "Gaps in polling",
        _rhythm(known),
        [_gap_rule(known), _ledger_words(facts)],
        figure=_calendar(facts) if instants else None,
        tables=tables,
    )


def _calendar(facts: Facts) -> Figure:
    instants = [snapshot.at for snapshot in facts.traffic.snapshots]
    days = len({at.date() for at in instants})
    alternative = (
        f"Ten-minute spans with a response, one line a day: {counted(len(instants), 'response')} on "
        f"{counted(days, 'day')}, from {clock(instants[0])} to {clock(instants[-1])} UTC."
    )
    return Figure(polling_calendar(instants), alternative, "Each mark is ten minutes with at least one response.")


def _rhythm(known: PollingFacts) -> str:
    if known.interval_s is None:
        return "A single response shows no rhythm"
    rhythm = f"A response every {duration(known.interval_s)}"
    if not known.gaps:
        return f"{rhythm}, without a gap"
    return f"{rhythm}; {counted(len(known.gaps), 'gap')}, the longest {duration(known.gaps[0].length)}"


def _gap_rule(known: PollingFacts) -> str:
    return (
        "The interval is the median between two responses. "
        f"Longer than {duration(known.threshold_s)} counts as a gap: three times the median, at least five minutes."
    )


def _ledger_words(facts: Facts) -> str:
    known = facts.polling
    if known.outcomes is not None:
        polls = sum(known.outcomes.values())
        return f"The ledger holds {counted(polls, 'poll')} of these days, for {counted(known.credits_spent, 'credit')}."
    if facts.unread_ledger:
        return "The ledger of polls has records of other days, or such as the next `flightlake convert` will publish."
    return "There is no ledger of polls in this lake: its responses were landed from files."


def _gap_table(caption: str, gaps: Sequence[Gap]) -> Table:
    cut = f" (the longest {_MOST_GAPS} of {count(len(gaps))})" if len(gaps) > _MOST_GAPS else ""
    has_ledger = any(gap.missed is not None for gap in gaps)
    headings = ("From (UTC)", "To (UTC)", "Length", *(("Polls missed", "Why") if has_ledger else ()))
    rows: list[tuple[Cell, ...]] = [
        (
            clock(gap.began_at),
            clock(gap.ended_at),
            duration(gap.length),
            *((count(gap.missed), gap.reason or ABSENT) if has_ledger else ()),
        )
        for gap in gaps[:_MOST_GAPS]
    ]
    return Table(caption + cut, headings, rows, frozenset({2, 3}))


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
