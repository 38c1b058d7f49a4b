"""Other Pythons of this machine, to test code for Lambda on the version that Lambda runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def python_or_skip(version: str) -> Path:
    """Return a Python of this version ("3.13"), from the path or from pyenv's folder of versions, or skip the test."""
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    on_path = shutil.which(name)
    candidates = [*([Path(on_path)] if on_path else []), *sorted(pyenv.glob(f"{version}.*/bin/{name}"), reverse=True)]
    for candidate in candidates:
        # A shim of pyenv is there for every version that any project of this machine uses, and refuses for others.
        tried = subprocess.run([candidate, "-I", "-c", "import ssl"], capture_output=True, check=False)
        if tried.returncode == 0:
            return candidate
    return pytest.skip(f"{name} is neither on this machine's path nor under {pyenv}")
