"""The poll ledger: one record of every scheduled poll and its fate."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, Self, get_args

from ingestion.instants import instant_text, parse_instant, parse_optional_instant
from lake.errors import ObjectNotFoundError, StorageError
from lake.layout import poll_key
from lake.ports import ObjectStore

Fate = Literal["landed", "duplicate", "skipped_budget", "skipped_cooldown", "skipped_breaker", "failed"]

FATES: tuple[Fate, ...] = get_args(Fate)
"""Every fate of a poll; `polls.fate` holds one of them."""


@dataclass(frozen=True)
class PollRecord:
    """One scheduled poll: the columns of the table `polls`, without its partition."""

    scheduled_at: datetime
    polled_at: datetime | None
    fate: Fate
    reason: str | None
    source: str
    credits_spent: int
    credits_left: int | None
    row_count: int | None
    raw_key: str | None

    def to_document(self) -> dict[str, Any]:
        """Return the record in JSON's types; instants as ISO 8601, UTC."""
        return asdict(self) | {
            "scheduled_at": instant_text(self.scheduled_at),
            "polled_at": instant_text(self.polled_at),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        """Return the record that `to_document` wrote.

        Raises:
            TypeError, ValueError, KeyError: the document is not one.
        """
        instants = {
            "scheduled_at": parse_instant(document["scheduled_at"]),
            "polled_at": parse_optional_instant(document["polled_at"]),
        }
        if document["fate"] not in FATES:
            raise ValueError(f"fate {document['fate']!r}")
        return cls(**(document | instants))


def record_poll(store: ObjectStore, record: PollRecord) -> bool:
    """Write a poll's record; return False, changing nothing, where this poll has one already.

    Raises:
        StorageError: the record could not be written.
    """
    body = json.dumps(record.to_document(), ensure_ascii=False, allow_nan=False)
    return store.put_if_absent(poll_key(record.scheduled_at, record.source), f"{body}\n".encode())


def recorded_poll(store: ObjectStore, *, scheduled_at: datetime, source: str) -> PollRecord | None:
    """Return the record of a poll; None where it has none yet.

    Raises:
        StorageError: the record cannot be read, or is none.
    """
    key = poll_key(scheduled_at, source)
    try:
        return PollRecord.from_document(json.loads(store.get(key)))
    except ObjectNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as exc:
        raise StorageError(f"{key} is no record of a poll ({exc}); move it away") from exc
