"""The object store of a lake in a folder: one file per object."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from flightlake.errors import ObjectNotFoundError, StorageError
from flightlake.ports import ObjectInfo
from flightlake.storage.durable_files import TEMPORARY_PREFIX, make_folders, storage_errors, sync_path, temporary_file
from flightlake.storage.keys import checked_key, checked_prefix, checked_range, is_key

_FOLDER_ATTEMPTS = 10
"""How often a folder may vanish under a writer, because a deleter found it empty, before the writer gives up."""


class FolderStore:
    """Objects as files under one folder, which the first object makes. Hidden files are no objects."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object and return True; return False, changing nothing, where the key exists already.

        The file gets its name, by a hard link, only when its bytes are on the disk: among racing writers one wins,
        and a crash leaves nothing under the key.
        """
        path = self._path(key)
        with storage_errors("write", path):
            if _is_taken(path):
                return False
            for _ in range(_FOLDER_ATTEMPTS - 1):
                try:
                    return _linked(path, data)
                except FileNotFoundError:
                    continue
            return _linked(path, data)

    def get(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            ObjectNotFoundError: there is no such key.
        """
        with self._opened(key) as file:
            return file.read()

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Return a range of the object's bytes: `length` of them, at least one, from the offset on.

        Raises:
            ObjectNotFoundError: there is no such key.
            StorageError: the object ends before.
        """
        with self._opened(key) as file:
            file.seek(offset)
            return checked_range(file.read(length), self._path(key), offset, length)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield every object under the prefix in the order of keys; folders are read as the listing reaches them."""
        return _objects(self._root / checked_prefix(prefix), prefix)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects and folders that become empty; missing keys are ignored."""
        for key in keys:
            path = self._path(key)
            with storage_errors("delete", path):
                _unlink(path)
                # Hadoop's local file system keeps a hidden checksum beside each file; it would keep the folder alive.
                _unlink(path.with_name(f".{path.name}.crc"))
            self._remove_empty_folders(path.parent)

    def list_incomplete(self) -> Iterator[ObjectInfo]:
        """Yield unfinished files, checksums of files that are gone, and empty folders, the innermost first."""
        with storage_errors("list", self._root):
            for name, _, files in os.walk(self._root, topdown=False):
                folder = Path(name)
                found = [folder / file for file in files if _is_left_over(folder, file)]
                if folder != self._root and not any(folder.iterdir()):
                    found.append(folder)
                for path in found:
                    if (info := _info(path, str(path.relative_to(self._root)))) is not None:
                        yield info

    def remove_incomplete(self, incomplete: ObjectInfo) -> None:
        """Remove an incomplete write and folders that become empty; a missing one is ignored."""
        path = self._root / incomplete.key
        with storage_errors("delete", path):
            _unlink(path)
        self._remove_empty_folders(path if path.is_dir() else path.parent)

    def make_durable(self, prefix: str) -> None:
        """Force files that other programs wrote under a prefix, and the folders that name them, onto the disk."""
        top = self._root / checked_prefix(prefix)
        with storage_errors("write", top):
            for folder, _, names in os.walk(top):
                for name in names:
                    sync_path(Path(folder, name))
                sync_path(Path(folder))
            # The folders on the way down were new, too: without their entries the files could not be found.
            for parent in top.relative_to(self._root).parents:
                sync_path(self._root / parent)

    def uri(self, key: str) -> str:
        """Return the absolute path of a key or a prefix."""
        return f"{self._root}/{key}"

    @contextmanager
    def _opened(self, key: str) -> Iterator[BinaryIO]:
        path = self._path(key)
        with storage_errors("read", path):
            try:
                with path.open("rb") as file:
                    yield file
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
                raise ObjectNotFoundError(f"no object {key} in the lake {self._root}") from error

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _remove_empty_folders(self, folder: Path) -> None:
        while folder != self._root:
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass  # another deleter was here first; its parent may still be empty
            except OSError:
                return  # not empty, or not ours to remove: an empty folder is no object and harms nobody
            folder = folder.parent


def _is_taken(path: Path) -> bool:
    if path.is_dir():
        raise StorageError(f"cannot write {path}: a folder of other objects has this name; choose another key")
    return path.exists()


def _linked(path: Path, data: bytes) -> bool:
    make_folders(path.parent)
    with temporary_file(path.parent, data) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return not _is_taken(path)
    sync_path(path.parent)
    return True


def _objects(folder: Path, prefix: str) -> Iterator[ObjectInfo]:
    for entry in _visible_entries(folder):
        key = prefix + entry.name
        if entry.is_dir():
            yield from _objects(folder / entry.name, f"{key}/")
        elif (info := _info(Path(entry.path), key)) is not None:
            yield info


def _visible_entries(folder: Path) -> list[os.DirEntry[str]]:
    with storage_errors("list", folder):
        try:
            with os.scandir(folder) as entries:
                visible = [entry for entry in entries if is_key(entry.name)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        # With its slash a folder sorts where its keys do: "a.json" before "a/b.json".
        return sorted(visible, key=lambda entry: f"{entry.name}/" if entry.is_dir() else entry.name)


def _is_left_over(folder: Path, name: str) -> bool:
    if name.startswith(TEMPORARY_PREFIX):
        return True
    # Hadoop's local file system keeps such a checksum beside each file.
    return name.startswith(".") and name.endswith(".crc") and not (folder / name[1 : -len(".crc")]).exists()


def _info(path: Path, key: str) -> ObjectInfo | None:
    with storage_errors("list", path):
        try:
            status = path.stat()
        except FileNotFoundError:  # deleted since the folder was read
            return None
        return ObjectInfo(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _unlink(path: Path) -> None:
    if path.is_dir():
        return  # a prefix; there is no object of this key
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return
