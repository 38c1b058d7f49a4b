"""A bucket's objects are fetched once, whole, and only those that a query needs."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from support.lakes import LakeBuilder, a_poll, a_state

from duckdb_engine.engine import Engine
from duckdb_engine.object_cache import default_cache_root
from flightlake.errors import StorageError
from flightlake.lake import Lake
from flightlake.ports import ObjectInfo, ObjectStore

NEXT_DAY = date(2026, 5, 9)


class FarAway:
    """A store that counts what is fetched from it."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.fetched: list[str] = []
        self.breaks = False

    def get(self, key: str) -> bytes:
        if self.breaks:
            raise StorageError(f"the line broke while {key} was read")
        self.fetched.append(key)
        return self._store.get(key)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        return self._store.put_if_absent(key, data)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        return self._store.list(prefix)

    def delete(self, keys: Iterable[str]) -> None:
        self._store.delete(keys)

    def uri(self, key: str) -> str:
        return f"s3://bucket/{key}"


@pytest.fixture
def builder(tmp_path: Path) -> LakeBuilder:
    builder = LakeBuilder(tmp_path / "lake")
    builder.publish("states", [a_state()])
    builder.publish("states", [a_state()], day=NEXT_DAY)
    builder.publish("polls", [a_poll("10:00")])
    return builder


@pytest.fixture
def store(builder: LakeBuilder) -> FarAway:
    return FarAway(builder.lake.store)


@pytest.fixture
def lake(builder: LakeBuilder, store: FarAway) -> Lake:
    return Lake("s3://bucket/prefix", store, store, builder.lake.catalog, builder.lake.poll_state, None)


def count(lake: Lake, cache: Path, where: str = "") -> int:
    with Engine(lake, cache_root=cache) as engine:
        ((rows,),) = engine.query(f"select count(*) from states {where}").rows
    assert isinstance(rows, int)
    return rows


def test_each_object_is_fetched_once(lake: Lake, store: FarAway, tmp_path: Path) -> None:
    assert [count(lake, tmp_path / "cache") for _ in range(3)] == [2, 2, 2]
    assert sorted(store.fetched) == [
        "curated/states/snapshot_date=2026-05-08/commit=c1/part-00000.parquet",
        "curated/states/snapshot_date=2026-05-09/commit=c1/part-00000.parquet",
    ]


def test_only_the_days_that_are_asked_for_are_fetched(lake: Lake, store: FarAway, tmp_path: Path) -> None:
    assert count(lake, tmp_path / "cache", "where snapshot_date = date '2026-05-09'") == 1
    assert store.fetched == ["curated/states/snapshot_date=2026-05-09/commit=c1/part-00000.parquet"]


def test_a_broken_fetch_leaves_nothing_that_looks_complete(lake: Lake, store: FarAway, tmp_path: Path) -> None:
    store.breaks = True
    with pytest.raises(StorageError, match="the line broke"):
        count(lake, tmp_path / "cache")
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
    store.breaks = False
    assert count(lake, tmp_path / "cache") == 2


def test_two_lakes_do_not_share_copies(builder: LakeBuilder, lake: Lake, store: FarAway, tmp_path: Path) -> None:
    other = Lake("s3://bucket/other", store, store, builder.lake.catalog, builder.lake.poll_state, None)
    assert count(lake, tmp_path / "cache") == count(other, tmp_path / "cache") == 2
    assert len(store.fetched) == 4


def test_copies_lie_where_the_user_keeps_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_cache_root() == tmp_path / "cache" / "flightlake"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_cache_root() == tmp_path / ".cache" / "flightlake"
