"""What a bucket can do to a lake that a folder cannot: pages, batches, conflicts, lost answers, refusals."""

from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from support.aws import BUCKET, Aws, fill_bucket

from flightlake.errors import ConflictError, LakeNotFoundError, StorageError
from flightlake.storage.s3 import S3Store


@pytest.fixture
def client(aws: Aws) -> Any:
    aws.make_bucket()
    return aws.client("s3")


@pytest.fixture
def store(client: Any) -> S3Store:
    return S3Store(BUCKET, "lake", client)


@pytest.fixture
def calls(client: Any) -> Counter[str]:
    """How often each operation was sent."""
    counted: Counter[str] = Counter()
    client.meta.events.register("before-send.s3", lambda event_name, **_: counted.update([event_name.split(".")[-1]]))
    return counted


def test_keys_lie_under_the_prefix(store: S3Store, client: Any) -> None:
    store.put_if_absent("raw/a.json", b"{}")
    listed = client.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [found["Key"] for found in listed] == ["lake/raw/a.json"]
    assert store.uri("raw/a.json") == f"s3a://{BUCKET}/lake/raw/a.json"


@pytest.mark.parametrize("prefix", ["a/b", "a/b/", "/a/b/"])
def test_slashes_around_the_prefix_change_nothing(client: Any, prefix: str) -> None:
    assert S3Store(BUCKET, prefix, client).uri("x") == f"s3a://{BUCKET}/a/b/x"


@pytest.mark.parametrize("prefix", ["", "/"])
def test_a_lake_may_be_the_whole_bucket(client: Any, prefix: str) -> None:
    assert S3Store(BUCKET, prefix, client).uri("x") == f"s3a://{BUCKET}/x"


def test_markers_of_folders_are_no_objects(store: S3Store, client: Any) -> None:
    for key in ("lake/", "lake/raw/", "lake/raw/a.json", "lake/raw/.hidden", "elsewhere/raw/b.json"):
        client.put_object(Bucket=BUCKET, Key=key, Body=b"")
    assert [found.key for found in store.list("")] == ["raw/a.json"]


def test_a_listing_goes_on_after_the_first_page(store: S3Store, calls: Counter[str]) -> None:
    fill_bucket(f"lake/raw/{number:04d}" for number in range(1005))
    assert [found.key for found in store.list("raw/")] == [f"raw/{number:04d}" for number in range(1005)]
    assert calls["ListObjectsV2"] == 2


def test_a_thousand_keys_are_deleted_with_one_request(store: S3Store, calls: Counter[str]) -> None:
    store.put_if_absent("raw/2000", b"{}")
    store.delete(f"raw/{number:04d}" for number in range(2001))
    assert calls["DeleteObjects"] == 3
    assert list(store.list("")) == []


def test_what_cannot_be_deleted_is_named(store: S3Store, client: Any) -> None:
    with Stubber(client) as stubber:
        refused = [{"Key": f"lake/raw/{name}", "Code": "AccessDenied", "Message": "no"} for name in "ab"]
        stubber.add_response("delete_objects", {"Errors": refused})
        with pytest.raises(StorageError, match=f"cannot delete 2 of 3 objects, first s3://{BUCKET}/lake/raw/a: Access"):
            store.delete(["raw/a", "raw/b", "raw/c"])


def test_a_write_that_meets_another_under_way_is_sent_again(store: S3Store, client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        stubber.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        stubber.add_response("put_object", {})
        assert store.put_if_absent("raw/a.json", b"{}") is True
        stubber.assert_no_pending_responses()


def test_a_key_that_stays_busy_is_a_conflict(store: S3Store, client: Any) -> None:
    with Stubber(client) as stubber:
        for _ in range(5):
            stubber.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        with pytest.raises(ConflictError, match=f"s3://{BUCKET}/lake/raw/a.json: other writers keep it busy"):
            store.put_if_absent("raw/a.json", b"{}")
        stubber.assert_no_pending_responses()


def test_a_write_whose_answer_was_lost_is_still_ours(store: S3Store, client: Any, calls: Counter[str]) -> None:
    def lose_first_answer(request: Any, **_: Any) -> None:
        if not calls["PutObject"]:
            calls["PutObject"] += 1
            assert URLLib3Session().send(request).status_code == 200
            raise ConnectionClosedError(endpoint_url=request.url)

    client.meta.events.register("before-send.s3.PutObject", lose_first_answer)
    assert store.put_if_absent("raw/a.json", b"{}") is True
    assert calls["PutObject"] == 2
    assert store.put_if_absent("raw/a.json", b"{}") is False


def test_a_writer_that_may_not_look_takes_an_existing_key_for_another_s(store: S3Store, client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
        stubber.add_client_error("head_object", "403", http_status_code=403)
        assert store.put_if_absent("raw/a.json", b"{}") is False


def test_a_key_that_is_gone_again_is_written_after_all(store: S3Store, client: Any) -> None:
    """Otherwise the caller would take the object for stored, and nobody has it."""
    with Stubber(client) as stubber:
        stubber.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
        stubber.add_client_error("head_object", "404", http_status_code=404)
        stubber.add_response("put_object", {})
        assert store.put_if_absent("raw/a.json", b"{}") is True
        stubber.assert_no_pending_responses()


def test_refusals_name_object_reason_and_way_out(store: S3Store, client: Any) -> None:
    with Stubber(client) as stubber:
        for method in ("put_object", "get_object", "list_objects_v2", "delete_objects"):
            stubber.add_client_error(method, "AccessDenied", "Access Denied", http_status_code=403)
        for doing, attempt in (
            ("write", lambda: store.put_if_absent("raw/a.json", b"{}")),
            ("read", lambda: store.get("raw/a.json")),
            ("list", lambda: list(store.list("raw/"))),
            ("delete", lambda: store.delete(["raw/a.json"])),
        ):
            with pytest.raises(StorageError, match=f"cannot {doing} s3://{BUCKET}/lake/raw/.*AccessDenied.*permission"):
                attempt()


def test_a_refused_look_at_an_existing_key_is_an_error(store: S3Store, client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
        stubber.add_client_error("head_object", "500", "Internal Server Error", http_status_code=500)
        with pytest.raises(StorageError, match=r"cannot write .*: 500, Internal Server Error"):
            store.put_if_absent("raw/a.json", b"{}")


def test_a_bucket_that_does_not_exist_is_no_lake(aws: Aws) -> None:
    store = S3Store("no-such-bucket", "", aws.client("s3"))
    for attempt in (
        lambda: store.put_if_absent("a", b""),
        lambda: store.get("a"),
        lambda: list(store.list("")),
        lambda: store.delete(["a"]),
    ):
        with pytest.raises(LakeNotFoundError, match=r"s3://no-such-bucket/.*: there is no such bucket; check the name"):
            attempt()


def test_an_endpoint_that_does_not_answer_is_named() -> None:
    client = Aws("http://127.0.0.1:9").client("s3")
    with pytest.raises(StorageError, match=r"127.0.0.1:9.*check the network and AWS_ENDPOINT_URL, then run it again"):
        S3Store(BUCKET, "", client).get("a")


def test_an_upload_in_parts_that_was_never_completed_is_found_and_aborted(aws: Aws) -> None:
    client, bucket = aws.client("s3"), aws.make_bucket()
    store = S3Store(bucket, "lake", client)
    for key in ("lake/curated/a", "elsewhere/b"):
        client.create_multipart_upload(Bucket=bucket, Key=key)
    (left,) = store.list_incomplete()
    assert left.key.startswith("curated/a?uploadId=")
    store.remove_incomplete(left)
    store.remove_incomplete(left)
    assert list(store.list_incomplete()) == []
    assert [found["Key"] for found in client.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["elsewhere/b"]
