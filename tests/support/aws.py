"""AWS on this machine: moto's server on a free port of 127.0.0.1, with a lake's bucket and tables."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import requests
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from flightlake.storage.dynamodb_state import PARTITION_KEY

REGION = "us-east-1"
BUCKET = "a-lake"
DATABASE = "flightlake"
POLL_STATE_TABLE = "flightlake-poll-state"


@dataclass(frozen=True)
class Aws:
    """An endpoint that answers as AWS does; `environment` is what a process needs to speak to it."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "NO_PROXY": "127.0.0.1",
        }

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def make_bucket(self, name: str = BUCKET) -> str:
        self.client("s3").create_bucket(Bucket=name)
        return name

    def make_database(self, name: str = DATABASE) -> str:
        self.client("glue").create_database(DatabaseInput={"Name": name})
        return name

    def make_poll_state_table(self, name: str = POLL_STATE_TABLE) -> str:
        self.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    def make_lake_place(self) -> str:
        """Make everything that a deployed stack has, and return the address for `open_lake`."""
        self.make_database()
        self.make_poll_state_table()
        return f"s3://{self.make_bucket()}/lake"

    def reset(self) -> None:
        requests.post(f"{self.endpoint}/moto-api/reset", timeout=30).raise_for_status()


def fill_bucket(keys: Iterable[str], bucket: str = BUCKET) -> None:
    """Put empty objects into a bucket at once: a thousand requests to moto's server would take seconds."""
    for key in keys:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(bucket, key, b"")


@contextmanager
def aws_on_this_machine() -> Iterator[Aws]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Aws(f"http://{host}:{port}")
    finally:
        server.stop()
