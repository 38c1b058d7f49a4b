"""Objects of a lake as files on this machine: each is fetched once, since published objects never change.

A lake in a folder has them as files anyway, but for the responses of days that are archived.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flightlake.ports import ObjectStore

_FETCHES_AT_ONCE = 8


class ObjectCache:
    """Copies of immutable objects under a folder of their own lake."""

    def __init__(self, store: ObjectStore, address: str, cache_root: Path, *, root: Path | None = None) -> None:
        """Set the source and the place of the copies.

        Args:
            store: the lake's.
            address: the lake's, which names the folder of its copies.
            cache_root: under which that folder lies.
            root: the folder of a lake in one: what is a file there needs no copy.
        """
        self._store = store
        self._root = root
        self.folder = cache_root / hashlib.sha256(str(root or address).encode()).hexdigest()[:16]

    def paths(self, keys: Iterable[str]) -> list[Path]:
        """Return the local copies of objects, in the order of keys; what is not there yet is fetched first.

        Raises:
            StorageError: an object cannot be fetched.
        """
        with ThreadPoolExecutor(_FETCHES_AT_ONCE) as pool:
            return list(pool.map(self._path, keys))

    def has(self, key: str) -> bool:
        """Tell whether an object is a file on this machine."""
        return self._place(key).exists()

    def _place(self, key: str) -> Path:
        if self._root is not None and (self._root / key).exists():
            return self._root / key
        return self.folder / key

    def _path(self, key: str) -> Path:
        path = self._place(key)
        if not path.exists():
            data = self._store.get(key)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Named only when whole: a write that was cut off leaves no file that looks complete.
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as partial:
                partial.write(data)
            Path(partial.name).replace(path)
        return path


def default_cache_root() -> Path:
    """Return this user's cache folder for lakes. Source: XDG Base Directory Specification."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(configured) if configured else Path.home() / ".cache") / "flightlake"
