"""The poll state of a lake on AWS: one item of a DynamoDB table, changed by conditional writes."""

import json
import time
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from flightlake.errors import ConflictError, StorageError
from flightlake.ports import VersionedState
from flightlake.storage.aws_errors import aws_errors, code_of

PARTITION_KEY = "poller_id"
"""The table's partition key, a string; there is no sort key."""

EXPIRY_ATTRIBUTE = "expires_at"
"""Unix seconds after which DynamoDB may delete an item, where its table is told to."""

_KEPT_S = 90 * 24 * 3600
"""How long the state of pollers that have stopped is kept: far beyond any budget's window or cooldown."""


class DynamoDbPollState:
    """A document and its version in one item, for pollers anywhere."""

    def __init__(self, table_name: str, client: Any, poller_id: str) -> None:
        """Take a boto3 DynamoDB client and the id of the pollers that share this state."""
        self._table_name = table_name
        self._client = client
        self._key = {PARTITION_KEY: {"S": poller_id}}
        self._place = f"the poll state {poller_id} in the DynamoDB table {table_name}"

    def load(self) -> VersionedState:
        """Return the stored document, or an empty one of version 0."""
        with aws_errors("read", self._place):
            answer = self._client.get_item(TableName=self._table_name, Key=self._key, ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            return VersionedState({}, 0)
        try:
            return VersionedState(dict(json.loads(item["document"]["S"])), int(item["version"]["N"]))
        except (ValueError, TypeError, KeyError) as error:
            raise StorageError(
                f"{self._place} is not what a poller writes ({type(error).__name__}: {error}); "
                "delete the item to start anew, then credits spent today and a cooldown under way are forgotten"
            ) from error

    def save(self, document: dict[str, Any], *, expected_version: int) -> None:
        """Store the document as the next version.

        Raises:
            ConflictError: the stored version is not the expected one; load again and decide anew.
        """
        save_id = {"S": uuid4().hex}
        item = {
            **self._key,
            "version": {"N": str(expected_version + 1)},
            "document": {"S": json.dumps(document, allow_nan=False)},
            "save_id": save_id,
            EXPIRY_ATTRIBUTE: {"N": str(int(time.time()) + _KEPT_S)},
        }
        with aws_errors("write", self._place):
            try:
                self._client.put_item(TableName=self._table_name, Item=item, **_only_if(expected_version))
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                stored = error.response.get("Item", {})
                # Where the answer to a write is lost, boto3 sends it again and meets its own first write.
                if stored.get("save_id") != save_id:
                    raise self._conflict(stored, expected_version) from error

    def _conflict(self, stored: dict[str, Any], expected_version: int) -> ConflictError:
        version = stored.get("version", {}).get("N", "0")
        return ConflictError(
            f"{self._place} is at version {version}, not {expected_version}: "
            "another poller saved first; load it again and decide anew"
        )


def _only_if(expected_version: int) -> dict[str, Any]:
    """Return the arguments that make `put_item` depend on the stored version, and its refusal name the stored item."""
    if expected_version == 0:
        condition: dict[str, Any] = {"ConditionExpression": f"attribute_not_exists({PARTITION_KEY})"}
    else:
        condition = {
            "ConditionExpression": "#version = :expected",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":expected": {"N": str(expected_version)}},
        }
    return {**condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
