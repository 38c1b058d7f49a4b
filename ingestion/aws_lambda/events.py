"""EventBridge events for landed responses."""

import json
import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from flightlake.timestamps import timestamp_text
from ingestion.poll import Poll

EVENT_SOURCE = "flightlake"
INGESTED = "data.ingested"
"""Source and detail type of the event, by which EventBridge rules choose it."""

logger = logging.getLogger(__name__)


def send_ingested_event(poll: Poll, *, lake: str, bus: str, client: Any) -> bool:
    """Put a `data.ingested` event for a landed response on a bus; return whether the bus took it.

    A failure is logged and costs nothing else: the response has landed, and the next conversion finds it anyway.

    Args:
        poll: a poll with a response.
        lake: the lake's address.
        bus: name or ARN of the bus.
        client: boto3's client of EventBridge.
    """
    record = poll.record
    detail = {
        "lake": lake,
        "s3_key": record.raw_key,
        "source": record.source,
        "snapshot_at": timestamp_text(poll.response.snapshot_at) if poll.response else None,
        "row_count": record.row_count,
    }
    entry = {"EventBusName": bus, "Source": EVENT_SOURCE, "DetailType": INGESTED, "Detail": json.dumps(detail)}
    try:
        answer = client.put_events(Entries=[entry])
    except (ClientError, BotoCoreError) as exc:
        logger.exception("event not sent", extra={"key": record.raw_key, "bus": bus, "error": type(exc).__name__})
        return False
    is_taken = not answer.get("FailedEntryCount")
    if not is_taken:
        logger.error("event not taken", extra={"key": record.raw_key, "bus": bus, "entries": answer.get("Entries")})
    return is_taken
