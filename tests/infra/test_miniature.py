"""A deployment in miniature, from a schedule's message to a query result, on moto, the simulator and real Spark.

boto3 makes the recorded resources; the real handler takes the real message; the real job runs by `spark-submit` with
S3A, Hadoop's S3 client, against moto. Then everything but the raw bucket is lost, and comes back.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from support.aws import Aws
from support.commands import flightlake
from support.deployed import deploy, make_catalog
from support.engines import engine
from support.pulumi import pulumi_that_exports
from support.spark_submit import spark_submit

from flightlake.commits.log import CommitLog
from flightlake.schema.tables.registry import CURATED_TABLES
from flightlake.storage.open_lake import open_lake
from infra.plan.recorder import Recording
from simulator.server import SimulatorServer
from simulator.sky import Sky

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HANDLE = """
import json, sys
from ingestion.aws_lambda.handler import lambda_handler
class Context:
    aws_request_id = "an-execution"; function_name = "poller"; memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:poller"
print("SUMMARY " + json.dumps(lambda_handler(json.load(sys.stdin), Context())))
"""


def test_from_a_schedules_message_to_an_answered_query_and_back_after_a_loss(
    record_stack: Callable[..., Recording], aws: Aws, tmp_path: Path
) -> None:
    recording = record_stack("dev", box="", tier="licensed")
    deploy(recording, aws)
    with SimulatorServer(Sky(seed=5, start=datetime.now(UTC), aircraft_count=120)) as server:
        environment = {
            **aws.environment,
            **recording.exports["environment"],
            "FLIGHTLAKE_SOURCE_URL": server.url,
            "FLIGHTLAKE_EVENT_BUS": "default",
            "POWERTOOLS_TRACE_DISABLED": "1",
        }
        summary = poll(recording, aws, environment)
    assert summary["status"] == "landed"
    raw = f"s3://flightlake-dev-raw-111122223333-us-east-1/{summary['s3_key']}"
    assert objects(aws, raw)

    convert(recording, aws, tmp_path, environment)
    before = content(recording, environment)
    assert before["rows"] > 50

    pulumi = pulumi_that_exports(tmp_path, recording.exports)
    status, output, errors = flightlake(
        "query",
        "select count(*) from flight_data_processed",
        "--stack",
        "dev",
        "--format",
        "json",
        environment={**aws.environment, **pulumi},
    )
    assert (status, json.loads(output)["rows"]) == (0, [[before["rows"]]]), errors
    ask_athena(recording, aws)

    lose_everything_but_raw(recording, aws)
    make_catalog(recording, aws)
    convert(recording, aws, tmp_path, environment)
    assert content(recording, environment) == before


def poll(recording: Recording, aws: Aws, environment: dict[str, str]) -> dict[str, Any]:
    """Send what the schedule would send, take it as Lambda would, and hand it to the handler."""
    sqs = aws.client("sqs")
    target = recording.named("aws:scheduler/schedule:Schedule", "poll-30s-later").inputs["target"]
    now = datetime.now(UTC) - timedelta(seconds=30)
    message = json.loads(target["input"].replace("<aws.scheduler.scheduled-time>", f"{now:%Y-%m-%dT%H:%M:%SZ}"))
    queue = sqs.get_queue_url(QueueName=message["QueueUrl"].rpartition("/")[2])["QueueUrl"]
    # Without the delay: what is tested waits for nothing.
    sqs.send_message(QueueUrl=queue, MessageBody=message["MessageBody"])
    (received,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    event = {"Records": [{"body": received["Body"], "attributes": {}, "messageId": received["MessageId"]}]}
    done = subprocess.run(
        [sys.executable, "-c", HANDLE],
        cwd=ROOT,
        env={**os.environ, **environment},
        input=json.dumps(event),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("SUMMARY ")]
    summary: dict[str, Any] = json.loads(line.removeprefix("SUMMARY "))
    return summary


def convert(recording: Recording, aws: Aws, tmp_path: Path, environment: dict[str, str]) -> None:
    """Run the job with the arguments that were deployed."""
    arguments = recording.named("aws:glue/job:Job", "convert").inputs["defaultArguments"]
    own = [text for key in ("--lake", "--database", "--min_quality") for text in (key, arguments[key])]
    options = {
        "spark.jars": ",".join(str(jar) for jar in engine("s3a").glob("*.jar")),
        "spark.hadoop.fs.s3a.endpoint": aws.endpoint,
        "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
        "spark.hadoop.fs.s3a.access.key": "testing",
        "spark.hadoop.fs.s3a.secret.key": "testing",
        "spark.hadoop.fs.s3a.aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
    }
    settings = [text for key, value in options.items() for text in ("--conf", f"{key}={value}")]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        status, output = spark_submit(*settings, ROOT / "glue_jobs" / "jobs" / "convert_states.py", *own, cwd=tmp_path)
    assert status == 0, output[-4000:]


def content(recording: Recording, environment: dict[str, str]) -> dict[str, Any]:
    """Return rows and checksum of what readers see."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        lake = open_lake(recording.exports["lake"])
        log = CommitLog("states", CURATED_TABLES, lake.store, lake.catalog)
        heads = [head for day in log.days() if (head := log.head(day)) is not None]
        assert {head.day for head in heads} == set(lake.catalog.partitions(CURATED_TABLES[-1]))
    return {
        "rows": sum(head.counts.curated for head in heads),
        "checksums": [head.content_checksum for head in heads],
    }


def ask_athena(recording: Recording, aws: Aws) -> None:
    """Ask a saved query in the stack's workgroup, as a user does; moto returns the result that it was given."""
    rows = {"rows": [{"Data": [{"VarCharValue": "1"}]}], "column_info": []}
    answer = {"results": [{"rows": rows["rows"], "column_info": rows["column_info"]}]}
    requests.post(f"{aws.endpoint}/moto-api/static/athena/query-results", json=answer, timeout=10).raise_for_status()
    athena = aws.client("athena")
    workgroup = recording.exports["workgroup"]
    (saved, *_) = athena.list_named_queries(WorkGroup=workgroup)["NamedQueryIds"]
    query = athena.get_named_query(NamedQueryId=saved)["NamedQuery"]
    asked = athena.start_query_execution(
        QueryString=query["QueryString"],
        WorkGroup=workgroup,
        QueryExecutionContext={"Database": query["Database"]},
    )["QueryExecutionId"]
    found = athena.get_query_execution(QueryExecutionId=asked)["QueryExecution"]
    assert found["Status"]["State"] == "SUCCEEDED"
    assert found["WorkGroup"] == workgroup


def lose_everything_but_raw(recording: Recording, aws: Aws) -> None:
    """Delete catalog, tables and commit records."""
    s3, bucket = aws.client("s3"), recording.exports["lake"].removeprefix("s3://")
    for prefix in ("curated/", "commits/"):
        for found in objects(aws, f"s3://{bucket}/{prefix}"):
            s3.delete_object(Bucket=bucket, Key=found)
    aws.client("glue").delete_database(Name="flightlake_dev")


def objects(aws: Aws, address: str) -> list[str]:
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    listed = aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for entry in listed.get("Contents", [])]
