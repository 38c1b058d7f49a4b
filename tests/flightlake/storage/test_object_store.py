"""The contract of the object store, run over every adapter."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.aws import BUCKET, Aws
from support.s3_server import s3_server

from flightlake.errors import ObjectNotFoundError, StorageError
from flightlake.ports import ObjectStore
from flightlake.storage.folder import FolderStore
from flightlake.storage.s3 import S3Store
from flightlake.storage.two_zone_store import TwoZoneStore

REAL_S3 = [pytest.param(name, marks=pytest.mark.slow) for name in ("real s3", "real s3 without prefix", "real zones")]
"""On a real S3 server, which moto is not."""


@pytest.fixture(params=["folder", "s3", "s3 without prefix", "zones", *REAL_S3])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    name: str = request.param
    if name == "folder":
        yield FolderStore(tmp_path / "lake")
    elif name.startswith("real"):
        with s3_server(tmp_path / "s3") as server:
            yield store_in_buckets(name.removeprefix("real "), server.make_bucket, server.client())
    else:
        aws: Aws = request.getfixturevalue("aws")
        yield store_in_buckets(name, aws.make_bucket, aws.client("s3"))


def store_in_buckets(name: str, make_bucket: Callable[[str], str], client: Any) -> ObjectStore:
    if name == "zones":
        raw = S3Store(make_bucket("raw-zone"), "", client)
        return TwoZoneStore(S3Store(make_bucket(BUCKET), "some/lake/", client), raw)
    prefix = "" if name == "s3 without prefix" else "some/lake/"
    return S3Store(make_bucket(BUCKET), prefix, client)


def keys_of(store: ObjectStore, prefix: str = "") -> list[str]:
    return [found.key for found in store.list(prefix)]


def test_what_was_put_comes_back(store: ObjectStore) -> None:
    assert store.put_if_absent("raw/a.json", b"\x00{}\xff") is True
    assert store.get("raw/a.json") == b"\x00{}\xff"


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    assert store.put_if_absent("empty", b"") is True
    assert store.get("empty") == b""
    assert [(found.key, found.size_bytes) for found in store.list("")] == [("empty", 0)]


def test_a_key_that_exists_keeps_its_first_bytes(store: ObjectStore) -> None:
    store.put_if_absent("raw/a.json", b"first")
    assert store.put_if_absent("raw/a.json", b"second") is False
    assert store.put_if_absent("raw/a.json", b"first") is False
    assert store.get("raw/a.json") == b"first"


def test_a_deleted_key_can_be_written_anew(store: ObjectStore) -> None:
    store.put_if_absent("raw/a.json", b"first")
    store.delete(["raw/a.json"])
    assert store.put_if_absent("raw/a.json", b"second") is True
    assert store.get("raw/a.json") == b"second"


@pytest.mark.parametrize("key", ["absent", "raw", "raw/absent", "raw/a.json/absent"])
def test_a_key_that_does_not_exist_is_named_in_the_error(store: ObjectStore, key: str) -> None:
    store.put_if_absent("raw/a.json", b"{}")
    with pytest.raises(ObjectNotFoundError, match=key):
        store.get(key)


def test_a_range_is_read_of_an_object(store: ObjectStore) -> None:
    store.put_if_absent("raw/a.json", b"0123456789")
    assert store.get_range("raw/a.json", 0, 10) == b"0123456789"
    assert store.get_range("raw/a.json", 3, 1) == b"3"
    assert store.get_range("raw/a.json", 8, 2) == b"89"


@pytest.mark.parametrize(("offset", "length"), [(8, 3), (10, 1), (0, 11), (99, 1)])
def test_a_range_beyond_the_end_is_an_error_and_no_short_answer(store: ObjectStore, offset: int, length: int) -> None:
    store.put_if_absent("raw/a.json", b"0123456789")
    with pytest.raises(StorageError, match=rf"cannot read {length} bytes of .*raw/a.json from byte {offset} on"):
        store.get_range("raw/a.json", offset, length)


@pytest.mark.parametrize("key", ["raw/absent", "raw"])
def test_a_range_of_a_key_that_does_not_exist_names_it(store: ObjectStore, key: str) -> None:
    store.put_if_absent("raw/a.json", b"{}")
    with pytest.raises(ObjectNotFoundError, match=key):
        store.get_range(key, 0, 1)


def test_the_listing_of_nothing_is_empty(store: ObjectStore) -> None:
    assert keys_of(store) == []
    assert keys_of(store, "raw/states/") == []


def test_the_listing_is_in_the_order_of_keys(store: ObjectStore) -> None:
    keys = ["a.json", "a/b/c.json", "a/b.json", "a0.json", "B.json", "ä.json", "z/x"]
    for key in keys:
        store.put_if_absent(key, b"{}")
    assert keys_of(store) == ["B.json", "a.json", "a/b.json", "a/b/c.json", "a0.json", "z/x", "ä.json"]


def test_the_listing_stays_under_its_prefix(store: ObjectStore) -> None:
    for key in ("raw/states/x", "raw/states2/x", "raw/states.json", "raw/polls/x"):
        store.put_if_absent(key, b"{}")
    assert keys_of(store, "raw/states/") == ["raw/states/x"]
    assert keys_of(store, "raw/") == ["raw/polls/x", "raw/states.json", "raw/states/x", "raw/states2/x"]
    assert keys_of(store, "raw/states.json/") == []


def test_the_listing_tells_size_and_time(store: ObjectStore) -> None:
    store.put_if_absent("raw/a.json", b"12345")
    (found,) = store.list("raw/")
    assert found.size_bytes == 5
    assert found.modified_at.tzinfo is not None
    assert abs(found.modified_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_objects_are_deleted_and_others_stay(store: ObjectStore) -> None:
    for key in ("a/1", "a/2", "b/1"):
        store.put_if_absent(key, b"{}")
    store.delete(iter(["a/1", "a/2"]))
    assert keys_of(store) == ["b/1"]


def test_deleting_what_does_not_exist_is_no_error(store: ObjectStore) -> None:
    store.put_if_absent("a/1", b"{}")
    store.delete([])
    store.delete(["absent", "a", "a/absent", "a/1/absent", "a/1", "a/1"])
    assert keys_of(store) == []


def test_a_listing_can_be_deleted_while_it_is_read(store: ObjectStore) -> None:
    for number in range(25):
        store.put_if_absent(f"a/{number:02d}/x", b"{}")
    store.delete(found.key for found in store.list("a/"))
    assert keys_of(store) == []


@pytest.mark.parametrize("key", ["", "/etc/x", "../x", "a/../../x", "a//b", "a/", "./a", "a/.hidden", "a\nb", "a\0b"])
def test_a_key_that_could_climb_out_or_hide_is_refused(store: ObjectStore, key: str) -> None:
    with pytest.raises(StorageError, match="is no key of an object"):
        store.put_if_absent(key, b"{}")
    with pytest.raises(StorageError, match="is no key of an object"):
        store.get(key)
    with pytest.raises(StorageError, match="is no key of an object"):
        store.delete([key])


@pytest.mark.parametrize("prefix", ["raw", "/", "../", "raw//", ".hidden/"])
def test_a_prefix_that_is_no_folder_of_keys_is_refused(store: ObjectStore, prefix: str) -> None:
    with pytest.raises(StorageError, match="is no prefix"):
        list(store.list(prefix))


def test_making_durable_changes_no_object(store: ObjectStore) -> None:
    store.put_if_absent("curated/states/a.parquet", b"a")
    store.make_durable("curated/states/")
    store.make_durable("curated/none/")
    assert store.get("curated/states/a.parquet") == b"a"


def test_an_address_is_that_of_the_root_followed_by_the_key(store: ObjectStore) -> None:
    assert store.uri("commits/a.json") == store.uri("") + "commits/a.json"
    assert store.uri("raw/a.json") == store.uri("raw/") + "a.json"
    assert store.uri("raw/").endswith("/raw/")


def test_a_finished_object_is_no_leftover(store: ObjectStore) -> None:
    store.put_if_absent("curated/a/part.parquet", b"x")
    assert list(store.list_incomplete()) == []
