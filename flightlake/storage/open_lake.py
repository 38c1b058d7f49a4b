"""Open a lake by its address: a folder here, a bucket through `open_s3_lake`."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from flightlake.archive.archived_store import ArchivedStore
from flightlake.errors import LakeNotFoundError, StorageError, UsageError
from flightlake.lake import Lake
from flightlake.layout import MARKER_KEY, POLL_STATE_KEY
from flightlake.storage.durable_files import make_folders, storage_errors
from flightlake.storage.file_state import FilePollState
from flightlake.storage.folder import FolderStore
from flightlake.storage.format_marker import find_format_marker, foreign_place, no_lake, write_format_marker
from flightlake.storage.json_catalog import JsonCatalog

_S3 = "s3://"


def open_lake(
    address: str,
    *,
    create: bool = False,
    database: str | None = None,
    poll_state_table: str | None = None,
    region: str | None = None,
) -> Lake:
    """Return the lake at a folder or at `s3://bucket[/prefix]`.

    Args:
        address: the folder's path (a leading `~` is the home folder) or the bucket's address.
        create: make the place a lake where it is absent or empty.
        database: Glue database of a lake in a bucket; None for that of FLIGHTLAKE_DATABASE.
        poll_state_table: DynamoDB table of a lake in a bucket; None for that of FLIGHTLAKE_POLL_STATE_TABLE.
        region: AWS region of a lake in a bucket; None for that of boto3's own settings.

    Raises:
        UsageError: the address is neither a path nor an `s3://` address.
        LakeNotFoundError: there is no lake, and none may be made.
        StorageError: the place refuses access, or holds a lake of a newer format.
    """
    if address.startswith(_S3):
        given = {"FLIGHTLAKE_DATABASE": database, "FLIGHTLAKE_POLL_STATE_TABLE": poll_state_table}
        return _open_s3_lake(address, given, create=create, region=region)
    if "://" in address or not address or not address.isprintable():
        raise UsageError(f"{address!r} is no address of a lake: give a folder or s3://bucket/prefix")
    return _open_folder_lake(address, create=create)


def _open_s3_lake(address: str, given: Mapping[str, str | None], *, create: bool, region: str | None) -> Lake:
    # Imported here and nowhere above: boto3 takes longer to import than most commands on a folder take to run.
    from flightlake.storage.open_s3_lake import AwsSettings, open_s3_lake  # noqa: PLC0415 - see the line above

    names = {**os.environ, **{name: value for name, value in given.items() if value}}
    settings = replace(AwsSettings.from_environment(names), region=region)
    return open_s3_lake(address, settings, create=create)


def _open_folder_lake(address: str, *, create: bool) -> Lake:
    root = Path(os.path.expanduser(address)).absolute()  # noqa: PTH111 - Path.expanduser raises where no home is known
    store = FolderStore(root)
    with storage_errors("open the lake", root):
        marker = find_format_marker(store, address)
        if marker is None:
            _check_place(address, root, create=create)
            make_folders(root)
            write_format_marker(store)
            marker = find_format_marker(store, address)
        if marker is not None and marker.raw is not None:
            raise StorageError(
                f"the lake {address} keeps its raw zone at {marker.raw}, which only a lake in a bucket may: "
                'copy that zone into the folder too, and write {"flightlake": 1} into the marker'
            )
    return Lake(address, ArchivedStore(store), store, JsonCatalog(root), FilePollState(root / POLL_STATE_KEY), root)


def _check_place(address: str, root: Path, *, create: bool) -> None:
    """Let a place pass that may become a lake."""
    if not root.exists():
        if not create:
            raise no_lake(address, "there is no such folder")
        return
    if not root.is_dir():
        raise LakeNotFoundError(f"{address} is not a lake: it is a file; name a folder")
    names = [entry.name for entry in root.iterdir() if not entry.name.startswith(".")]
    if MARKER_KEY in names:
        return  # another process has just made the lake
    if names:
        raise foreign_place(address, f"{len(names)} other {'entry' if len(names) == 1 else 'entries'}")
    if not create:
        raise no_lake(address, "the folder is empty")
