"""Frozen lakes: what each release wrote, kept in `tests/data` as it was."""

import shutil
from pathlib import Path

from flightlake.lake import Lake
from flightlake.storage.open_lake import open_lake

DATA = Path(__file__).parents[1] / "data"
RELEASES = sorted(path.name.removeprefix("lake-") for path in DATA.glob("lake-*"))


def copy_of(release: str, root: Path) -> Lake:
    """Return a copy in `root` of the frozen lake of a release."""
    shutil.copytree(DATA / f"lake-{release}", root)
    (root / "README.md").unlink()
    return open_lake(str(root))
