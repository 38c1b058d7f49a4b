"""A real S3 server on this machine, which can be killed and restarted; moto serves the other services of AWS."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from support.aws import BUCKET, REGION, Aws
from support.engines import engine
from support.listening import free_port, wait_until_listening

KEY = "flightlaketests"
"""The root user's id and secret at once; S3 wants eight characters or more, DynamoDB letters and digits alone."""

_START_S = 30


@dataclass
class S3Server:
    """versitygw over a folder: each bucket is a folder in it, each object a file."""

    folder: Path
    program: Path
    port: int
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, or start it again on the same port and folder; return when it answers."""
        assert self._process is None
        keys = {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": KEY}
        command = [
            self.program,
            "--port",
            f"127.0.0.1:{self.port}",
            "--region",
            REGION,
            "--quiet",
            "posix",
            self.folder,
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=keys, stdout=log, stderr=log)
        wait_until_listening(self._process, self.port, self.log, within_s=_START_S)

    def kill(self) -> None:
        """End it by SIGKILL, in whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=_START_S)
            self._process = None

    def make_bucket(self, name: str = BUCKET) -> str:
        self.client().create_bucket(Bucket=name)
        return name

    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=KEY,
            config=Config(retries={"mode": "standard", "total_max_attempts": 4}),
        )


@contextmanager
def s3_server(place: Path) -> Iterator[S3Server]:
    """Run an S3 server that keeps its buckets under a folder, which is made."""
    folder = place / "buckets"
    folder.mkdir(parents=True)
    server = S3Server(folder, engine("versitygw"), free_port(), place / "versitygw.log")
    try:
        server.start()
        yield server
    finally:
        server.kill()


@dataclass(frozen=True)
class AwsWithS3:
    """moto's Glue and DynamoDB (or a real one), and a real S3."""

    others: Aws
    s3: S3Server
    dynamodb: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to speak to it: each service has an endpoint of its own."""
        return self.others.environment | {
            "AWS_ENDPOINT_URL_S3": self.s3.endpoint,
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb or self.others.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
        }

    def make_lake_place(self, prefix: str = "lake") -> str:
        """Make everything that a deployed stack has, and return the address for `open_lake`."""
        self.others.make_database()
        self.others.make_poll_state_table()
        return f"s3://{self.s3.make_bucket()}/{prefix}"
