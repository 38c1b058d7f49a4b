"""Builder of the poller's Lambda package and of the Glue jobs' library, as `make package` runs it.

The same commit gives the same bytes on any machine and any Python that runs this, see
`infra.package.reproducible_zip`; what is not committed in the packages' folders travels too.
"""

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from flightlake import __version__
from flightlake.errors import FlightLakeError
from infra.package.reproducible_zip import installed_files, project_files, write_archive

ROOT = Path(__file__).parents[2]
REQUIREMENTS = "requirements/lambda.txt"

PYTHON_VERSION = "3.13"
PLATFORM = "manylinux2014_aarch64"
"""The function's runtime: python3.13 on arm64. Its glibc is newer than this tag asks for, and every pinned package
that is compiled has a wheel with it. Source: AWS Lambda developer guide, "Lambda runtimes" and "Python"."""

POLLER_LIMIT_BYTES = 10_000_000
"""Ours, not Lambda's, which takes 50 MB: what is fetched before a cold start stays small."""

POLLER_PACKAGES = ("flightlake", "ingestion")
GLUE_PACKAGES = ("flightlake", "glue_jobs")


class PackagingError(FlightLakeError):
    """A package cannot be built."""


class IndexUnreachableError(PackagingError):
    """No package index can be reached to fetch wheels from."""


def build_poller(target: Path, *, root: Path = ROOT) -> None:
    """Write the Lambda package to `target`: ingestion, the library, and the pinned packages for Lambda's platform.

    boto3, botocore, s3transfer and what only they need are left out: the runtime brings them.

    Raises:
        PackagingError: the pinned packages cannot be installed for Lambda, or the package is too large.
    """
    files = _dependencies(root)
    files |= project_files(root, POLLER_PACKAGES)
    files["LICENSE"] = (root / "LICENSE").read_bytes()
    # From this metadata the poller reads its version for the User-Agent header.
    metadata = f"Metadata-Version: 2.1\nName: flightlake\nVersion: {__version__}\n"
    files[f"flightlake-{__version__}.dist-info/METADATA"] = metadata.encode()
    size_bytes = sum(map(len, files.values()))
    if size_bytes > POLLER_LIMIT_BYTES:
        raise PackagingError(
            f"{target.name} would hold {size_bytes:,} bytes, more than {POLLER_LIMIT_BYTES:,}: "
            f"look for a package in {REQUIREMENTS} that the poller can do without"
        )
    write_archive(target, files)


def build_glue(target: Path, *, root: Path = ROOT) -> None:
    """Write the Glue jobs' library to `target`, for `--extra-py-files`; Glue itself brings Spark and boto3."""
    files = project_files(root, GLUE_PACKAGES)
    files["LICENSE"] = (root / "LICENSE").read_bytes()
    write_archive(target, files)


def described(path: Path) -> str:
    """Return name, size and SHA-256 of a package, in one line.

    Raises:
        PackagingError: the file is missing.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as exc:
        raise PackagingError(f"{path} is missing: `make package` builds it") from exc
    return f"{path.parent.name}/{path.name}  {len(content):,} bytes  sha256 {hashlib.sha256(content).hexdigest()}"


BUILDERS = {"poller": build_poller, "glue": build_glue}


def main(argv: Sequence[str]) -> int:
    """Build or describe packages as the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.package.build", description="Build what is deployed.")
    parser.add_argument("action", choices=("build", "show"), help="write the packages, or print their sizes and hashes")
    parser.add_argument("packages", nargs="+", choices=tuple(BUILDERS))
    parser.add_argument("--folder", type=Path, default=ROOT / "dist", help="where the packages lie; default: dist")
    asked = parser.parse_args(argv)
    try:
        for name in asked.packages:
            target = asked.folder / f"{name}.zip"
            if asked.action == "build":
                BUILDERS[name](target)
            else:
                sys.stdout.write(f"{described(target)}\n")
    except FlightLakeError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _dependencies(root: Path) -> dict[str, bytes]:
    if not (root / REQUIREMENTS).is_file():
        raise PackagingError(f"{REQUIREMENTS} is missing: `make lock` writes it")
    with TemporaryDirectory() as folder:
        _install(root / REQUIREMENTS, Path(folder))
        return installed_files(Path(folder))


def _install(requirements: Path, folder: Path) -> None:
    options = ["--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps", "--require-hashes"]
    platform = ["--platform", PLATFORM, "--python-version", PYTHON_VERSION, "--implementation", "cp"]
    wheels = ["--only-binary=:all:", "--target", str(folder), "-r", str(requirements)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, *platform, *wheels],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _failure(done.stderr)


def _failure(message: str) -> PackagingError:
    lines = message.strip().splitlines()
    last = next((line for line in reversed(lines) if line.startswith("ERROR:")), lines[-1] if lines else "no message")
    if "Retrying (Retry(" in message:
        return IndexUnreachableError(
            f"{REQUIREMENTS}: pip reaches no package index to fetch the poller's packages from; connect, or name a "
            f"mirror in PIP_INDEX_URL, then `make package` again. pip's message: {last}"
        )
    return PackagingError(
        f"{REQUIREMENTS}: pip cannot install this for Python {PYTHON_VERSION} on {PLATFORM}; where pyproject.toml has "
        f"changed, `make lock` pins anew. pip's message: {message.strip() or last}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
