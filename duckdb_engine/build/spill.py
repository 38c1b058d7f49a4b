"""Folder for temporary files of a build: beneath the lake, or where the user says; never left behind."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flightlake.storage.durable_files import storage_errors

_PREFIX = ".spill-"
_LOCK = "lock"


@contextmanager
def spill_folder(parent: Path) -> Iterator[Path]:
    """Yield a new folder beneath a parent and remove it afterwards, with those that killed builds left there."""
    with storage_errors("write", parent):
        parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(parent)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(parent: Path) -> None:
    """Remove spill folders whose process is gone: its lock went with it."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError), (folder / _LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
