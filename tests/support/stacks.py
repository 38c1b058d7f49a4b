"""The configuration of the shipped stacks, with the account's client that a user adds."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]

CANARY = "canary-opensky-client-secret"
"""The client's secret in tests: wherever it is found in plain, something leaks."""

SECRET_KEYS = frozenset({"flightlake:openskyClientSecret"})


def shipped_config(stack: str) -> dict[str, str]:
    """Return what `Pulumi.<stack>.yaml` holds, and the client."""
    document = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    client = {"flightlake:openskyClientId": "client", "flightlake:openskyClientSecret": CANARY}
    return {key: str(value) for key, value in document["config"].items()} | client
