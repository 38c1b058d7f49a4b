"""A full day of a simulated sky, landed: the input of every benchmark that needs more rows than were recorded.

    .venv/bin/python -m benchmarks.synthetic_day [RESPONSES ...]

A day of 960 responses 90 s apart holds 7.1 million rows, 7,400 a response, all of 2026-05-08 (UTC), as an account of
4,000 credits would receive it. Other sizes are a part of that day, or of one with shorter intervals. The simulator puts
in what recorded responses show (blank and padded callsigns, null shares, stale positions and contacts, values that no
aircraft reaches). Added here is what it leaves to others: every 8,640 s a part comes once more under the same time, so
that there are repeats to drop, and every 1,440 s a response holds a row of a wrong form, so that 0.003 % of rows are
rejected, as in recorded ones.

Responses are made once, the same bytes each time, landed by the product itself, and kept under
dist/benchmarks/days/pool/; a lake of some of them holds hard links.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.progress import track

from benchmarks.findings import FOLDER
from flightlake.clock import SystemClock
from flightlake.storage.open_lake import open_lake
from ingestion.landing import land
from simulator.clock import unix_s
from simulator.sky import Box, Sky, response_body

DAY = date(2026, 5, 8)
MIDNIGHT_S = unix_s(datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC))
DAY_S = 86_400
ROWS_PER_RESPONSE = 7_400
AIRCRAFT_COUNT = 7_730
"""So many in the sky that 7,400 are heard on average over the day."""

FULL_DAY, LONGEST_INTERVAL_S = 960, 90
REPEAT_EVERY_S, ODD_EVERY_S = 8_640, 1_440
REPEATED_BOX = Box(35, -10, 60, 30)
DAYS = FOLDER / "days"
POOL = DAYS / "pool"


def response_count(row_count: int) -> int:
    """Return how many responses hold about so many rows."""
    return max(1, round(row_count / ROWS_PER_RESPONSE))


def instants(count: int) -> list[int]:
    """Return the times of so many responses of the day in Unix seconds: 90 s apart, or less where they would not fit.

    Intervals are 90, 80 or 40 s where these do, so that days of different sizes share responses.
    """
    interval_s = next((s for s in (LONGEST_INTERVAL_S, 80, 40) if s * count <= DAY_S), DAY_S // count)
    return [MIDNIGHT_S + interval_s * number for number in range(count)]


def landed_lake(folder: Path, at: Sequence[int]) -> Path:
    """Make a lake in a folder that is absent, with the responses of some instants landed; return the folder."""
    prepare(at)
    open_lake(str(folder), create=True)
    for key in (key for at_s in at for key in _keys(at_s)):
        target = folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(POOL / "lake" / key, target)
    return folder


def prepare(at: Sequence[int]) -> None:
    """Make and land the responses that the pool does not hold yet, on all cores."""
    missing = [at_s for at_s in at if not _manifest(at_s).exists()]
    if not missing:
        return
    _manifest(0).parent.mkdir(parents=True, exist_ok=True)
    open_lake(str(POOL / "lake"), create=True)
    with ProcessPoolExecutor() as workers:
        made = workers.map(_make, missing, chunksize=4)
        list(track(made, "synthetic responses", total=len(missing), console=Console(stderr=True)))


def bodies(at_s: int) -> Iterator[bytes]:
    """Yield what was received under one time: a response, and at times a part of it once more."""
    sky = _sky()
    rows = json.loads(response_body(at_s, sky.observations(at_s), is_extended=True))["states"]
    if at_s % REPEAT_EVERY_S == 0:
        # As a second poller of a region would have it, who heard some of them a second later.
        again = json.loads(response_body(at_s, sky.observations(at_s, box=REPEATED_BOX), is_extended=True))["states"]
        for row in again[::7]:
            row[4] = min(at_s, row[4] + 1)
        yield _body(at_s, again)
    if at_s % ODD_EVERY_S == 0:
        rows.insert(len(rows) // 2, _odd_row(at_s // ODD_EVERY_S, rows[0]))
    yield _body(at_s, rows)


def _odd_row(kind: int, row: list[Any]) -> list[Any]:
    """Return a copy of a row with one thing wrong: its length, a type, its address, its callsign, half a position."""
    changes: list[dict[int, Any]] = [
        {5: str(row[5])}, {0: "ABC 12"}, {1: "TOO LONG 1"}, {6: None, 5: 10.5}, {4: None}, {4: row[4] - 2_000},
        {0: None},
    ]  # fmt: skip
    kind %= len(changes) + 1
    if kind == len(changes):
        return row[:12]
    return [changes[kind].get(index, value) for index, value in enumerate(row)]


def _body(at_s: int, rows: list[Any]) -> bytes:
    return json.dumps({"time": at_s, "states": rows}, separators=(",", ":")).encode()


@cache
def _sky() -> Sky:
    return Sky(1, datetime.fromtimestamp(MIDNIGHT_S, UTC), AIRCRAFT_COUNT)


def _make(at_s: int) -> None:
    store = open_lake(str(POOL / "lake")).store
    keys = [land(store, body, clock=SystemClock()).key for body in bodies(at_s)]
    unfinished = POOL / f"{at_s}.{uuid4().hex}"
    unfinished.write_text("\n".join(keys))
    unfinished.rename(_manifest(at_s))


def _manifest(at_s: int) -> Path:
    return POOL / "keys" / str(at_s)


def _keys(at_s: int) -> list[str]:
    return _manifest(at_s).read_text().split()


def main() -> None:
    for count in sys.argv[1:] or [str(FULL_DAY)]:
        prepare(instants(int(count)))


if __name__ == "__main__":
    main()
