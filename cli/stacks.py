"""Deployed stacks: their lake and settings, from the exports that Pulumi knows."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.location import LakeLocation
from flightlake.errors import StorageError, UsageError

_CHECKOUT = Path(__file__).parents[1]
_TIMEOUT_S = 60


@dataclass(frozen=True)
class Stack:
    """A deployed stack, as its exports describe it.

    Attributes:
        settings: environment variables of its poller (FLIGHTLAKE_LAKE, FLIGHTLAKE_DATABASE, ...), and
            FLIGHTLAKE_DEAD_LETTER_QUEUE.
        region: AWS region.
    """

    name: str
    settings: Mapping[str, str]
    region: str

    @property
    def location(self) -> LakeLocation:
        """Location of the stack's lake."""
        return LakeLocation(
            self.settings["FLIGHTLAKE_LAKE"],
            database=self.settings.get("FLIGHTLAKE_DATABASE"),
            poll_state_table=self.settings.get("FLIGHTLAKE_POLL_STATE_TABLE"),
            region=self.region,
            secret_id=self.settings.get("FLIGHTLAKE_SECRET_ID"),
        )


def read_stack(name: str, environ: Mapping[str, str]) -> Stack:
    """Return a stack by its name, from the exports that Pulumi knows.

    Args:
        name: dev, staging or prod, or another name that `pulumi stack ls` lists.
        environ: where Pulumi's backend, its passphrase and AWS's credentials are found.

    Raises:
        UsageError: Pulumi is not installed, or knows no such stack.
        StorageError: the stack is not deployed.
    """
    exports = _exports(name, environ)
    variables, region, queue = (exports.get(key) for key in ("environment", "region", "deadLetterQueue"))
    if not isinstance(variables, dict) or "FLIGHTLAKE_LAKE" not in variables or not isinstance(region, str):
        raise StorageError(f"the stack {name} has no exports yet: deploy it with `pulumi up --stack {name}`")
    dead_letters = {"FLIGHTLAKE_DEAD_LETTER_QUEUE": queue} if isinstance(queue, str) else {}
    return Stack(name, {**variables, **dead_letters}, region)


def _exports(stack: str, environ: Mapping[str, str]) -> dict[str, Any]:
    pulumi = shutil.which("pulumi", path=environ.get("PATH"))
    if pulumi is None:
        raise UsageError(
            "--stack asks Pulumi, which is not on the path: install it (https://www.pulumi.com/docs/install/), "
            "or name the lake with --lake s3://..., and FLIGHTLAKE_DATABASE and FLIGHTLAKE_POLL_STATE_TABLE"
        )
    command = [pulumi, "stack", "output", "--json", "--stack", stack, "--non-interactive", "--cwd", str(_CHECKOUT)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT_S, env=dict(environ), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StorageError(f"pulumi did not answer within {_TIMEOUT_S} s about the stack {stack}; try again") from error
    if done.returncode != 0:
        message = done.stderr.strip().splitlines() or ["no message"]
        raise UsageError(f"pulumi cannot read the stack {stack}: {message[-1]}; `pulumi stack ls` lists the stacks")
    try:
        exports: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise StorageError(f"pulumi's answer about the stack {stack} is not JSON: {done.stdout[:80]!r}") from error
    return exports
