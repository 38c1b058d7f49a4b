"""Credentials of an OpenSky account in AWS Secrets Manager."""

import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from flightlake.errors import SourceRejectedError
from ingestion.opensky.oauth import Credentials

_CLIENT = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
"""Seconds and attempts: the answer is small, and a poll's own time is bounded."""


def secrets_client(region: str | None = None) -> Any:
    """Make boto3's client of Secrets Manager with the time limits of a poller."""
    return boto3.client("secretsmanager", region_name=region, config=_CLIENT)


def read_credentials(secret_id: str, client: Any) -> Credentials:
    """Read the credentials in a secret whose text is `{"client_id": ..., "client_secret": ...}`.

    Args:
        secret_id: ARN or name of the secret.
        client: boto3's client of Secrets Manager.

    Raises:
        SourceRejectedError: the secret cannot be read or is not of that form; the error never shows its contents.
    """
    try:
        text = client.get_secret_value(SecretId=secret_id)["SecretString"]
    except (ClientError, BotoCoreError, KeyError) as exc:
        raise SourceRejectedError(f"the secret {secret_id} cannot be read ({type(exc).__name__})") from exc
    try:
        document = json.loads(text)
        client_id, client_secret = document["client_id"], document["client_secret"]
    except (ValueError, KeyError, TypeError):
        raise SourceRejectedError(_form(secret_id)) from None
    if not all(isinstance(part, str) and part for part in (client_id, client_secret)):
        raise SourceRejectedError(_form(secret_id))
    return Credentials(client_id, client_secret)


def _form(secret_id: str) -> str:
    return f'the secret {secret_id} is not of the form {{"client_id": "...", "client_secret": "..."}}'
