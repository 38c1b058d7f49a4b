"""What a conversion does when others change the day meanwhile; days of a few rows, built without Spark."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from support.small_days import FIRST_DAY, GOOD_ROWS, build_small_day, land_version, small_conversion

from flightlake.clock import SystemClock
from flightlake.commits.vacuum import Vacuum
from flightlake.errors import ConflictError
from flightlake.lake import Lake
from flightlake.ports import ObjectStore
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.raw_day import RawDay
from flightlake.schema.tables.states import STATES


class Meanwhile:
    """A build beside which somebody else does something, the first so many times."""

    def __init__(self, act: Any, times: int = 1) -> None:
        self._act = act
        self._times = times

    def __call__(self, store: ObjectStore, raw: RawDay, folders: dict[str, str]) -> DayBuild:
        if self._times:
            self._times -= 1
            self._act()
        return build_small_day(store, raw, folders)


def publish(lake: Lake, version: int) -> None:
    land_version(lake.store, FIRST_DAY, version)
    (result,) = small_conversion(lake, SystemClock()).run([FIRST_DAY])
    assert result.published


def test_a_rebuild_that_meets_a_vacuum_is_done_all_the_same(folder_lake: Lake) -> None:
    for version in (1, 2):
        publish(folder_lake, version)

    def vacuumed() -> None:
        log, later = small_conversion(folder_lake, SystemClock()).log, datetime.now(UTC) + timedelta(days=30)
        assert Vacuum(log, folder_lake.store, folder_lake.catalog, later, timedelta()).remove()

    conversion = small_conversion(folder_lake, SystemClock(), Meanwhile(vacuumed))
    (result,) = conversion.run([FIRST_DAY], rebuild=True)
    assert result.published
    assert [bool(record.vacuumed) for record in conversion.log.records(FIRST_DAY)] == [False, False, True, False]


def test_a_rebuild_that_meets_another_build_leaves_it_at_that(folder_lake: Lake) -> None:
    publish(folder_lake, 1)
    conversion = small_conversion(folder_lake, SystemClock(), Meanwhile(lambda: publish(folder_lake, 2)))
    (result,) = conversion.run([FIRST_DAY], rebuild=True)
    assert not result.published
    assert not result.failed
    assert result.counts is not None
    assert result.counts.curated == 2 * GOOD_ROWS
    folders = {info.key.split("/")[3] for info in folder_lake.store.list("curated/states/")}
    assert len(folders) == 2, "what was built in vain is gone"


def test_who_is_never_first_gives_up_and_says_so(folder_lake: Lake) -> None:
    publish(folder_lake, 1)
    land_version(folder_lake.store, FIRST_DAY, 99)  # known to nobody, so that there is always something to do
    log = small_conversion(folder_lake, SystemClock()).log

    def changed() -> None:
        log.mark_vacuumed(log.records(FIRST_DAY), ["20200101T000000Z-00000000"], at=datetime.now(UTC))

    (result,) = small_conversion(folder_lake, SystemClock(), Meanwhile(changed, times=50)).run([FIRST_DAY])
    assert result.failed
    assert result.reason == "2026-05-08: 10 times another run was first; nothing is lost, run it again"


class LosingStore:
    """A store that says that other writers keep a key busy, although this very write has happened."""

    def __init__(self, store: ObjectStore, *, has_written: bool) -> None:
        self._store = store
        self._has_written = has_written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        if key.startswith("commits/"):
            if self._has_written:
                self._store.put_if_absent(key, data)
            raise ConflictError(f"{key}: busy")
        return self._store.put_if_absent(key, data)


def test_a_record_whose_answer_was_lost_is_ours_and_keeps_its_files(folder_lake: Lake) -> None:
    land_version(folder_lake.store, FIRST_DAY, 1)
    losing: Any = LosingStore(folder_lake.store, has_written=True)
    conversion = small_conversion(replace(folder_lake, store=losing), SystemClock())
    (result,) = conversion.run([FIRST_DAY])
    assert result.published
    head = conversion.log.head(FIRST_DAY)
    assert head is not None
    for folder in head.folders.values():
        assert list(folder_lake.store.list(folder))


def test_a_record_that_could_not_be_written_leaves_the_day_as_it_was(folder_lake: Lake) -> None:
    land_version(folder_lake.store, FIRST_DAY, 1)
    losing: Any = LosingStore(folder_lake.store, has_written=False)
    (result,) = small_conversion(replace(folder_lake, store=losing), SystemClock()).run([FIRST_DAY])
    assert result.failed
    assert list(folder_lake.store.list("commits/")) == []
    assert folder_lake.catalog.partitions(STATES) == {}
