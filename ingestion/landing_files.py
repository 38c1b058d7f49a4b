"""Landing of response files: one bad file among many is reported and stops nothing."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flightlake.errors import InvalidResponseError
from flightlake.ports import Clock, ObjectStore
from ingestion.landing import LandingOutcome, RawObject, store_raw
from ingestion.landing_workers import LandingWorkers, read_raw_object
from ingestion.response_files import file_size

MOST_PROCESSES = 8
"""Beyond them the process that stores is the slowest part."""

BYTES_PER_PROCESS = 2 * 1024 * 1024
"""Files of this size together take about as long as starting a process."""

_Reader = Callable[[Path, datetime], RawObject]
_Result = LandingOutcome | InvalidResponseError
_Waiting = deque[tuple[Path, Future[_Result]]]


@dataclass
class LandingTally:
    """Counts of the files offered: offered = landed + duplicates + refused."""

    landed: int = 0
    duplicates: int = 0
    refused: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def offered(self) -> int:
        """Files that were looked at, and folders that held none."""
        return self.landed + self.duplicates + len(self.refused)

    def add(self, file: Path, result: _Result) -> None:
        """Count a file by the result of landing it."""
        if isinstance(result, InvalidResponseError):
            self.refuse(file, str(result))
        else:
            self.landed += result == "landed"
            self.duplicates += result == "duplicate"

    def refuse(self, file: Path, reason: str) -> None:
        """Count a file that did not land, and why."""
        self.refused.append((file, reason))

    def to_document(self) -> dict[str, Any]:
        """Return the counts in JSON's types; bytes of a file's name that are no text show as a question mark."""
        return {
            "offered": self.offered,
            "landed": self.landed,
            "duplicates": self.duplicates,
            "refused": [{"file": shown_path(file), "reason": reason} for file, reason in self.refused],
        }


def land_files(
    store: ObjectStore, files: Iterable[Path], tally: LandingTally, *, clock: Clock, processes: int = 1
) -> Generator[Path, None, None]:
    """Land every file and yield it when it is done, in the order given; the tally grows with each.

    Where the caller leaves early, files that have landed by then are counted too.

    Args:
        store: of the lake; with several processes it is called from several threads.
        files: JSON or gzip.
        tally: counts landed, duplicate and refused files.
        clock: no response may be ahead of it.
        processes: that read, check and gzip; this one stores.

    Raises:
        StorageError: the lake took nothing more; what has landed stays, and landing the same files again goes on.
    """
    if processes > 1:
        yield from _land_in_parallel(store, files, tally, clock=clock, processes=processes)
        return
    for file in files:
        tally.add(file, _landed(store, file, read_raw_object, clock))
        yield file


def usable_processes(files: Iterable[Path]) -> int:
    """Return how many processes make landing these files fastest: at most one a core, one for few files."""
    total_bytes = sum(file_size(file) for file in files)
    return max(1, min(os.cpu_count() or 1, MOST_PROCESSES, total_bytes // BYTES_PER_PROCESS))


def _land_in_parallel(
    store: ObjectStore, files: Iterable[Path], tally: LandingTally, *, clock: Clock, processes: int
) -> Generator[Path, None, None]:
    # Twice as many threads as processes: while some store, which waits for the disk or the network, others read.
    workers, pool = LandingWorkers(processes), ThreadPoolExecutor(2 * processes)
    waiting: _Waiting = deque()
    try:
        for file in files:
            waiting.append((file, pool.submit(_landed, store, file, workers.read, clock)))
            if len(waiting) > 2 * processes:
                yield _counted(waiting, tally)
        while waiting:
            yield _counted(waiting, tally)
    finally:
        workers.close()
        pool.shutdown(cancel_futures=True)
        _count_finished(waiting, tally)


def _landed(store: ObjectStore, file: Path, read: _Reader, clock: Clock) -> _Result:
    try:
        return store_raw(store, read(file, clock.now()))
    except InvalidResponseError as exc:
        return exc


def _counted(waiting: _Waiting, tally: LandingTally) -> Path:
    file, landing = waiting[0]
    tally.add(file, landing.result())
    waiting.popleft()
    return file


def _count_finished(waiting: _Waiting, tally: LandingTally) -> None:
    for file, landing in waiting:
        if landing.done() and not landing.cancelled() and landing.exception() is None:
            tally.add(file, landing.result())


def shown_path(file: Path) -> str:
    """Return a path as text that every encoding of output can hold."""
    return os.fsencode(file).decode("utf-8", "replace")
