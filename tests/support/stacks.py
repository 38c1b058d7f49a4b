"""Configuration of the shipped stacks, with the account's client that a user adds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from infra.package import artifacts

ROOT = Path(__file__).parents[2]

PLANTED = "planted-opensky-client-secret"
"""The client's secret in tests: wherever it is found in plain, something leaks."""

SECRET_KEYS = frozenset({"flightlake:openskyClientSecret"})


def shipped_config(stack: str) -> dict[str, str]:
    """Return the values of `Pulumi.<stack>.yaml`, and the client."""
    document = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    client = {"flightlake:openskyClientId": "client", "flightlake:openskyClientSecret": PLANTED}
    return {key: str(value) for key, value in document["config"].items()} | client


@contextmanager
def built_checkout(root: Path) -> Iterator[Path]:
    """Let the program find a checkout with placeholder packages, whose content it never reads."""
    shutil.copytree(artifacts.ROOT / "glue_jobs" / "jobs", root / "glue_jobs" / "jobs")
    (root / "dist").mkdir()
    for package in ("poller.zip", "glue.zip"):
        (root / "dist" / package).write_bytes(package.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(artifacts, "ROOT", root)
        yield root
