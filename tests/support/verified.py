"""Faults in a published lake, each with the text by which a verification names it."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass

from support.archives import archive, damaged
from support.published import rewritten
from support.vectors import DAY, body, vector

from flightlake.archive.index import archived_members
from flightlake.lake import Lake
from flightlake.publishing.registry import STATES_LOG
from flightlake.schema.contract import Table
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE


@dataclass(frozen=True)
class Fault:
    """One way to spoil the day of `support.published`, and parts of the sentences that must name it."""

    plant: Callable[[Lake], object]
    named: tuple[str, ...]


def first_key(lake: Lake) -> str:
    return min(info.key for info in lake.store.list("raw/states/"))


def replaced(lake: Lake, change: Callable[[bytes], bytes]) -> None:
    """Let the first raw object hold other bytes."""
    key = first_key(lake)
    data = change(lake.store.get(key))
    lake.store.delete([key])
    lake.store.put_if_absent(key, data)


def _in(table: Table, query: str, *named: str) -> Fault:
    return Fault(lambda lake: rewritten(lake, table, query), named)


def _moved_pointer(lake: Lake) -> None:
    older = STATES_LOG.commit_log(lake.store, lake.catalog).records(DAY)[0]
    lake.catalog.move_pointer(STATES, DAY, older.folders["states"])


def _folder_removed(lake: Lake) -> None:
    for table in (STATES, STATES_QUARANTINE, QUALITY_SCORES):
        lake.store.delete([info.key for info in lake.store.list(lake.catalog.partitions(table)[DAY])])


def _archive_damaged(lake: Lake) -> None:
    archive(lake)
    damaged(lake, min(archived_members(lake.store, DAY)))


def _other_rules(lake: Lake) -> None:
    key = max(info.key for info in lake.store.list("commits/states/"))
    record = json.loads(lake.store.get(key)) | {"rule_fingerprint": "0123456789ab"}
    lake.store.delete([key])
    lake.store.put_if_absent(key, json.dumps(record).encode())
    rewritten(lake, QUALITY_SCORES, "select * from {file} where false")


_CHANGED_FLAGS = "select * replace (case when rule = 'ground_speed_impossible' then 100 else score end as score)"

VANISHED, OTHER_ROWS = "a raw object vanished", "a raw object has other rows"

FAULTS: dict[str, Fault] = {
    "a row is lost": _in(
        STATES,
        "select * from {file} where icao24 <> 'c0ffee'",
        "states: 1 rows are in raw and not published, such as icao24=c0ffee, callsign=DLH9LF",
        "snapshot_at=2026-05-08 12:01:30",
    ),
    "a row is doubled": _in(
        STATES,
        "select * from {file} union all select * from {file} where icao24 = 'c0ffee'",
        "states: 1 rows are published and not in raw, such as icao24=c0ffee",
    ),
    "a value is changed": _in(
        STATES,
        "select * replace (baro_altitude_m + 0.001 as baro_altitude_m) from {file}",
        "states: 4 rows are published and not in raw, such as icao24=3c6444",
        "baro_altitude_m=10668.001",
    ),
    "an instant is shifted": _in(
        STATES,
        "select * replace (position_at + interval 1 hour as position_at) from {file}",
        "position_at=2026-05-08 12:59:58",
    ),
    "another repeat has won": _in(
        STATES,
        "select * replace (last_contact_at - interval 1 second as last_contact_at) from {file}",
        "states: 4 rows are published and not in raw",
    ),
    "a null was filled in": _in(STATES, "select * replace (0 as category) from {file}", "category=0"),
    "an address became null": _in(
        STATES, "select * replace (null::varchar as icao24) from {file}", "such as callsign=DLH9LF"
    ),
    "a rejected row is lost": _in(
        STATES_QUARANTINE,
        "select * from {file} where false",
        "states_quarantine: 1 rows are in raw and not published, such as icao24=a0f1e2",
    ),
    "a rejected row is doubled": _in(
        STATES_QUARANTINE,
        "select * from {file} union all select * from {file}",
        "states_quarantine: 1 rows are published and not in raw",
    ),
    "a reason is lost": _in(
        STATES_QUARANTINE,
        "select * replace ([]::varchar[] as reasons) from {file}",
        "reasons=['ground_speed_impossible']",
    ),
    "reasons and text became null": _in(
        STATES_QUARANTINE,
        "select * replace (null::varchar[] as reasons, null::varchar as raw_row) from {file}",
        "row_number=2",
    ),
    "a rejected row's text is changed": _in(
        STATES_QUARANTINE, "select * replace (replace(raw_row, '2503', '2504') as raw_row) from {file}", "2504"
    ),
    "a rejected row's time is changed": _in(
        STATES_QUARANTINE,
        "select * replace (snapshot_at + interval 1 millisecond as snapshot_at) from {file}",
        "snapshot_at=2026-05-08 12:00:00.001",
    ),
    "a score is embellished": _in(
        QUALITY_SCORES,
        f"{_CHANGED_FLAGS} from {{file}}",
        "quality, ground_speed_impossible: published (reject, 1 of 6 failed, score 100.0), recomputed (reject, 1 of 6 "
        "failed, score 83.3",
    ),
    "a count and a severity are changed": _in(
        QUALITY_SCORES,
        "select * replace (failed_count + 1 as failed_count, 'warn' as severity) from {file} where rule = 'row_length'",
        "quality, row_length: published (warn, 1 of 6 failed, score 100.0), recomputed (reject, 0 of 6 failed",
        "quality, overall: published nothing, recomputed (",
    ),
    "a score is doubled and one renamed": _in(
        QUALITY_SCORES,
        "select * from {file} union all select * replace ('made_up' as rule) from {file} where rule = 'row_length' "
        "union all select * from {file} where rule = 'row_length'",
        "quality, row_length: published more than once",
        "quality, made_up: published, but no rule of this version",
    ),
    "a pointer points elsewhere": Fault(
        _moved_pointer, ("states: readers see curated/states/", "the next conversion repairs it")
    ),
    "the files are gone": Fault(
        _folder_removed,
        tuple(f"{name}: the commit's folder curated/{name}/" for name in ("states", "states_quarantine")),
    ),
    "a raw object was cut": Fault(
        lambda lake: replaced(lake, lambda data: data[:30]),
        ("published as read, recomputed as no sound gzip", "raw_rows: published 6, recomputed 5"),
    ),
    "a raw object was emptied": Fault(
        lambda lake: replaced(lake, lambda _: b""), ("published as read, recomputed as the body is empty",)
    ),
    VANISHED: Fault(
        lambda lake: lake.store.delete([first_key(lake)]),
        ("is gone: the day can no longer be built from it", "duplicates: published 1, recomputed 0"),
    ),
    OTHER_ROWS: Fault(
        lambda lake: replaced(lake, lambda _: gzip.compress(body(vector(icao24="deadbe")))),
        # The object held a newer repeat: without it the older row is in raw and not published, too.
        ("states: 2 rows are in raw and not published, such as icao24=", "icao24=deadbe"),
    ),
    "an archived response is damaged": Fault(_archive_damaged, ("published as read, recomputed as raw/archive/",)),
}
"""By name; each names a difference."""

NOTED = Fault(_other_rules, ("published under the rules 0123456789ab of flightlake",))
"""No difference but a note: the scores are those of other rules."""
