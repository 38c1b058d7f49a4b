"""The deployed poller: no secret in its logs, metrics, traces, events, state and objects."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from support.aws import BUCKET, POLL_STATE_TABLE, Aws
from support.experiments import Experiment
from support.planted_secrets import Search
from support.secret_runs import ROOT, SOURCE, Wired, wired_run

from simulator.faults import KINDS
from simulator.sky import Sky

FUNCTION = """
    import json, sys, traceback
    from dataclasses import dataclass
    from datetime import timedelta
    from functools import partial
    from ingestion.aws_lambda import handler
    from ingestion.opensky import client
    from ingestion.quota import account, circuit_breaker
    account.LONGEST_COOLDOWN_S, circuit_breaker.FIRST_OPEN, circuit_breaker.LONGEST_OPEN = 0, timedelta(0), timedelta(0)
    client._FIRST_WAIT_S = client._LONGEST_WAIT_S = 0.01
    handler.Limits = partial(handler.Limits, read_s=0.5, total_s=3)

    @dataclass
    class Context:
        aws_request_id: str
        function_name: str = "poller"
        memory_limit_in_mb: int = 512
        invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:poller"

    for number, line in enumerate(sys.stdin):
        try:
            print(json.dumps(handler.lambda_handler(json.loads(line), Context(f"execution-{number}"))))
        except Exception:  # as Lambda does: the trace is logged
            traceback.print_exc()
"""


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    with wired_run(tmp_path / "home", Sky(seed=3, start=datetime.now(UTC), aircraft_count=80), speed=1) as run:
        yield run


@contextmanager
def tracing_daemon() -> Iterator[tuple[str, list[bytes]]]:
    """Stand where X-Ray's daemon stands; yield its address and what it is sent."""
    received: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        is_over = threading.Event()

        def listen() -> None:
            while not is_over.is_set():
                try:
                    received.append(listening.recv(65_536))
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}", received
        finally:
            is_over.set()
            thread.join()


def deployed(aws: Aws, wired: Wired, daemon: str) -> dict[str, str]:
    """Make what the function needs, with a queue that hears its events; return the function's environment."""
    account = {"client_id": "me", "client_secret": wired.environment["OPENSKY_CLIENT_SECRET"]}
    secret = aws.client("secretsmanager").create_secret(Name="opensky", SecretString=json.dumps(account))
    events = aws.client("events")
    events.create_event_bus(Name="lake")
    queue = aws.client("sqs").create_queue(QueueName="heard")["QueueUrl"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventBusName="lake", EventPattern=json.dumps({"source": [{"prefix": ""}]}))
    events.put_targets(Rule="all", EventBusName="lake", Targets=[{"Id": "heard", "Arn": arn}])
    keys = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET")
    mine = {name: value for name, value in wired.environment.items() if not name.startswith("OPENSKY_")}
    return (
        mine
        | {name: value for name, value in aws.environment.items() if name not in keys}
        | {
            "FLIGHTLAKE_LAKE": aws.make_lake_place(),
            "FLIGHTLAKE_POLL_STATE_TABLE": POLL_STATE_TABLE,
            "FLIGHTLAKE_TIER": "licensed",
            "FLIGHTLAKE_INTERVAL_S": "1",
            "FLIGHTLAKE_SOURCE_URL": SOURCE,
            "FLIGHTLAKE_SECRET_ID": secret["ARN"],
            "FLIGHTLAKE_EVENT_BUS": "lake",
            "POWERTOOLS_SERVICE_NAME": "flightlake",
            "POWERTOOLS_LOG_LEVEL": "DEBUG",
            "POWERTOOLS_LOGGER_LOG_EVENT": "true",
            "AWS_LAMBDA_FUNCTION_NAME": "poller",
            "AWS_XRAY_DAEMON_ADDRESS": daemon,
            "LAMBDA_TASK_ROOT": str(wired.home),
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
    )


def ticks(count: int) -> str:
    """Return events as the function gets them, a line each: ticks, one in ten a test of the source."""
    start = datetime.now(UTC) - timedelta(seconds=count / 2)
    events = [
        {"test": True}
        if number % 10 == 9
        else {"source": "aws.scheduler", "time": (start + timedelta(seconds=number)).isoformat()}
        for number in range(count)
    ]
    return "".join(json.dumps(event) + "\n" for event in events)


def kept_by(aws: Aws) -> dict[str, bytes]:
    """Return what lies in the bucket, the state table and the queue."""
    s3, sqs = aws.client("s3"), aws.client("sqs")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    places = {f"s3 {key}": key.encode() + s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}
    items = aws.client("dynamodb").scan(TableName=POLL_STATE_TABLE)["Items"]
    queue = sqs.get_queue_url(QueueName="heard")["QueueUrl"]
    heard = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        heard += [message["Body"] for message in messages]
    return places | {"state": json.dumps(items, default=str).encode(), "events": "\n".join(heard).encode()}


@pytest.mark.slow
def test_a_secret_shows_nowhere_in_what_the_deployed_poller_writes(
    aws: Aws, wired: Wired, experiment: Experiment
) -> None:
    count = experiment.size(small=80, ci=110, full=220)
    with tracing_daemon() as (daemon, traces):
        done = subprocess.run(
            [sys.executable, "-c", dedent(FUNCTION)],
            input=ticks(count).encode(),
            cwd=ROOT,
            env=deployed(aws, wired, daemon),
            capture_output=True,
            check=False,
            timeout=300,
        )
    places = kept_by(aws) | {"logs": done.stdout, "stderr": done.stderr, "traces": b"\n".join(traces)}
    assert {request.fault for request in wired.server.requests} >= set(KINDS)
    assert (wired.proxy.on_states, wired.proxy.on_tokens) == ([], [])
    assert b"CreditsLeft" in places["logs"]
    assert b"poll done" in places["logs"]
    assert b'"name": "secretsmanager"' in places["traces"]
    assert b"raw/states/" in places["events"]
    assert b"window_start" in places["state"]
    assert Search(wired.secrets).in_all(places) == {}
    assert Search(wired.secrets).in_files(wired.home) == {}
    experiment.found(
        "Can a secret of mine show in what the lake writes?",
        tried=f"{count} invocations of the deployed poller on moto's AWS, with the same faults and answers, logs at "
        "their most talkative; looked for in logs, metrics, traces, events, state table and bucket.",
        result="Nothing shows.",
    )
