"""The query engine's entry point as pyproject declares it, also where the project is not installed since it does."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def declare_query_engine(folder: Path) -> Path:
    """Write the metadata of an installation with the project's entry points; return what goes on `sys.path`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    metadata = folder / "flightlake-0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: flightlake\nVersion: 0\n")
    lines = [
        line
        for group, entries in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {target}" for name, target in entries.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder
