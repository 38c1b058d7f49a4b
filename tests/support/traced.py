"""A lake made by hand, step by step: polls, responses, commits, without Spark."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.commits import log_of, record
from support.lakes import LakeBuilder, a_rejected, a_state
from support.vectors import DAY, NOON, body, landed

from flightlake.commits.record import CommitRecord, Unreadable
from flightlake.poll_record import PollRecord
from flightlake.quality.rules import fingerprint
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from ingestion.ledger import record_poll
from serving.trace.why import Answer, why

SOURCE = "https://opensky-network.org"


def instant(seconds: float = 0) -> datetime:
    """Return the time that many seconds after noon."""
    return datetime.fromtimestamp(NOON + seconds, UTC)


class TracedLake:
    """Lays polls, responses and commits of 2026-05-08; times are seconds after noon, UTC."""

    def __init__(self, root: Path) -> None:
        self._builder = LakeBuilder(root)
        self.lake = self._builder.lake
        self.log = log_of(self.lake)

    def land(self, *rows: Any, at: float = 0) -> str:
        """Land a response; return its key."""
        return landed(self.lake.store, body(*rows, time=NOON + int(at)), time=NOON + int(at))

    def polled(
        self, due: float, outcome: Any = "landed", raw_key: str | None = None, reason: str | None = None
    ) -> None:
        """Leave a poll's record in the ledger."""
        asked = None if outcome.startswith("skipped") else instant(due)
        record_poll(
            self.lake.store,
            PollRecord(instant(due), asked, outcome, reason, SOURCE, 4 if asked else 0, 99, None, raw_key),
        )

    def publish(
        self,
        keys: Iterable[str],
        *,
        curated: Iterable[tuple[str, float]] = (),
        rejected: Iterable[tuple[str, int, str, list[str]]] = (),
        commit: str = "c1",
        **changes: Any,
    ) -> CommitRecord:
        """Publish a commit built from responses.

        Args:
            keys: of the responses.
            curated: address and time of the rows of `states`.
            rejected: raw key, row number, address and reasons of the rows in quarantine.
            commit: its id.
            changes: of the record.
        """
        good = [a_state(icao24=icao24, snapshot_at=instant(at)) for icao24, at in curated]
        bad = [
            a_rejected(number, reasons, raw_key=key, icao24=icao24, snapshot_at=instant())
            for key, number, icao24, reasons in rejected
        ]
        self._builder.write(STATES, good, day=DAY, commit=commit)
        self._builder.write(STATES_QUARANTINE, bad, day=DAY, commit=commit)
        self._builder.write(QUALITY_SCORES, [], day=DAY, commit=commit)
        made = record(self.lake, commit, len(self.log.records(DAY)) + 1)
        made = replace(made, raw_keys=tuple(keys), rule_fingerprint=fingerprint())
        made = replace(made, **changes)
        self.log.append(made)
        self.log.sync_catalog(DAY)
        return made

    def why(self, icao24: str = "3c6444", at: float = 0) -> Answer:
        """Ask for an aircraft."""
        return why(self.lake, icao24, instant(at), now=instant() + timedelta(days=3))


def unreadable(key: str, reason: str) -> tuple[Unreadable, ...]:
    """Return what a record says of one response that it left out."""
    return (Unreadable(key, reason),)
