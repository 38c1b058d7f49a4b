"""The Lambda package itself: built from the pins, unpacked into a bare Python, and invoked.

It runs beside boto3 only, as in Lambda, with AWS played by moto and OpenSky by the simulator. Its compiled parts are
for arm64; on another processor Python takes the pure modules that the same packages bring, so the package is what is
deployed and never a second one. What those compiled parts do on arm64 is not tested here.
"""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any
from zipfile import ZipFile

import pytest
from support.aws import BUCKET, DATABASE, POLL_STATE_TABLE, Aws
from support.pythons import python_or_skip

from infra.package.build import POLLER_LIMIT_BYTES, PYTHON_VERSION, IndexUnreachableError, build_poller
from simulator.server import SimulatorServer
from simulator.sky import Sky

ROOT = Path(__file__).parents[3]
SDK = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "python-dateutil", "six")
"""Packages of Lambda's runtime: boto3 and its dependencies."""

INVOKE = """
    import json, sys
    task, sdk, event, answer = sys.argv[1:]
    sys.path[:0] = [task, sdk]

    class Context:
        aws_request_id = "an-execution"
        function_name = "poller"
        memory_limit_in_mb = 512
        invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:poller"

    from ingestion.opensky.http import user_agent
    from ingestion.aws_lambda.handler import lambda_handler

    summary = lambda_handler(json.loads(event), Context())
    files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
    with open(answer, "w") as file:
        json.dump({"summary": summary, "files": files, "user_agent": user_agent()}, file)
"""


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("package") / "poller.zip"
    try:
        build_poller(target)
    except IndexUnreachableError as unreachable:
        pytest.skip(f"no package index in reach: {unreachable}")
    return target


@pytest.fixture(scope="session")
def task_root(package: Path) -> Path:
    """The package as Lambda unpacks it."""
    root = package.with_name("task")
    with ZipFile(package) as archive:
        archive.extractall(root)
    return root


@pytest.fixture(scope="session")
def sdk(package: Path) -> Path:
    """A folder with boto3 and its dependencies at their pinned versions; the index is in reach, see `package`."""
    text = (ROOT / "requirements" / "local.txt").read_text()
    pins = re.findall(r"^\S+==\S+ (?:\\\n {4}--hash=\S+ ?)+", text, re.MULTILINE)
    named = {pin.split("==")[0]: pin for pin in pins}
    requirements, folder = package.with_name("sdk.txt"), package.with_name("sdk")
    requirements.write_text("\n".join(named[name] for name in SDK))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
        "--no-deps",
    ]
    subprocess.run([*pip, "--require-hashes", "--target", folder, "-r", requirements], check=True)
    return folder


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    """Takes traces, as the X-Ray daemon beside a Lambda function does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        yield receiver


@pytest.fixture
def environment(aws: Aws, daemon: socket.socket) -> Iterator[dict[str, str]]:
    """The environment of the function and nothing of this process's."""
    account = '{"client_id": "simulator", "client_secret": "simulator"}'
    secret = aws.client("secretsmanager").create_secret(Name="opensky", SecretString=account)
    aws.client("events").create_event_bus(Name="lake")
    with SimulatorServer(Sky(seed=3, start=datetime.now(UTC), aircraft_count=150)) as server:
        yield aws.environment | {
            "FLIGHTLAKE_LAKE": aws.make_lake_place(),
            "FLIGHTLAKE_DATABASE": DATABASE,
            "FLIGHTLAKE_POLL_STATE_TABLE": POLL_STATE_TABLE,
            "FLIGHTLAKE_INTERVAL_S": "90",
            "FLIGHTLAKE_SOURCE_URL": server.url,
            "FLIGHTLAKE_SECRET_ID": secret["ARN"],
            "FLIGHTLAKE_EVENT_BUS": "lake",
            "POWERTOOLS_SERVICE_NAME": "flightlake-dev",
            "LAMBDA_TASK_ROOT": "/var/task",
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        }


def traced_names(daemon: socket.socket) -> set[str]:
    """Return the names of the segments that have come in: each is a datagram, a header and a document."""
    daemon.settimeout(0.2)
    names = set()
    with suppress(TimeoutError):
        while True:
            names.add(json.loads(daemon.recv(65_536).partition(b"\n")[2])["name"])
    return names


class Function:
    """The unpacked package in a Python without site-packages, without this project and without this environment."""

    def __init__(self, task_root: Path, sdk: Path, environment: dict[str, str], folder: Path) -> None:
        self.roots = (task_root, sdk)
        self._environment = environment
        self._folder = folder

    def invoke(self, python: Path, event: dict[str, Any]) -> dict[str, Any]:
        answer = self._folder / "answer.json"
        done = subprocess.run(
            [python, "-I", "-S", "-B", "-c", dedent(INVOKE), *self.roots, json.dumps(event), answer],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answered: dict[str, Any] = json.loads(answer.read_text())
        return answered


@pytest.fixture
def function(task_root: Path, sdk: Path, environment: dict[str, str], tmp_path: Path) -> Function:
    return Function(task_root, sdk, environment, tmp_path)


def schedule_event() -> dict[str, Any]:
    """A trigger as EventBridge sends it."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/poll"],
        "detail": {},
    }


def queue_event() -> dict[str, Any]:
    """A delayed trigger as SQS delivers it."""
    sent = datetime.now(UTC) - timedelta(seconds=30)
    message = {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": json.dumps({"scheduled_at": sent.strftime("%Y-%m-%dT%H:%M:%SZ"), "delay_s": 30}),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(int(sent.timestamp() * 1000))},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:flightlake-dev-ticks",
        "awsRegion": "us-east-1",
    }
    return {"Records": [message]}


def raw_keys(aws: Aws) -> set[str]:
    listed = aws.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="lake/raw/")
    return {entry["Key"] for entry in listed.get("Contents", [])}


def assert_landed(answer: dict[str, Any], aws: Aws) -> None:
    summary = answer["summary"]
    assert (summary["status"], summary["execution_id"]) == ("landed", "an-execution")
    assert f"lake/{summary['s3_key']}" in raw_keys(aws)
    assert 50 < summary["valid_records"] <= summary["records_processed"] < 200


def test_the_package_is_small_and_leaves_out_what_the_runtime_brings(package: Path) -> None:
    assert 2_000_000 < package.stat().st_size < POLLER_LIMIT_BYTES == 10_000_000
    with ZipFile(package) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {"aws_lambda_powertools", "aws_xray_sdk", "requests", "tenacity", "wrapt", "certifi", "LICENSE"} <= tops
    ours = {"flightlake", "ingestion", "glue_jobs", "duckdb_engine", "serving", "simulator", "cli", "infra"}
    assert tops & ours == {"flightlake", "ingestion"}
    assert tops.isdisjoint({"boto3", "botocore", "s3transfer", "bin", "tests"})
    assert [name for name in names if "__pycache__" in name or "/tests/" in name or name.endswith("/RECORD")] == []


def test_what_is_compiled_is_for_lambda_s_python_on_arm64(package: Path) -> None:
    with ZipFile(package) as archive:
        compiled = [name for name in archive.namelist() if ".so" in name]
        heads = [archive.read(name)[:20] for name in compiled]
    assert compiled
    assert all(name.endswith(".cpython-313-aarch64-linux-gnu.so") for name in compiled)
    # Source: ELF header, e_machine at offset 18; 183 is AArch64 (ELF for the Arm 64-bit Architecture, section 5.1).
    assert {int.from_bytes(head[18:20], "little") for head in heads} == {183}


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(package: Path, tmp_path: Path) -> None:
    build_poller(tmp_path / "poller.zip")
    assert (tmp_path / "poller.zip").read_bytes() == package.read_bytes()


@pytest.mark.parametrize("event", [schedule_event, queue_event], ids=["schedule", "queue"])
def test_a_trigger_lands_a_response_on_lambda_s_python(function: Function, aws: Aws, event: Any) -> None:
    answer = function.invoke(python_or_skip(PYTHON_VERSION), event())
    assert_landed(answer, aws)


def test_a_test_event_on_lambda_s_python_lands_nothing(function: Function, aws: Aws) -> None:
    summary = function.invoke(python_or_skip(PYTHON_VERSION), {"test": True})["summary"]
    assert (summary["status"], summary["s3_key"]) == ("tested", None)
    assert summary["valid_records"] > 50
    assert raw_keys(aws) == set()


def test_the_package_needs_nothing_but_boto3_on_the_python_of_this_test(
    function: Function, aws: Aws, daemon: socket.socket
) -> None:
    answer = function.invoke(Path(sys.executable), queue_event())
    assert_landed(answer, aws)
    assert answer["user_agent"] == "flightlake/0.1.0"
    allowed = tuple(f"{folder}{os.sep}" for folder in (*function.roots, Path(os.__file__).parent))
    assert [file for file in answer["files"] if not file.startswith(allowed) or "site-packages" in file] == []
    assert {"s3", "dynamodb", "secretsmanager", "events", "## handle"} <= traced_names(daemon)
