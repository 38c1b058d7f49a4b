"""What DynamoDB can do to the poll state: lost answers, foreign items, refusals."""

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from support.aws import POLL_STATE_TABLE, Aws

from flightlake.errors import StorageError
from flightlake.ports import VersionedState
from flightlake.storage.dynamodb_state import DynamoDbPollState


@pytest.fixture
def client(aws: Aws) -> Any:
    aws.make_poll_state_table()
    return aws.client("dynamodb")


@pytest.fixture
def state(client: Any) -> DynamoDbPollState:
    return DynamoDbPollState(POLL_STATE_TABLE, client, "s3://a-lake/")


def test_pollers_of_different_lakes_have_different_states(state: DynamoDbPollState, client: Any) -> None:
    state.save({"credits_left": 1}, expected_version=0)
    assert DynamoDbPollState(POLL_STATE_TABLE, client, "s3://another-lake/").load() == VersionedState({}, 0)


def test_a_state_is_read_as_it_is_now(state: DynamoDbPollState, client: Any) -> None:
    with Stubber(client) as stubber:
        request = {
            "TableName": POLL_STATE_TABLE,
            "Key": {"poller_id": {"S": "s3://a-lake/"}},
            "ConsistentRead": True,
        }
        stubber.add_response("get_item", {}, request)
        assert state.load() == VersionedState({}, 0)


def test_a_save_whose_answer_was_lost_is_no_conflict(state: DynamoDbPollState, client: Any) -> None:
    sent: list[str] = []

    def lose_first_answer(request: Any, **_: Any) -> None:
        sent.append(request.url)
        if len(sent) == 1:
            assert URLLib3Session().send(request).status_code == 200
            raise ConnectionClosedError(endpoint_url=request.url)

    client.meta.events.register("before-send.dynamodb.PutItem", lose_first_answer)
    state.save({"credits_left": 1}, expected_version=0)
    assert len(sent) == 2
    assert state.load() == VersionedState({"credits_left": 1}, 1)


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"version": {"N": "1"}},
        {"version": {"N": "1"}, "document": {"S": "{"}},
        {"version": {"N": "1"}, "document": {"S": "1"}},
        {"version": {"N": "1"}, "document": {"N": "1"}},
        {"version": {"S": "one"}, "document": {"S": "{}"}},
    ],
)
def test_an_item_that_no_poller_wrote_is_named(state: DynamoDbPollState, client: Any, item: dict[str, Any]) -> None:
    client.put_item(TableName=POLL_STATE_TABLE, Item={"poller_id": {"S": "s3://a-lake/"}, **item})
    with pytest.raises(
        StorageError, match=f"s3://a-lake/ in the DynamoDB table {POLL_STATE_TABLE} is not what a poller"
    ):
        state.load()


def test_a_table_that_does_not_exist_is_named(aws: Aws) -> None:
    state = DynamoDbPollState("absent", aws.client("dynamodb"), "s3://a-lake/")
    with pytest.raises(StorageError, match=r"cannot read .* in the DynamoDB table absent: ResourceNotFoundException"):
        state.load()
    with pytest.raises(StorageError, match=r"cannot write .* in the DynamoDB table absent: ResourceNotFoundException"):
        state.save({}, expected_version=0)
