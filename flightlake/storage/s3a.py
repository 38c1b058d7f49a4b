"""How S3A, Spark's client of S3, reaches a lake in a bucket on one machine: the way boto3 does.

Region, endpoint and credentials come from boto3's own settings, so that there is one place to set them for every
command. On Glue nothing of this is used: the job brings its region, its role the credentials.
"""

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import NoCredentialsError, NoRegionError

from flightlake.storage.aws_errors import aws_errors

_S3A = "spark.hadoop.fs.s3a."


@dataclass(frozen=True)
class S3aAccess:
    """Spark settings and credentials for S3.

    Attributes:
        settings: Spark's, none of them secret.
        credentials: environment variables of the Java process alone: on its command line everybody could read them.
            None of them is for longer than boto3's own: those of a role end, commonly after an hour.
    """

    settings: dict[str, str]
    credentials: dict[str, str] = field(repr=False)


def s3a_access(region: str | None = None) -> S3aAccess:
    """Return how S3A reaches S3, as boto3's settings (environment, profile, login) say now.

    Args:
        region: AWS region; None for that of boto3's settings.

    Raises:
        StorageError: there are no credentials, or no region.
    """
    with aws_errors("reach", "S3 with Spark"):
        session = boto3.session.Session(region_name=region)
        found = session.get_credentials()
        if found is None:
            raise NoCredentialsError
        keys = found.get_frozen_credentials()
        settings = {
            f"{_S3A}endpoint.region": _region(session),
            f"{_S3A}aws.credentials.provider": (
                "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider"
            ),
            **_endpoint_settings(session),
        }
    credentials = {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key}
    return S3aAccess(settings, credentials | ({"AWS_SESSION_TOKEN": keys.token} if keys.token else {}))


def _region(session: Any) -> str:
    if session.region_name is None:
        raise NoRegionError
    return str(session.region_name)


def _endpoint_settings(session: Any) -> dict[str, str]:
    """Return the settings of an S3 that is not AWS's own (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL); none for AWS's."""
    configured = session.client("s3").meta.endpoint_url
    if configured == session.client("s3", config=Config(ignore_configured_endpoint_urls=True)).meta.endpoint_url:
        return {}
    # Such servers seldom have a name of its own for each bucket.
    return {f"{_S3A}endpoint": str(configured), f"{_S3A}path.style.access": "true"}
