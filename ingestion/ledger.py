"""The poll ledger: one object for each scheduled poll, written once."""

import json
from datetime import datetime

from flightlake.errors import ObjectNotFoundError, StorageError
from flightlake.layout import poll_key
from flightlake.poll_record import PollRecord
from flightlake.ports import ObjectStore


def record_poll(store: ObjectStore, record: PollRecord) -> bool:
    """Write a poll's record and return True; return False, changing nothing, where this poll has one already.

    Raises:
        StorageError: the record could not be written.
    """
    body = json.dumps(record.to_document(), ensure_ascii=False, allow_nan=False)
    return store.put_if_absent(poll_key(record.scheduled_at, record.source), f"{body}\n".encode())


def recorded_poll(store: ObjectStore, *, scheduled_at: datetime, source: str) -> PollRecord | None:
    """Read the record of a poll; None where the ledger has no such record yet.

    Raises:
        StorageError: the record cannot be read, or is malformed.
    """
    key = poll_key(scheduled_at, source)
    try:
        return PollRecord.from_document(json.loads(store.get(key)))
    except ObjectNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as exc:
        raise StorageError(f"{key} is no record of a poll ({exc}); move it away") from exc
