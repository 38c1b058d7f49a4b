"""Packages and scripts to deploy, by content: the hash is part of an object's key."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flightlake.errors import UsageError

ROOT = Path(__file__).parents[2]
"""The checkout, which holds the scripts and the built packages."""


@dataclass(frozen=True)
class Artifact:
    """A file that a deployment uploads to AWS."""

    path: Path
    sha256: str

    @property
    def base64_sha256(self) -> str:
        """SHA-256 in base64, as AWS Lambda writes it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()

    @property
    def key(self) -> str:
        """Object key: the same content has the same key."""
        return f"{self.path.stem}-{self.sha256[:16]}{self.path.suffix}"


@dataclass(frozen=True)
class Artifacts:
    """The packages and scripts of one version of the code."""

    poller: Artifact
    glue_library: Artifact
    convert_script: Artifact
    verify_script: Artifact
    vacuum_script: Artifact

    @classmethod
    def find(cls) -> "Artifacts":
        """Return the artifacts of this checkout.

        Raises:
            UsageError: the packages have not been built.
        """
        return cls(
            poller=_artifact("dist/poller.zip"),
            glue_library=_artifact("dist/glue.zip"),
            convert_script=_artifact("glue_jobs/jobs/convert_states.py"),
            verify_script=_artifact("glue_jobs/jobs/verify_states.py"),
            vacuum_script=_artifact("glue_jobs/jobs/vacuum.py"),
        )


def _artifact(name: str) -> Artifact:
    path = ROOT / name
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"{name} is missing: run `make package`, which builds it") from error
    return Artifact(path, hashlib.sha256(content).hexdigest())
