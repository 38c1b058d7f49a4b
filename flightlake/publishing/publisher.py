"""Publish days: build, audit, commit, move the pointers; each day by itself, with any engine."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from flightlake import __version__
from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord, new_commit_id
from flightlake.errors import ConflictError, ConservationBrokenError, FlightLakeError, QualityTooLowError
from flightlake.ports import Catalog, Clock, ObjectStore
from flightlake.publishing.day_build import DayBuild, DayBuilder
from flightlake.publishing.day_result import DayResult
from flightlake.publishing.pending import PendingDays, find_pending, is_due
from flightlake.publishing.raw_day import RawDay, list_raw_day
from flightlake.publishing.registry import LogDefinition
from flightlake.quality.rules import fingerprint

logger = logging.getLogger(__name__)

_ATTEMPTS = 10
"""How often a day is built before others, who are always faster, are left to it."""

DEFAULT_MIN_QUALITY = 90.0
"""Percent below which a day is not published; recorded days score 99."""


@dataclass(frozen=True)
class Publisher:
    """Publisher of one log's days in one lake: builds, audits, commits and points readers to them.

    Attributes:
        since: from this UTC day on, days that were built under other rules count as pending, too; None for none.
    """

    definition: LogDefinition
    builder: DayBuilder
    store: ObjectStore
    catalog: Catalog
    clock: Clock
    min_quality: float = DEFAULT_MIN_QUALITY
    since: date | None = None

    @property
    def log(self) -> CommitLog:
        """The commit log of the days."""
        return self.definition.commit_log(self.store, self.catalog)

    def pending_days(self) -> list[date]:
        """Return the days that hold raw objects which no record of theirs knows, and the outdated ones of `since`."""
        return self.find_pending().due(self.since)

    def find_pending(self) -> PendingDays:
        """Return on which days of the lake there is work."""
        found = (self.definition.day_of(info.key) for info in self.store.list(self.definition.raw_prefix))
        days = sorted({day for day in found if day is not None})
        return find_pending(
            [(self._raw_day(day), self.log.records(day)) for day in days], has_rules=self.definition.has_rules
        )

    def run(self, days: Iterable[date], *, rebuild: bool = False) -> Iterator[DayResult]:
        """Convert days one after the other; one that fails does not stop the others.

        Args:
            days: UTC days.
            rebuild: also those whose raw objects are all known, for instance after a change of the rules.
        """
        for day in self.log.days_behind():
            try:
                self.log.sync_catalog(day)
                logger.info("pointers moved to the newest commit after an interrupted run: %s", day)
            except FlightLakeError as error:
                yield self._failed(day, error)
        for day in days:
            try:
                yield self._convert(day, rebuild=rebuild)
            except FlightLakeError as error:
                yield self._failed(day, error)

    def _failed(self, day: date, error: FlightLakeError) -> DayResult:
        logger.warning("day not published: %s: %s", day, error)
        return replace(self._unchanged(day, str(error), failed=True), error=error)

    def _convert(self, day: date, *, rebuild: bool) -> DayResult:
        for _ in range(_ATTEMPTS):
            records = self.log.records(day)
            raw = self._raw_day(day)
            if not raw.keys and not records:
                return self._unchanged(day, "nothing was landed for this day", failed=True)
            if not rebuild and not is_due(raw, records, self.since if self.definition.has_rules else None):
                return self._unchanged(day, "nothing to do: no raw object is newer than the last commit")
            try:
                return self._build_and_publish(raw, records)
            except ConflictError as error:
                # Somebody else was first. Look again: either there is nothing left to do, or this run knows more.
                logger.info("changed by another run meanwhile, looking again: %s: %s", day, error)
                rebuild = rebuild and not self._is_built_anew(day, records)
        raise ConflictError(f"{day}: {_ATTEMPTS} times another run was first; nothing is lost, run it again")

    def _is_built_anew(self, day: date, records: list[CommitRecord]) -> bool:
        """Tell whether readers see another commit than these records say; a vacuum, for one, leaves it as it is."""
        head = self.log.head(day)
        return head is not None and (not records or head.commit != records[-1].commit)

    def _build_and_publish(self, raw: RawDay, records: list[CommitRecord]) -> DayResult:
        _audit_lineage(raw, records)
        commit = new_commit_id(self.clock.now())
        build = self.builder.build(self.definition, raw, self.log.folders(raw.day, commit))
        _audit(raw.day, build, self.min_quality)
        record = CommitRecord(
            log=self.log.name,
            day=raw.day,
            sequence=records[-1].sequence + 1 if records else 1,
            kind="build",
            commit=commit,
            created_at=self.clock.now(),
            folders=build.folders,
            raw_keys=build.raw_keys,
            counts=build.counts,
            quality_score=build.quality_score,
            rule_fingerprint=fingerprint(),
            code_version=__version__,
            content_checksum=build.content_checksum,
            unreadable=build.unreadable,
        )
        try:
            self.log.append(record)
        except ConflictError:
            self._remove(build.folders)
            raise
        self.log.sync_catalog(raw.day, known=record)
        return DayResult(
            raw.day,
            commit,
            len(raw.keys),
            build.counts,
            build.quality_score,
            published=True,
            unreadable=build.unreadable,
            drifted_rows=build.drifted_rows,
        )

    def _raw_day(self, day: date) -> RawDay:
        return list_raw_day(self.store, self.definition, day)

    def _unchanged(self, day: date, reason: str, *, failed: bool = False) -> DayResult:
        head = self.log.head(day)
        if head is None:
            return DayResult(day, None, 0, None, None, published=False, reason=reason, failed=failed)
        result = DayResult(day, head.commit, len(head.raw_keys), head.counts, head.quality_score, published=False)
        return replace(result, unreadable=head.unreadable, reason=reason, failed=failed)

    def _remove(self, folders: dict[str, str]) -> None:
        for folder in folders.values():
            self.store.delete([info.key for info in self.store.list(folder)])


def _audit_lineage(raw: RawDay, records: list[CommitRecord]) -> None:
    gone = frozenset(records[-1].raw_keys) - raw.keys if records else frozenset()
    if gone:
        raise ConservationBrokenError(
            f"{raw.day}: {len(gone)} raw objects of the visible commit are gone, such as {min(gone)}; a rebuild would "
            "lose their rows. Put them back under raw/ and run the conversion again"
        )


def _audit(day: date, build: DayBuild, min_quality: float) -> None:
    counts = build.counts
    if not counts.adds_up:
        raise ConservationBrokenError(
            f"{day}: {counts.raw_rows} raw rows are not {counts.curated} curated + {counts.quarantined} quarantined + "
            f"{counts.duplicates} duplicates"
        )
    if build.quality_score is not None and build.quality_score < min_quality:
        text = f"{day}: quality score {build.quality_score:.2f} is below {min_quality:g}"
        raise QualityTooLowError(text, score=build.quality_score)
