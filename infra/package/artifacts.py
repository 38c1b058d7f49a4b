"""What `make package` has built, by content: a package's hash is part of its key, so a deployment changes whole."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flightlake.errors import UsageError

ROOT = Path(__file__).parents[2]
"""The checkout, under which packages are built and scripts lie."""


@dataclass(frozen=True)
class Artifact:
    """A file that a deployment brings to AWS."""

    path: Path
    sha256: str

    @property
    def base64_sha256(self) -> str:
        """Its hash as AWS Lambda writes it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()

    @property
    def key(self) -> str:
        """Its object key: the same content lies under the same key."""
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
