"""Published days from literal rows, with the commit records that a convert would leave."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from support.lakes import DAY, LakeBuilder, Row

from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord, DayCounts, Unreadable
from flightlake.schema.tables.registry import CURATED_TABLES


def publish_day(
    builder: LakeBuilder,
    states: Iterable[Row],
    *,
    day: date = DAY,
    rejected: Iterable[Row] = (),
    scores: Iterable[Row] = (),
    raw_keys: tuple[str, ...] = (),
    unreadable: tuple[Unreadable, ...] = (),
    counts: DayCounts | None = None,
    quality_score: float | None = None,
) -> None:
    """Publish a day of a lake; counts are those of the rows where none are given."""
    states, rejected = list(states), list(rejected)
    folders = {
        "states_quarantine": builder.publish("states_quarantine", rejected, day=day),
        "quality_scores": builder.publish("quality_scores", scores, day=day),
        "states": builder.publish("states", states, day=day),
    }
    record = CommitRecord(
        log="states",
        day=day,
        sequence=1,
        kind="build",
        commit="c1",
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
        folders=folders,
        raw_keys=raw_keys,
        counts=counts or DayCounts(len(states) + len(rejected), len(states), len(rejected), 0),
        quality_score=quality_score,
        rule_fingerprint="0" * 12,
        code_version="0.1.0",
        content_checksum="0",
        unreadable=unreadable,
    )
    CommitLog("states", CURATED_TABLES, builder.lake.store, builder.lake.catalog).append(record)
