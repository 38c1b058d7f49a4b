"""The smoke test on a stack in moto; only the Lambda function is stubbed."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import requests
from botocore.response import StreamingBody
from botocore.stub import Stubber
from rich.console import Console
from support.aws import Aws
from support.deployed import deploy

from flightlake.layout import gzipped, raw_states_key
from flightlake.storage.open_lake import open_lake
from infra import smoke
from infra.plan.recorder import Recording
from infra.smoke import CHECKS, Stack, run_checks


@pytest.fixture
def recording(record_stack: Callable[..., Recording], aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Recording:
    made = record_stack("dev")
    deploy(made, aws)
    glue = aws.client("glue")
    for export in ("convertJob", "verifyJob", "vacuumJob"):
        glue.create_job(Name=made.exports[export], Role="r", Command={"Name": "glueetl", "ScriptLocation": "s3://x/y"})
    queue = aws.client("sqs").get_queue_url(QueueName="flightlake-dev-dead-letters")["QueueUrl"]
    made.exports["deadLetterQueue"] = queue
    rows = [{"Data": [{"VarCharValue": "snapshot_date"}, {"VarCharValue": "score"}]}]
    rows.append({"Data": [{"VarCharValue": "2026-05-08"}, {"VarCharValue": "99.2"}]})
    answer = {"results": [{"rows": rows, "column_info": []}]}
    requests.post(f"{aws.endpoint}/moto-api/static/athena/query-results", json=answer, timeout=10).raise_for_status()
    return made


def stack_that_answers(recording: Recording, summary: dict[str, Any]) -> Stack:
    """Return the stack with a function that gives this summary."""

    def client(service: str) -> Any:
        made = boto3.client(service)
        if service == "lambda":
            body = json.dumps(summary).encode()
            stubber = Stubber(made)
            stubber.add_response("invoke", {"Payload": StreamingBody(io.BytesIO(body), len(body))})
            stubber.activate()
        return made

    return Stack(recording.exports, client)


def land(recording: Recording, at: datetime) -> None:
    body = json.dumps({"time": int(at.timestamp()), "states": []}).encode()
    lake = open_lake(recording.exports["lake"])
    lake.store.put_if_absent(raw_states_key(at, body), gzipped(body))


TESTED = {"status": "tested", "records_processed": 80, "data_quality_score": 99.1}


def test_a_working_stack_passes_every_check(recording: Recording) -> None:
    land(recording, datetime.now(UTC))
    checks = list(run_checks(stack_that_answers(recording, TESTED)))
    assert [(check.name, check.finding) for check in checks if not check.passed] == []
    assert len(checks) == len(CHECKS) == 7
    findings = {check.name: check.finding for check in checks}
    assert findings["the poller reaches the source"] == "80 aircraft, quality 99.1 %"
    assert findings["athena answers"] == "the newest published day is 2026-05-08, quality 99.2 %"
    assert findings["tables are in the catalog"] == "9 tables and views"


def test_each_fault_is_named_and_does_not_stop_the_other_checks(recording: Recording, aws: Aws) -> None:
    land(recording, datetime.now(UTC) - timedelta(minutes=30))
    aws.client("glue").delete_table(DatabaseName="flightlake_dev", Name="polls")
    aws.client("sqs").send_message(QueueUrl=recording.exports["deadLetterQueue"], MessageBody="{}")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="flightlake-dev-poll-failures", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1
    )
    aws.client("cloudwatch").set_alarm_state(
        AlarmName="flightlake-dev-poll-failures", StateValue="ALARM", StateReason="a test"
    )
    del recording.exports["workgroup"]
    checks = list(run_checks(stack_that_answers(recording, {"status": "failed"})))
    failed = {check.name: check.finding for check in checks if not check.passed}
    assert failed["the poller reaches the source"].startswith('the poller answered {"status": "failed"}')
    assert failed["responses are fresh"].startswith("no fresh response: the newest is of ")
    assert failed["tables are in the catalog"] == "the catalog lacks polls; run `pulumi up` again"
    assert failed["athena answers"] == "the stack does not export 'workgroup': deploy it with this version"
    assert failed["no trigger is lost"].startswith("1 dead letters in ")
    assert failed["no alarm is raised"] == "raised: flightlake-dev-poll-failures; each description names its runbook"
    assert [check.name for check in checks if check.passed] == ["jobs run"]


def test_without_exports_it_says_how_they_are_had() -> None:
    console = Console(file=io.StringIO(), width=200)
    assert smoke.main(io.StringIO(""), console) == 2
    assert "pulumi stack output --json --stack NAME" in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("recording")
def test_its_table_names_what_failed(recording: Recording) -> None:
    console = Console(file=io.StringIO(), width=200)
    assert smoke.main(io.StringIO(json.dumps(recording.exports)), console) == 1
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "failed" in text
    assert "tables are in the catalog" in text
