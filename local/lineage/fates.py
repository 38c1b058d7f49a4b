"""What became of each row of an aircraft at one snapshot."""

from collections.abc import Iterator, Sequence

from local.lineage.answer import Ending, RowFate
from local.lineage.published import PublishedDay, PublishedRows
from local.lineage.responses import RawResponse, Sighting


def row_fates(
    icao24: str, responses: Sequence[RawResponse], day: PublishedDay, rows: PublishedRows
) -> tuple[RowFate, ...]:
    """Return the fate of every row of the aircraft, in raw or only in what is published, the best ending first."""
    sightings = [sighting for response in responses for sighting in response.sightings]
    fates = [_fate(sighting, sightings, day, rows) for sighting in sightings]
    fates += _without_raw(icao24, fates, rows)
    return tuple(sorted(fates, key=lambda fate: tuple(Ending).index(fate.ending)))


def _fate(sighting: Sighting, all_of_them: list[Sighting], day: PublishedDay, rows: PublishedRows) -> RowFate:
    quarantined = rows.quarantined.get(sighting.place)
    winner = _winner(sighting, all_of_them, day, rows)
    ending = Ending.QUARANTINED if quarantined else _ending(sighting, winner, day, rows)
    return RowFate(
        ending,
        sighting.raw_key,
        sighting.row_number,
        sighting.icao24,
        sighting.raw_row,
        sighting.rejected_by,
        sighting.warned_by,
        quarantined.reasons if quarantined else (),
        winner.place if ending is Ending.REPEAT else None,
    )


def _ending(sighting: Sighting, winner: Sighting, day: PublishedDay, rows: PublishedRows) -> Ending:
    key, head = sighting.raw_key, day.head
    if head is None:
        return Ending.UNPUBLISHED
    if not day.knows(key):
        return Ending.PENDING
    if key not in head.raw_keys:
        return Ending.ROLLED_BACK if head.kind == "rollback" else Ending.DIFFERS
    if any(item.raw_key == key for item in head.unreadable):
        return Ending.LEFT_OUT
    if sighting.icao24 not in rows.curated or day.shown is None or key not in day.shown.raw_keys:
        return Ending.DIFFERS
    return Ending.VISIBLE if sighting is winner else Ending.REPEAT


def _winner(sighting: Sighting, all_of_them: list[Sighting], day: PublishedDay, rows: PublishedRows) -> Sighting:
    """Return the row that wins among the repeats which the visible commit let pass; what it rejected is no rival."""
    built_from = day.shown.raw_keys if day.shown else ()
    rivals = [
        other
        for other in all_of_them
        if other.icao24 == sighting.icao24 and other.raw_key in built_from and other.place not in rows.quarantined
    ]
    return min(rivals, key=lambda rival: rival.precedence, default=sighting)


def _without_raw(icao24: str, fates: list[RowFate], rows: PublishedRows) -> Iterator[RowFate]:
    """Yield the rows that are published though their responses cannot be read any more."""
    found = {(fate.raw_key, fate.row_number) for fate in fates}
    for place, row in rows.quarantined.items():
        if place not in found:
            yield RowFate(
                *(Ending.QUARANTINED, row.raw_key, row.row_number, row.icao24 or icao24, row.raw_row, None),
                reasons=row.reasons,
            )
    for name in sorted(rows.curated - {fate.icao24 for fate in fates if fate.ending is Ending.VISIBLE}):
        yield RowFate(Ending.VISIBLE, None, None, name, None, None)
