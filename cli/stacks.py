"""A deployed lake by the name of its stack: its exports become the environment that its own poller has."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flightlake.errors import StorageError, UsageError

_CHECKOUT = Path(__file__).parents[1]
_TIMEOUT_S = 60


def stack_environment(stack: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that name a stack's lake and say how it is polled.

    Asks Pulumi for the stack's export `environment`, whose keys are those of the deployed poller (FLIGHTLAKE_LAKE,
    FLIGHTLAKE_DATABASE, ...), and adds the region and FLIGHTLAKE_DEAD_LETTER_QUEUE.

    Args:
        stack: dev, staging or prod, or what `pulumi stack ls` calls it.
        environ: where Pulumi's backend, its passphrase and AWS's credentials are found.

    Raises:
        UsageError: Pulumi is not there, or knows no such stack.
        StorageError: the stack is not deployed.
    """
    exports = _exports(stack, environ)
    variables, region, queue = (exports.get(name) for name in ("environment", "region", "deadLetterQueue"))
    if not isinstance(variables, dict) or not isinstance(region, str):
        raise StorageError(f"the stack {stack} has no exports yet: deploy it with `pulumi up --stack {stack}`")
    dead_letters = {"FLIGHTLAKE_DEAD_LETTER_QUEUE": queue} if isinstance(queue, str) else {}
    return {**variables, **dead_letters, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def use_stack(stack: str) -> None:
    """Let this process, and those that it starts, work on a stack's lake."""
    os.environ.update(stack_environment(stack, os.environ))


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
        said = done.stderr.strip().splitlines() or ["no word"]
        raise UsageError(f"pulumi cannot tell of the stack {stack}: {said[-1]}; `pulumi stack ls` lists the stacks")
    try:
        exports: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise StorageError(f"pulumi's answer about the stack {stack} is no JSON: {done.stdout[:80]!r}") from error
    return exports
