"""Publishes killed at every step: readers see the old day or the new day, and the next run repairs everything."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.commits import log_of
from support.experiments import Experiment
from support.small_days import FIRST_DAY, GOOD_ROWS, land_version, visible_rows
from support.workers import Read, Reader, Worker, readers, workers

from flightlake.commits.log import CommitLog
from flightlake.lake import Lake
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.storage.open_lake import open_lake

VERSIONS = 3
"""How often a day grows by a late response before the next day begins."""

RANDOM_SHARE = 5
"""One kill in this number comes at a random time instead of a named step."""

KILLS_A_LAKE = 150
"""A run looks at all days of a lake: in a small one it is quick."""


RANDOM = "a random instant"


class Publishing:
    """Days that grow, response by response, each publish of which may be killed and is then run again.

    Attributes:
        begun, done: when the publish of each (day, version) began first, and when it was certainly through; seconds of
            the machine's monotonic clock.
        kills: by the name of the step before which the process died, of all lakes so far.
    """

    def __init__(self, lake: Lake, worker: Worker, kills: Counter[str], seed: int = 1) -> None:
        self.lake = lake
        self.worker = worker
        self.random = random.Random(seed)
        self.log = log_of(lake)
        self.begun: dict[tuple[date, int], float] = {}
        self.done: dict[tuple[date, int], float] = {}
        self.kills = kills
        self.usual_s = 0.1
        self._names: dict[bool, list[str]] = {}

    def grow(self, day: date, version: int) -> None:
        """Land one more response of the day, publish it with a kill, and then without."""
        land_version(self.lake.store, day, version)
        cause, order = self._death(is_first=version == 1)
        attempt = self.worker.do(do="convert", **order)
        self.begun[day, version] = attempt["began_s"]
        if attempt["killed"]:
            self.kills[cause] += 1
            self.next_run()
        else:
            assert cause == RANDOM, f"it never came to {cause}"
        self.done[day, version] = attempt["ended_s"] if not attempt["killed"] else self.last_ended_s
        self.is_as_if_nothing_had_happened(day, version)

    def next_run(self) -> None:
        """Convert whatever is pending, as the schedule's next run does."""
        answer = self.worker.do(do="convert")
        assert not any(result["failed"] for result in answer["result"]), answer
        self.last_ended_s = answer["ended_s"]

    def learn(self, day: date) -> None:
        """Publish two versions undisturbed to learn the names of all steps, and how long it takes."""
        for version in (1, 2):
            land_version(self.lake.store, day, version)
            answer = self.worker.do(do="convert", trace=True)
            self._names[version == 1] = list(dict.fromkeys(answer["steps"]))
            self.usual_s = answer["ended_s"] - answer["began_s"]
            self.begun[day, version], self.done[day, version] = answer["began_s"], answer["ended_s"]

    @property
    def steps(self) -> set[str]:
        return {name for names in self._names.values() for name in names}

    def _death(self, *, is_first: bool) -> tuple[str, dict[str, Any]]:
        """Return what the next death is to be counted as, and the order that brings it about."""
        if self.random.randrange(RANDOM_SHARE) == 0:
            return RANDOM, {"kill_after_s": self.random.uniform(0, 1.1 * self.usual_s)}
        name = min(self._names[is_first], key=lambda step: (self.kills[step], self.random.random()))
        return name, {"kill_at": name}

    def is_as_if_nothing_had_happened(self, day: date, version: int) -> None:
        """The log has no gap, and its highest record, which all pointers show, knows every response."""
        records = self.log.records(day)
        assert [record.sequence for record in records] == list(range(1, len(records) + 1))
        head = records[-1]
        assert len(head.raw_keys) == version
        assert head.counts.curated == GOOD_ROWS * version
        for table in CURATED_TABLES:
            assert self.lake.catalog.partitions(table)[day] == head.folders[table.name]


def check_reads(seen: list[Read], publishing: Publishing) -> None:
    """Each read is one whole version: none older than what was through when it began, none newer than was begun."""
    for read in seen:
        assert read.error is None, read
        version = len(read.rows) // GOOD_ROWS
        assert read.rows == visible_rows(read.day, range(1, version + 1)), "rows of no version, or of half of one"
        for seen_version in (version, read.rejected, read.checked // (GOOD_ROWS + 1)):
            through = [v for (day, v), at_s in publishing.done.items() if day == read.day and at_s < read.began_s]
            begun = [v for (day, v), at_s in publishing.begun.items() if day == read.day and at_s < read.ended_s]
            assert max(through, default=0) <= seen_version <= max(begun, default=0), read


def everything_on_disk(root: Path) -> set[str]:
    """Return files, hidden ones too, and folders that are empty; locks, which are empty files for ever, apart."""
    return {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if (path.is_file() or not any(path.iterdir())) and not path.name.endswith(".lock")
    }


def expected_on_disk(lake: Lake, log: CommitLog) -> Iterator[str]:
    """Yield what a lake holds in which no writer was ever killed: raw, records, visible files, marker, catalog."""
    yield from ("flightlake.json", "catalog.json")
    yield from (info.key for prefix in ("raw/", "commits/") for info in lake.store.list(prefix))
    for day in log.days():
        head = log.head(day)
        assert head is not None
        for folder in head.folders.values():
            yield f"{folder}part-00000.zstd.parquet"


def killed(lake: Lake, kills: Counter[str], count: int, seen: list[Read]) -> tuple[Publishing, int]:
    """Kill publishes in a new lake; return them, and the count of incomplete objects that vacuum found."""
    own: list[Read] = []
    with workers(lake.address) as (worker,), readers(lake.address, 2, own) as watching:
        publishing = Publishing(lake, worker, kills, seed=kills.total())
        for first in range(2):  # the very first day of a lake takes steps that no later one does
            publishing.learn(FIRST_DAY + timedelta(days=first))
        for number in range(count):
            day, version = FIRST_DAY + timedelta(days=2 + number // VERSIONS), 1 + number % VERSIONS
            if version == 1:
                look_at(watching, day)
            publishing.grow(day, version)
        swept = worker.do(do="vacuum", days_from_now=2, retention_s=0)["result"]
    check_reads(own, publishing)
    assert lake.root is not None
    left = everything_on_disk(lake.root) ^ set(expected_on_disk(lake, publishing.log))
    assert left == set(), "vacuum finds all that the dead left, and takes nothing else"
    seen += own
    return publishing, len(swept["removed"]) + len(swept["left"])


def test_publishes_killed_at_every_step_show_no_half_day(tmp_path: Path, experiment: Experiment) -> None:
    count = experiment.size(small=15, ci=120, full=2200)
    seen, kills, left = list[Read](), Counter[str](), 0
    for number in range(0, count, KILLS_A_LAKE):
        lake = open_lake(str(tmp_path / f"lake-{number}"), create=True)
        publishing, found = killed(lake, kills, min(KILLS_A_LAKE, count - number), seen)
        left += found
    fewest = min(kills[step] for step in publishing.steps)
    if experiment.is_full:
        assert fewest >= 50
    experiment.found(
        "Can a crash show me half a day?",
        tried=f"{kills.total():,} publishes killed by SIGKILL: {kills[RANDOM]:,} at random instants, the others before "
        f"each of {len(publishing.steps)} steps, at least {fewest} times each; 2 readers all the while",
        result=f"each of {len(seen):,} reads was one whole version of the day, by its rows, never older than what was "
        f"published when it began; each next run left the day as if nothing had happened; vacuum then found all "
        f"{left:,} folders and files that the dead had left",
    )


def look_at(watching: list[Reader], day: date) -> None:
    for reader in watching:
        reader.look_at(day)


@pytest.mark.parametrize("step", ["catalog.json is gone", "a pointer is lost"])
def test_the_catalog_is_a_projection_that_the_next_run_restores(folder_lake: Lake, step: str) -> None:
    """A restored backup of the catalog alone, or none at all, loses nothing."""
    with workers(folder_lake.address) as (worker,):
        publishing = Publishing(folder_lake, worker, Counter())
        publishing.learn(FIRST_DAY)
        assert folder_lake.root is not None
        if step == "catalog.json is gone":
            (folder_lake.root / "catalog.json").unlink()
        else:
            first = publishing.log.records(FIRST_DAY)[0]
            folder_lake.catalog.move_pointer(CURATED_TABLES[-1], FIRST_DAY, first.folders["states"])
        publishing.next_run()
        publishing.is_as_if_nothing_had_happened(FIRST_DAY, 2)
