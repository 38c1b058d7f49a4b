"""Files that are written whole or not at all, and the file system's refusals in the user's words."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from flightlake.errors import StorageError

TEMPORARY_PREFIX = ".incoming-"
"""What an unfinished file's name starts with; the dot hides it from listings, from Spark and from other engines."""

_NOTHING_HALF_WRITTEN = "nothing was half written"
_FILE_IN_THE_WAY = "a file stands where a folder is needed; move that file or choose another folder"
_WAYS_OUT: dict[int, str] = {
    errno.ENOSPC: f"free some space or move the lake to a larger disk, then run it again ({_NOTHING_HALF_WRITTEN})",
    errno.EDQUOT: f"free some space or ask for a larger quota, then run it again ({_NOTHING_HALF_WRITTEN})",
    errno.EFBIG: f"raise the limit for file sizes (`ulimit -f`), then run it again ({_NOTHING_HALF_WRITTEN})",
    errno.EACCES: "ask the owner for access to it, or choose another folder",
    errno.EPERM: "the file system or its owner forbids it; choose a folder of your own on a disk with hard links",
    errno.EROFS: "make the disk writable, or choose another folder",
    errno.ENAMETOOLONG: "choose a folder with a shorter path",
    errno.ENOTDIR: _FILE_IN_THE_WAY,
    errno.EEXIST: _FILE_IN_THE_WAY,
    errno.EISDIR: "a folder stands where a file is needed; move that folder or choose another one for the lake",
    errno.EOPNOTSUPP: "the lake needs a file system with hard links; choose a folder on another disk",
}


@contextmanager
def storage_errors(doing: str, path: Path) -> Iterator[None]:
    """Raise errors of the file system within the block as `StorageError` with path, reason and way out.

    Args:
        doing: what is being done, as an infinitive ("write", "read").
        path: what it is done to.
    """
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        way_out = _WAYS_OUT.get(error.errno or 0, "check the disk and the folder, then run it again")
        raise StorageError(f"cannot {doing} {path}: {reason}; {way_out}") from error


@contextmanager
def temporary_file(folder: Path, data: bytes) -> Iterator[Path]:
    """Yield a hidden file in the folder whose bytes are safely on the disk; it is gone when the block ends."""
    temporary = folder / f"{TEMPORARY_PREFIX}{uuid4().hex}"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def replace_file(path: Path, data: bytes) -> None:
    """Give the file new contents in one step: a reader, or a crash, sees the old bytes or the new ones."""
    with temporary_file(path.parent, data) as temporary:
        temporary.replace(path)
        sync_path(path.parent)


def make_folders(folder: Path) -> None:
    """Make the folder and its missing parents so that they outlast a power cut."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_path(folder.parent)


def sync_path(path: Path) -> None:
    """Bring a file's bytes, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network and FUSE file systems cannot sync a folder and say so; there is nothing more to be done there.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the path among all processes and threads of this machine."""
    with path.with_name(f".{path.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
