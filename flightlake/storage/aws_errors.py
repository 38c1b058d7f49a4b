"""The refusals of AWS, and of the way there, in the user's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.exceptions
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    NoRegionError,
)

from flightlake.errors import LakeNotFoundError, StorageError

_PERMISSION = "give this role or user the permission for it"
_CREDENTIALS = "log in again (`aws sso login`) or set valid AWS credentials"
_LATER = "AWS is busy; wait a little and run it again"
_WAYS_OUT: dict[str, str] = {
    "403": _PERMISSION,
    "AccessDenied": _PERMISSION,
    "AccessDeniedException": _PERMISSION,
    "ExpiredToken": _CREDENTIALS,
    "ExpiredTokenException": _CREDENTIALS,
    "InvalidAccessKeyId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "UnrecognizedClientException": _CREDENTIALS,
    "SlowDown": _LATER,
    "ServiceUnavailable": _LATER,
    "InternalError": _LATER,
    "ThrottlingException": _LATER,
    "ProvisionedThroughputExceededException": _LATER,
    "PermanentRedirect": "set AWS_DEFAULT_REGION to the region of the bucket",
    "AuthorizationHeaderMalformed": "set AWS_DEFAULT_REGION to the region of the bucket",
}


def code_of(error: ClientError) -> str:
    """Return the code by which AWS names the error."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


@contextmanager
def aws_errors(doing: str, place: str) -> Iterator[None]:
    """Raise errors of AWS within the block as `StorageError` with place, reason and way out.

    Args:
        doing: what is being done, as an infinitive ("write", "list").
        place: the object, table or partition that it is done to.

    Raises:
        LakeNotFoundError: the bucket does not exist.
        StorageError: anything else that AWS or the network refuses.
    """
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code == "NoSuchBucket":
            raise LakeNotFoundError(
                f"cannot {doing} {place}: there is no such bucket; check the name and the account, or create it"
            ) from error
        reason = error.response.get("Error", {}).get("Message") or "no message"
        way_out = _WAYS_OUT.get(code, "look the code up in the service's API reference")
        raise StorageError(f"cannot {doing} {place}: {code}, {reason}; {way_out}") from error
    except BotoCoreError as error:
        raise StorageError(f"cannot {doing} {place}: {error}; {_way_out_on_this_side(error)}") from error


def refuse_cut_answers(client: Any) -> None:
    """Let a boto3 client raise where an answer ends before its announced length.

    boto3 checks that for bodies that are read as streams, and DynamoDB sends a checksum; of any other service half an
    answer in JSON would pass for an empty one.
    """
    client.meta.events.register("after-call", _check_length)


def _check_length(http_response: Any, model: Any, **_: Any) -> None:
    announced = http_response.headers.get("Content-Length")
    has_other_length = model.has_streaming_output or model.http.get("method") == "HEAD"
    if announced is None or has_other_length or "Content-Encoding" in http_response.headers:
        return
    received = len(http_response.content)
    if received != int(announced):
        raise IncompleteReadError(actual_bytes=received, expected_bytes=int(announced))


def _way_out_on_this_side(error: BotoCoreError) -> str:
    if isinstance(error, NoCredentialsError):
        return "set AWS_PROFILE or log in (`aws sso login`)"
    if isinstance(error, NoRegionError):
        return "set AWS_DEFAULT_REGION"
    if isinstance(error, botocore.exceptions.ConnectionError | HTTPClientError | IncompleteReadError):
        return "check the network and AWS_ENDPOINT_URL, then run it again"
    return "check the AWS settings"
