"""Landing, late data, converts, rollbacks, vacuums and crashes in any order, compared with a model of ten lines."""

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from support.commits import log_of
from support.crash_injection import Killed, Life, killable
from support.experiments import Experiment
from support.small_days import FIRST_DAY, land_version, small_conversion

from flightlake.clock import SystemClock
from flightlake.commits.record import DayCounts
from flightlake.commits.vacuum import Vacuum
from flightlake.errors import StorageError
from flightlake.ports import ObjectStore
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.raw_day import RawDay
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.storage.open_lake import open_lake


class Model:
    """What the lake ought to be: ten lines."""

    def __init__(self) -> None:
        self.landed: set[str] = set()
        self.known: set[str] = set()
        self.commits: dict[str, frozenset[str]] = {}
        self.visible: str | None = None

    def built(self, commit: str) -> None:
        self.commits[commit] = frozenset(self.landed)
        self.visible, self.known = commit, self.known | self.landed

    def rolled_back(self, commit: str) -> None:
        self.visible, self.known = commit, self.known | self.landed

    def vacuumed(self) -> None:
        self.commits = {commit: keys for commit, keys in self.commits.items() if commit == self.visible}


def build_names(store: ObjectStore, raw: RawDay, folders: dict[str, str]) -> DayBuild:
    """Build a day whose files hold nothing but the names of its raw objects: enough to tell days apart."""
    keys = tuple(sorted(raw.keys))
    for folder in folders.values():
        store.put_if_absent(f"{folder}part.parquet", json.dumps(keys).encode())
    return DayBuild(folders, keys, DayCounts(len(keys), len(keys), 0, 0), None, "", ())


class AnyOrder(RuleBasedStateMachine):
    """The lake and its model, changed alike."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.lake = open_lake(str(Path(self._folder.name, "lake")), create=True)
        self.model = Model()

    @rule(version=st.integers(1, 12))
    def land(self, version: int) -> None:
        """A new response, a late one, or one that has landed before."""
        self.model.landed.add(land_version(self.lake.store, FIRST_DAY, version))

    @precondition(lambda self: self.model.landed)
    @rule(dies_at=st.none() | st.integers(1, 25), rebuild=st.booleans())
    def convert(self, dies_at: int | None, *, rebuild: bool) -> None:
        before = log_of(self.lake).head(FIRST_DAY)
        was_pending = not self.model.landed <= self.model.known
        life = Life(dies_at)
        try:
            (result,) = small_conversion(killable(self.lake, life), SystemClock(), build_names).run(
                [FIRST_DAY], rebuild=rebuild
            )
        except Killed:
            self._is_old_or_new_for_readers()
            self._take_over(before)
            self.repair()
            return
        assert result.published == (was_pending or rebuild)
        self._take_over(before)

    def _take_over(self, before: Any) -> None:
        """Let the model know what the log tells: whether the build was recorded before the process died."""
        head = log_of(self.lake).head(FIRST_DAY)
        if head is not None and head != before:
            self.model.built(head.commit)

    def _is_old_or_new_for_readers(self) -> None:
        """Whatever a pointer shows at the moment of death is one whole commit of the log."""
        whole = {record.commit: record.raw_keys for record in log_of(self.lake).records(FIRST_DAY)}
        for table in CURATED_TABLES:
            folder = self.lake.catalog.partitions(table).get(FIRST_DAY)
            if folder is not None:
                commit = folder.split("commit=")[1].strip("/")
                assert tuple(json.loads(self.lake.store.get(f"{folder}part.parquet"))) == whole[commit]

    def repair(self) -> None:
        """What each run begins with."""
        for day in log_of(self.lake).days_behind():
            log_of(self.lake).sync_catalog(day)

    @precondition(lambda self: len(self.model.commits) > 1)
    @rule(number=st.integers(0, 100), dies_at=st.none() | st.integers(1, 11))
    def roll_back(self, number: int, dies_at: int | None) -> None:
        commit = sorted(self.model.commits)[number % len(self.model.commits)]
        log, before = log_of(killable(self.lake, Life(dies_at))), log_of(self.lake).records(FIRST_DAY)
        seen = tuple(sorted(self.model.landed))
        try:
            log.roll_back(FIRST_DAY, commit=commit, seen_raw_keys=seen, at=datetime.now(UTC))
        except StorageError:
            assert commit == self.model.visible
        except Killed:
            self._is_old_or_new_for_readers()
        if len(log_of(self.lake).records(FIRST_DAY)) > len(before):
            self.model.rolled_back(commit)
        self.repair()

    @rule(dies_at=st.none() | st.integers(1, 21))
    def vacuum(self, dies_at: int | None) -> None:
        """In a month's time, when all but the visible commit is old."""
        later = datetime.now(UTC) + timedelta(days=30)
        lake = killable(self.lake, Life(dies_at))
        try:
            Vacuum(log_of(lake), lake.store, lake.catalog, later, timedelta(days=7)).remove()
        except Killed:
            Vacuum(log_of(self.lake), self.lake.store, self.lake.catalog, later, timedelta(days=7)).remove()
        self.model.vacuumed()

    @precondition(lambda self: self.model.visible)
    @invariant()
    def readers_see_what_the_model_says(self) -> None:
        type(self).steps += 1
        assert self.model.visible is not None
        for table in CURATED_TABLES:
            folder = self.lake.catalog.partitions(table)[FIRST_DAY]
            assert f"commit={self.model.visible}/" in folder
            seen = json.loads(self.lake.store.get(f"{folder}part.parquet"))
            assert frozenset(seen) == self.model.commits[self.model.visible]

    @invariant()
    def what_is_pending_is_what_nobody_has_looked_at(self) -> None:
        pending = small_conversion(self.lake, SystemClock(), build_names).pending_days()
        assert bool(pending) == (not self.model.landed <= self.model.known)

    @invariant()
    def what_can_come_back_is_there(self) -> None:
        for commit in self.model.commits:
            for folder in log_of(self.lake).folders(FIRST_DAY, commit).values():
                assert self.lake.store.get(f"{folder}part.parquet")

    def teardown(self) -> None:
        self._folder.cleanup()


def test_any_order_of_work_and_crashes_agrees_with_the_model(experiment: Experiment) -> None:
    examples = experiment.size(small=15, ci=80, full=2000)
    AnyOrder.steps = 0
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=experiment.size(small=15, ci=25, full=40),
            deadline=None,
            database=None,
            derandomize=not experiment.is_full,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    experiment.found(
        "Can a crash show me half a day?",
        tried=f"{examples:,} random histories of landing, late data, converts, rollbacks, vacuums and crashes inside "
        "each of them, by Hypothesis, against a model of ten lines",
        result=f"after each of {AnyOrder.steps:,} steps readers saw exactly the model's day, what was pending was what "
        "nobody had looked at, and every commit that could come back was there",
    )
