"""Fixtures of the experiments."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.aws import aws_on_this_machine
from support.s3_server import AwsWithS3, s3_server


@pytest.fixture
def real_s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsWithS3]:
    """An AWS with a real S3; boto3, in this process and in those that it starts, reaches it through the environment."""
    for variable in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "FLIGHTLAKE_DATABASE", "FLIGHTLAKE_POLL_STATE_TABLE"):
        monkeypatch.delenv(variable, raising=False)
    with aws_on_this_machine() as others, s3_server(tmp_path / "s3") as server:
        aws = AwsWithS3(others, server)
        for variable, value in aws.environment.items():
            monkeypatch.setenv(variable, value)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        yield aws
        others.reset()
