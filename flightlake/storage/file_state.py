"""The poll state of a lake in a folder: one JSON file, changed under a lock."""

import json
from pathlib import Path
from typing import Any

from flightlake.errors import ConflictError, StorageError
from flightlake.ports import VersionedState
from flightlake.storage.durable_files import exclusive_lock, make_folders, replace_file, storage_errors


class FilePollState:
    """A document and its version in one file, for every process of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    def load(self) -> VersionedState:
        """Return the stored document, or an empty one of version 0.

        Raises:
            StorageError: the file cannot be read, or is not what `save` writes.
        """
        with storage_errors("read", self._path):
            try:
                text = self._path.read_bytes()
            except FileNotFoundError:
                return VersionedState({}, 0)
        return self._parsed(text)

    def save(self, document: dict[str, Any], *, expected_version: int) -> None:
        """Store the document as the next version.

        Raises:
            ConflictError: the stored version is not the expected one; load again and decide anew.
            StorageError: the file cannot be read or written.
        """
        with storage_errors("write", self._path):
            make_folders(self._path.parent)
            with exclusive_lock(self._path):
                stored = self.load().version
                if stored != expected_version:
                    raise ConflictError(
                        f"the poll state {self._path} is at version {stored}, not {expected_version}: "
                        "another poller saved first; load it again and decide anew"
                    )
                text = json.dumps({"version": stored + 1, "document": document}, indent=2, allow_nan=False)
                replace_file(self._path, f"{text}\n".encode())

    def _parsed(self, text: bytes) -> VersionedState:
        try:
            stored = json.loads(text)
            version, document = stored["version"], stored["document"]
        except (ValueError, TypeError, KeyError) as error:
            raise self._unusable(str(error)) from error
        if not isinstance(document, dict) or type(version) is not int or version < 1:
            raise self._unusable(f"its version is {version!r}, its document a {type(document).__name__}")
        return VersionedState(document, version)

    def _unusable(self, reason: str) -> StorageError:
        return StorageError(
            f"the poll state {self._path} is not what a poller writes ({reason}); delete it to start anew, "
            "then credits spent today and a cooldown under way are forgotten"
        )
