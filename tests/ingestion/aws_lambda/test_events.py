import json
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from support.aws import Aws
from support.polling import NOON, NOON_S, a_body

from flightlake.opensky.decoder import parse_response
from flightlake.poll_record import PollRecord
from ingestion.aws_lambda.events import send_ingested_event
from ingestion.poll import Poll

RECORD = PollRecord(NOON, NOON, "landed", None, "http://source.test", 4, 3_996, 1, "raw/states/a")
POLL = Poll(RECORD, parse_response(a_body(NOON_S)))


def bus_with_queue(aws: Aws) -> str:
    """Make a bus whose `data.ingested` events reach a queue; return the queue's address."""
    events, sqs = aws.client("events"), aws.client("sqs")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["flightlake"], "detail-type": ["data.ingested"]}
    events.create_event_bus(Name="lake")
    events.put_rule(Name="told", EventBusName="lake", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="told", EventBusName="lake", Targets=[{"Id": "queue", "Arn": arn}])
    return str(url)


def test_a_landed_response_is_told_with_its_key(aws: Aws) -> None:
    url = bus_with_queue(aws)
    assert send_ingested_event(POLL, lake="s3://a-lake", bus="lake", client=aws.client("events"))
    (message,) = aws.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["detail"] == {
        "lake": "s3://a-lake",
        "s3_key": "raw/states/a",
        "source": "http://source.test",
        "snapshot_at": "2026-05-08T12:00:00.000000Z",
        "row_count": 1,
    }


class RefusingBus:
    """A bus that takes the request and not the entry."""

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  boto3's name
        return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}


def test_an_event_that_is_not_taken_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    assert not send_ingested_event(POLL, lake="s3://a-lake", bus="lake", client=RefusingBus())
    assert "event not taken" in caplog.text


def test_a_bus_that_cannot_be_reached_costs_no_poll(aws: Aws, caplog: pytest.LogCaptureFixture) -> None:
    client = aws.client("events")
    client.meta.events.register("before-send.events.PutEvents", lambda **_: fail())
    assert not send_ingested_event(POLL, lake="s3://a-lake", bus="lake", client=client)
    assert "event not sent" in caplog.text


def fail() -> None:
    raise EndpointConnectionError(endpoint_url="http://nowhere.test")
