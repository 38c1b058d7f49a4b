"""Zip archives whose bytes depend on their content alone, and the selection of files for ours.

Entries are sorted and stored without compression, their times and modes are fixed. Compressed bytes would differ
between builds of zlib (zlib-ng, which newer Pythons bring on some systems, packs differently at the same level), and a
package's hash is part of its name on AWS: another machine would deploy the same commit as a change.
"""

import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest timestamp of a zip entry. Source: PKWARE APPNOTE.TXT, section 4.4.6."""

_UNIX = 3
"""The system that entries say they come from, so that their mode counts. Source: APPNOTE.TXT, section 4.4.2."""

_MODE = 0o100644
"""A file that its owner writes and everybody reads: Lambda's runtime is another user than the one who unpacks."""

_IDLE_FOLDERS = frozenset({"__pycache__", "tests"})
_IDLE_SUFFIXES = frozenset({".c", ".css", ".js", ".md", ".pyc", ".pyi"})
"""What compilers, browsers and type checkers read; a Python process never does."""


def write_archive(target: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by their names in the archive, to `target`; it is replaced atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.unfinished")
    with ZipFile(unfinished, "w", ZIP_STORED) as archive:
        for name in sorted(files):
            entry = ZipInfo(name, _EARLIEST)
            entry.create_system = _UNIX
            entry.external_attr = _MODE << 16
            archive.writestr(entry, files[name])
    unfinished.replace(target)


def project_files(root: Path, packages: Sequence[str]) -> dict[str, bytes]:
    """Return the modules of these packages under `root`, and their package data as pyproject.toml declares it."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    patterns = ["*.py", *project["tool"]["setuptools"]["package-data"]["*"]]
    found = (path for package in packages for path in (root / package).rglob("*") if path.is_file())
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in found
        if any(fnmatch(path.name, pattern) for pattern in patterns)
    }


def installed_files(folder: Path) -> dict[str, bytes]:
    """Return the runtime files of the packages that pip installed into `folder`, with licences and metadata."""
    files = (path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: path.read_bytes() for name, path in named.items() if _travels(PurePosixPath(name))}


def _travels(name: PurePosixPath) -> bool:
    first = name.parts[0]
    if first.endswith(".dist-info"):
        # The rest is pip's record of this installation, which differs between machines.
        return name.name == "METADATA" or name.name.startswith(("LICENSE", "LICENCE", "NOTICE", "COPYING"))
    is_idle = name.suffix in _IDLE_SUFFIXES or name.name == "py.typed"
    # Scripts in bin/ begin with the path of the Python that pip ran on.
    return first != "bin" and not is_idle and _IDLE_FOLDERS.isdisjoint(name.parts[:-1])
