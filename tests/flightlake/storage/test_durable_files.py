"""The file system's refusals in words, and folders that cannot be synced."""

import errno
import os
from pathlib import Path

import pytest

from flightlake.errors import ConflictError, StorageError
from flightlake.storage.durable_files import storage_errors, sync_path


@pytest.mark.parametrize(
    ("number", "way_out"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "ask for a larger quota"),
        (errno.EROFS, "make the disk writable"),
        (errno.EOPNOTSUPP, "needs a file system with hard links"),
        (errno.EIO, "check the disk and the folder"),
    ],
)
def test_each_refusal_has_its_reason_and_way_out(number: int, way_out: str) -> None:
    reason = os.strerror(number).lower()
    with (
        pytest.raises(StorageError, match=f"cannot write /lake/a: {reason}; .*{way_out}") as caught,
        storage_errors("write", Path("/lake/a")),
    ):
        raise OSError(number, os.strerror(number), "/lake/.incoming-1")
    assert isinstance(caught.value.__cause__, OSError)


def test_an_error_without_a_number_keeps_its_own_words() -> None:
    with pytest.raises(StorageError, match="cannot read /lake/a: torn; check"), storage_errors("read", Path("/lake/a")):
        raise OSError("torn")


def test_an_error_of_the_lake_passes_unchanged() -> None:
    error = ConflictError("somebody else was first")
    with pytest.raises(ConflictError) as caught, storage_errors("write", Path("/lake/a")):
        raise error
    assert caught.value is error


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux has /proc, whose folders cannot be synced")
def test_a_file_system_that_cannot_sync_paths_is_good_enough() -> None:
    sync_path(Path("/proc"))  # it answers EINVAL


def test_any_other_failure_to_sync_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken_disk(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken_disk)
    with pytest.raises(OSError, match="Input/output error"):
        sync_path(tmp_path)
