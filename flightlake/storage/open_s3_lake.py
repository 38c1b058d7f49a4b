"""Open a lake on AWS by `s3://bucket/prefix`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import boto3
from botocore.config import Config

from flightlake.archive.archived_store import ArchivedStore
from flightlake.errors import StorageError, UsageError
from flightlake.lake import Lake
from flightlake.layout import MARKER_KEY
from flightlake.ports import ObjectStore
from flightlake.storage.aws_errors import aws_errors, refuse_cut_answers
from flightlake.storage.dynamodb_state import DynamoDbPollState
from flightlake.storage.format_marker import find_format_marker, foreign_place, no_lake, write_format_marker
from flightlake.storage.glue_catalog import GlueCatalog
from flightlake.storage.keys import is_key
from flightlake.storage.s3 import S3Store
from flightlake.storage.two_zone_store import TwoZoneStore

_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
"""Source: Amazon S3 user guide, "General purpose bucket naming rules"."""

_CLIENT = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 8})
"""Seconds to connect and to wait for bytes; boto3's standard retries for what can heal.

Their pauses begin at 0.05 s and double: four attempts are through in a third of a second, eight go on for three on
average and six at most, so that a server which starts anew costs no response."""

_COUNTED_ENTRIES = 1000
"""Objects of a foreign prefix that are counted at most: one page of a listing."""


@dataclass(frozen=True)
class AwsSettings:
    """Names that an address does not hold. Credentials and endpoint (AWS_ENDPOINT_URL) are boto3's own settings.

    Attributes:
        database: the Glue database of the lake's tables.
        poll_state_table: the DynamoDB table that holds the pollers' states.
        region: None for that of boto3's own settings.
    """

    database: str = "flightlake"
    poll_state_table: str = "flightlake-poll-state"
    region: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "AwsSettings":
        """Return the settings of FLIGHTLAKE_DATABASE and FLIGHTLAKE_POLL_STATE_TABLE, where they are set.

        Raises:
            UsageError: a name that AWS does not allow.
        """
        return cls(
            database=_name(environ, "FLIGHTLAKE_DATABASE", cls.database, r"[a-z0-9_]{1,255}"),
            poll_state_table=_name(
                environ, "FLIGHTLAKE_POLL_STATE_TABLE", cls.poll_state_table, r"[a-zA-Z0-9_.-]{3,255}"
            ),
        )


def open_s3_lake(address: str, settings: AwsSettings, *, create: bool = False) -> Lake:
    """Return the lake at `s3://bucket[/prefix]`.

    Args:
        address: the bucket's name and, after a slash, the prefix; a slash at the end changes nothing.
        settings: names of the Glue database, the DynamoDB table and the region.
        create: make the prefix a lake where nothing lies under it; the bucket must be there.

    Raises:
        UsageError: the address names no bucket or no possible prefix.
        LakeNotFoundError: there is no such bucket or no lake, and none may be made.
        StorageError: AWS refuses access, or the lake is of a newer format.
    """
    bucket, prefix = _bucket_and_prefix(address)
    base_uri = f"s3://{bucket}/{prefix}/" if prefix else f"s3://{bucket}/"
    s3, glue, dynamodb = _clients(address, settings.region, "s3", "glue", "dynamodb")
    store: ObjectStore = S3Store(bucket, prefix, s3)
    marker = find_format_marker(store, address)
    if marker is None:
        _check_place(store, address, create=create)
        write_format_marker(store)
        marker = find_format_marker(store, address)
    if marker is not None and marker.raw is not None:
        store = TwoZoneStore(store, _raw_zone(address, marker.raw, s3))
    catalog = GlueCatalog(settings.database, base_uri, glue)
    poll_state = DynamoDbPollState(settings.poll_state_table, dynamodb, base_uri)
    return Lake(address, ArchivedStore(store), store, catalog, poll_state, root=None, region=settings.region)


def _check_place(store: ObjectStore, address: str, *, create: bool) -> None:
    """Let a prefix pass that may become a lake."""
    keys = [found.key for found in islice(store.list(""), _COUNTED_ENTRIES)]
    if keys and MARKER_KEY not in keys:
        at_least = "at least " if len(keys) == _COUNTED_ENTRIES else ""
        raise foreign_place(address, f"{at_least}{len(keys)} other {'entry' if len(keys) == 1 else 'entries'}")
    if not create:
        raise no_lake(address, "nothing lies there")


def _raw_zone(address: str, raw: str, s3: Any) -> S3Store:
    try:
        return S3Store(*_bucket_and_prefix(raw), s3)
    except UsageError as error:
        raise StorageError(f"the marker of the lake {address} gives {raw!r} as its raw zone: {error}") from error


def _bucket_and_prefix(address: str) -> tuple[str, str]:
    found = _ADDRESS.fullmatch(address)
    prefix = (found[2] or "").strip("/") if found else ""
    if found is None or (prefix and not is_key(prefix)):
        raise UsageError(f"{address!r} is no address of a lake: give s3://bucket or s3://bucket/prefix")
    return found[1], prefix


def _clients(address: str, region: str | None, *services: str) -> list[Any]:
    with aws_errors("open", address):
        session = boto3.session.Session(region_name=region)
        clients = [session.client(service, config=_CLIENT) for service in services]
    for client in clients:
        refuse_cut_answers(client)
    return clients


def _name(environ: Mapping[str, str], variable: str, default: str, pattern: str) -> str:
    name = environ.get(variable, default)
    if re.fullmatch(pattern, name) is None:
        raise UsageError(f"{variable} is {name!r}: AWS allows names of the form {pattern}; correct it or unset it")
    return name
