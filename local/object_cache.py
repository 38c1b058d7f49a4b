"""Objects of a lake in a bucket, kept on this machine: each is fetched once, since published objects never change."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lake.ports import ObjectStore

_FETCHES_AT_ONCE = 8


class ObjectCache:
    """Copies of immutable objects under a folder of their own lake."""

    def __init__(self, store: ObjectStore, address: str, cache_root: Path) -> None:
        self._store = store
        self.folder = cache_root / hashlib.sha256(address.encode()).hexdigest()[:16]

    def paths(self, keys: Iterable[str]) -> list[Path]:
        """Return the local copies of objects, in the order of keys; what is not there yet is fetched first.

        Raises:
            StorageError: an object cannot be fetched.
        """
        with ThreadPoolExecutor(_FETCHES_AT_ONCE) as pool:
            return list(pool.map(self._path, keys))

    def has(self, key: str) -> bool:
        """Tell whether an object has a local copy."""
        return (self.folder / key).exists()

    def _path(self, key: str) -> Path:
        path = self.folder / key
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
