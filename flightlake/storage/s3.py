"""The object store of a lake in a bucket."""

import random
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from flightlake.errors import ConflictError, ObjectNotFoundError, StorageError
from flightlake.ports import ObjectInfo
from flightlake.storage.aws_errors import aws_errors, code_of
from flightlake.storage.keys import checked_key, checked_prefix, checked_range, is_key

_DELETE_BATCH = 1000
"""Keys in one request at most. Source: Amazon S3 API reference, DeleteObjects."""

_PUT_ATTEMPTS = 5
"""How often a write is sent that meets another one under way (409). Source: Amazon S3 API reference, PutObject."""

_UPLOAD = "?uploadId="
"""Between the key and the id of an unfinished upload, as in the request that aborts it."""

_PUT_ID = "put-id"
"""User metadata that names the call of `put_if_absent` that wrote the object."""


class S3Store:
    """Objects under one prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str, client: Any) -> None:
        """Take a boto3 S3 client; the prefix may be empty, and its slash at the end may be left out."""
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client = client

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object and return True; return False, changing nothing, where the key exists already.

        Raises:
            ConflictError: other writers kept the key busy; nobody's write is known to have won.
        """
        place, put_id = self._place(checked_key(key)), uuid4().hex
        with aws_errors("write", place):
            for attempt in range(_PUT_ATTEMPTS):
                if (is_new := self._put(key, data, put_id=put_id)) is not None:
                    return is_new
                # Full jitter, written out: a job brings no library for it.
                time.sleep(random.uniform(0, 0.1 * 2**attempt))
        raise ConflictError(f"cannot write {place}: other writers keep it busy; run it again")

    def get(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            ObjectNotFoundError: there is no such key.
        """
        return self._got(key)

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Return a range of the object's bytes: `length` of them, at least one, from the offset on.

        Raises:
            ObjectNotFoundError: there is no such key.
            StorageError: the object ends before.
        """
        data = self._got(key, Range=f"bytes={offset}-{offset + length - 1}")
        return checked_range(data, self._place(key), offset, length)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield every object under the prefix in the order of keys, page by page. Markers of folders are no objects."""
        full_prefix = self._prefix + checked_prefix(prefix)
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=full_prefix)
        with aws_errors("list", self._place(prefix)):
            for page in pages:
                for found in page.get("Contents", []):
                    key = found["Key"].removeprefix(self._prefix)
                    if is_key(key):
                        yield ObjectInfo(key, found["Size"], found["LastModified"])

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects, a thousand per request; missing keys are ignored.

        Raises:
            StorageError: some could not be deleted; the others of the same request are gone.
        """
        remaining = iter(keys)
        while batch := [checked_key(key) for key in islice(remaining, _DELETE_BATCH)]:
            objects = [{"Key": self._prefix + key} for key in batch]
            with aws_errors("delete", self._place(batch[0])):
                answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            refused = answer.get("Errors", [])
            if refused:
                first = f"s3://{self._bucket}/{refused[0]['Key']}: {refused[0]['Code']}"
                raise StorageError(
                    f"cannot delete {len(refused)} of {len(batch)} objects, first {first}; "
                    "give this role or user the permission for it, then run it again"
                )

    def list_incomplete(self) -> Iterator[ObjectInfo]:
        """Yield uploads in parts that were never completed: S3 keeps, and bills, their parts."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=self._prefix)
        with aws_errors("list unfinished uploads under", self._place("")):
            for page in pages:
                for found in page.get("Uploads", []):
                    key = found["Key"].removeprefix(self._prefix)
                    yield ObjectInfo(f"{key}{_UPLOAD}{found['UploadId']}", 0, found["Initiated"])

    def remove_incomplete(self, incomplete: ObjectInfo) -> None:
        """Abort a multipart upload; a missing one is ignored."""
        key, _, upload_id = incomplete.key.rpartition(_UPLOAD)
        with aws_errors("abort the upload of", self._place(key)):
            try:
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._prefix + key, UploadId=upload_id)
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":
                    raise

    def make_durable(self, prefix: str) -> None:
        """Do nothing: S3 answers a write when it is durable."""

    def uri(self, key: str) -> str:
        """Return the `s3a://` address of a key or a prefix: S3A is the one S3 client of Glue 6 and of local Spark."""
        return f"s3a://{self._bucket}/{self._prefix}{key}"

    def _got(self, key: str, **asked: str) -> bytes:
        place = self._place(checked_key(key))
        with aws_errors("read", place):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key, **asked)
                return bytes(answer["Body"].read())
            except ClientError as error:
                if code_of(error) == "InvalidRange":  # it ends before the range begins
                    return b""
                if code_of(error) != "NoSuchKey":
                    raise
                raise ObjectNotFoundError(f"no object {place}") from error

    def _place(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{key}"

    def _put(self, key: str, data: bytes, *, put_id: str) -> bool | None:
        """Return whether the object is new; None where that is unknown and it must be sent again."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=self._prefix + key, Body=data, IfNoneMatch="*", Metadata={_PUT_ID: put_id}
            )
        except ClientError as error:
            if code_of(error) == "ConditionalRequestConflict":
                return None
            if code_of(error) != "PreconditionFailed":
                raise
            return self._is_ours(key, put_id)
        return True

    def _is_ours(self, key: str, put_id: str) -> bool | None:
        """Return whether this call wrote the object under the key; None where there is no object.

        Where the answer to a write is lost, boto3 sends it again, and the second answer is that the key exists.
        """
        try:
            answer = self._client.head_object(Bucket=self._bucket, Key=self._prefix + key)
        except ClientError as error:
            if code_of(error) == "404":  # deleted since
                return None
            if code_of(error) == "403":  # may not look: all that is known is that it exists
                return False
            raise
        return bool(answer["Metadata"].get(_PUT_ID) == put_id)
