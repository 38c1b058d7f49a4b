"""Raw objects recomputed in processes, one for each core: plain Python's decoding is what a verification takes."""

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from typing import Any

from duckdb_engine.types import DUCKDB_TYPES
from flightlake.errors import DamagedArchiveError, FlightLakeError, InvalidResponseError, ObjectNotFoundError
from flightlake.opensky.fields import STORED_FIELDS, decoded_name
from flightlake.ports import ObjectStore
from flightlake.publishing.recompute import recompute_response
from flightlake.quality.scores import RuleCount
from flightlake.schema.contract import Table
from flightlake.schema.tables.states import STATES, STATES_QUARANTINE
from flightlake.worker_processes import SPAWN, ignore_interrupts, interrupts_blocked

LEAST_OBJECTS = 16
"""Fewer are recomputed sooner than a process has started."""

_LARGE_BYTES = 4_000_000
"""Gzipped; a larger response is recomputed by itself, as it takes up to 12 times its unpacked size of memory."""


def _decoded_types(table: Table) -> dict[str, str]:
    # Instants are Unix seconds here.
    types = DUCKDB_TYPES | {"timestamp": "BIGINT"}
    return {decoded_name(column): types[column.type] for column in table.columns}


_STATES_TYPES = _decoded_types(STATES)
ACCEPTED_TYPES = {
    **{name: _STATES_TYPES[name] for name in (*(field.name for field in STORED_FIELDS), "snapshot_at_s")},
    "raw_key": "VARCHAR",
    "row_number": "INTEGER",
}
"""Columns of rows to be published, with DuckDB's types."""

QUARANTINED_TYPES = _decoded_types(STATES_QUARANTINE)
"""Columns of rejected rows, with DuckDB's types."""


@dataclass(frozen=True)
class RecomputedRows:
    """What one raw object holds.

    Attributes:
        counts: checked and failed rows by rule name.
        accepted: rows to be published, as a JSON object with a list for each of `ACCEPTED_TYPES`; empty without rows.
        quarantined: rejected rows in the columns `QUARANTINED_TYPES`, likewise.
    """

    row_count: int
    rejected_count: int
    counts: Mapping[str, RuleCount]
    accepted: str
    quarantined: str


Recomputed = RecomputedRows | str | None
"""Rows, the reason why an object is unreadable, or None for one that is gone."""


def recomputed_objects(store: ObjectStore, keys: Sequence[str], day: date) -> Iterator[tuple[str, Recomputed]]:
    """Yield each raw key with what its object holds, in the order of the keys.

    Raises:
        FlightLakeError: a process was killed.
    """
    processes = os.cpu_count() or 1
    if len(keys) < LEAST_OBJECTS or processes == 1:
        yield from ((key, _recomputed(key, _stored(store, key), day)) for key in keys)
        return
    pool = ProcessPoolExecutor(processes, mp_context=SPAWN, initializer=ignore_interrupts)
    try:
        yield from _side_by_side(pool, store, keys, day, 2 * processes)
    except BrokenProcessPool as error:
        raise FlightLakeError(f"{day}: a process of the verification was killed, perhaps for want of memory") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _side_by_side(
    pool: Executor, store: ObjectStore, keys: Sequence[str], day: date, most_waiting: int
) -> Iterator[tuple[str, Recomputed]]:
    waiting: deque[tuple[str, Future[Recomputed]]] = deque()
    for key in keys:
        stored = _stored(store, key)
        if isinstance(stored, bytes) and len(stored) > _LARGE_BYTES:
            yield from _finished(waiting, 0)
            yield key, _recomputed(key, stored, day)
            continue
        with interrupts_blocked():  # the first submission starts the processes
            waiting.append((key, pool.submit(_recomputed, key, stored, day)))
        yield from _finished(waiting, most_waiting)
    yield from _finished(waiting, 0)


def _finished(waiting: deque[tuple[str, Future[Recomputed]]], most_waiting: int) -> Iterator[tuple[str, Recomputed]]:
    """Wait for the first until no more than so many are left; yield them."""
    while len(waiting) > most_waiting:
        key, future = waiting.popleft()
        yield key, future.result()


def _stored(store: ObjectStore, key: str) -> bytes | str | None:
    """Return an object's bytes, the reason why they are damaged, or None where it is gone."""
    try:
        return store.get(key)
    except ObjectNotFoundError:
        return None
    except DamagedArchiveError as error:
        return str(error)


def _recomputed(key: str, stored: bytes | str | None, day: date) -> Recomputed:
    if not isinstance(stored, bytes):
        return stored
    try:
        found = recompute_response(key, stored, day)
    except InvalidResponseError as error:
        return str(error)
    accepted = ((*row[2:], found.response.time_s, key, number) for number, row in found.accepted())
    evaluation = found.evaluation
    return RecomputedRows(
        evaluation.row_count,
        len(evaluation.rejections),
        evaluation.counts,
        rows_as_json(ACCEPTED_TYPES, accepted),
        rows_as_json(QUARANTINED_TYPES, found.quarantined()),
    )


def rows_as_json(names: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> str:
    """Return rows as a JSON object with a list for each column; an empty text without rows."""
    values = dict(zip(names, zip(*rows, strict=True), strict=False))
    return json.dumps(values) if values else ""
