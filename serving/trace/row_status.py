"""What became of each row of an aircraft at one snapshot."""

from collections.abc import Iterator, Sequence

from serving.trace.answer import Outcome, RowStatus
from serving.trace.published import PublishedDay, PublishedRows
from serving.trace.responses import RawResponse, RowMatch


def row_statuses(
    icao24: str, responses: Sequence[RawResponse], day: PublishedDay, rows: PublishedRows
) -> tuple[RowStatus, ...]:
    """Return the status of every row of the aircraft, in raw or only in what is published, the best outcome first."""
    matches = [match for response in responses for match in response.matches]
    statuses = [_status(match, matches, day, rows) for match in matches]
    statuses += _without_raw(icao24, statuses, rows)
    return tuple(sorted(statuses, key=lambda status: tuple(Outcome).index(status.outcome)))


def _status(match: RowMatch, all_of_them: list[RowMatch], day: PublishedDay, rows: PublishedRows) -> RowStatus:
    quarantined = rows.quarantined.get(match.place)
    winner = _winner(match, all_of_them, day, rows)
    outcome = Outcome.QUARANTINED if quarantined else _outcome(match, winner, day, rows)
    return RowStatus(
        outcome,
        match.raw_key,
        match.row_number,
        match.icao24,
        match.raw_row,
        match.rejected_by,
        match.warned_by,
        quarantined.reasons if quarantined else (),
        winner.place if outcome is Outcome.REPEAT else None,
    )


def _outcome(match: RowMatch, winner: RowMatch, day: PublishedDay, rows: PublishedRows) -> Outcome:
    key, head = match.raw_key, day.head
    if head is None:
        return Outcome.UNPUBLISHED
    if not day.knows(key):
        return Outcome.PENDING
    if key not in head.raw_keys:
        return Outcome.ROLLED_BACK if head.kind == "rollback" else Outcome.DIFFERS
    if any(item.raw_key == key for item in head.unreadable):
        return Outcome.LEFT_OUT
    if match.icao24 not in rows.curated or day.shown is None or key not in day.shown.raw_keys:
        return Outcome.DIFFERS
    return Outcome.VISIBLE if match is winner else Outcome.REPEAT


def _winner(match: RowMatch, all_of_them: list[RowMatch], day: PublishedDay, rows: PublishedRows) -> RowMatch:
    """Return the row that wins among the repeats which the visible commit let pass; what it rejected is no rival."""
    built_from = day.shown.raw_keys if day.shown else ()
    rivals = [
        other
        for other in all_of_them
        if other.icao24 == match.icao24 and other.raw_key in built_from and other.place not in rows.quarantined
    ]
    return min(rivals, key=lambda rival: rival.precedence, default=match)


def _without_raw(icao24: str, statuses: list[RowStatus], rows: PublishedRows) -> Iterator[RowStatus]:
    """Yield the rows that are published though their responses cannot be read any more."""
    found = {(status.raw_key, status.row_number) for status in statuses}
    for place, row in rows.quarantined.items():
        if place not in found:
            yield RowStatus(
                *(Outcome.QUARANTINED, row.raw_key, row.row_number, row.icao24 or icao24, row.raw_row, None),
                reasons=row.reasons,
            )
    for name in sorted(rows.curated - {status.icao24 for status in statuses if status.outcome is Outcome.VISIBLE}):
        yield RowStatus(Outcome.VISIBLE, None, None, name, None, None)
