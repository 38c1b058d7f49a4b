import json
from datetime import timedelta
from typing import Any

import pytest
from support.polling import NOON, keys_of

from flightlake.errors import StorageError
from flightlake.lake import Lake
from flightlake.layout import poll_key
from flightlake.poll_record import OUTCOMES, PollRecord
from flightlake.schema.tables.polls import POLLS
from ingestion.ledger import record_poll, recorded_poll

RECORD = PollRecord(
    scheduled_at=NOON,
    polled_at=NOON + timedelta(microseconds=1_250),
    outcome="landed",
    reason=None,
    source="http://source.test/api/states/all",
    credits_spent=4,
    credits_left=3_996,
    row_count=9_012,
    raw_key="raw/states/a",
)


def test_a_record_holds_the_columns_of_the_table_and_nothing_else(folder_lake: Lake) -> None:
    assert record_poll(folder_lake.store, RECORD)
    (key,) = keys_of(folder_lake.store, "raw/polls/")
    assert key == poll_key(NOON, RECORD.source)
    document = json.loads(folder_lake.store.get(key))
    assert list(document) == [column.name for column in POLLS.columns]
    assert document["scheduled_at"] == "2026-05-08T12:00:00.000000Z"
    assert document["polled_at"] == "2026-05-08T12:00:00.001250Z"


def test_a_poll_has_one_record(folder_lake: Lake) -> None:
    assert record_poll(folder_lake.store, RECORD)
    assert not record_poll(folder_lake.store, RECORD)
    assert recorded_poll(folder_lake.store, scheduled_at=NOON, source=RECORD.source) == RECORD


def test_a_poll_of_another_time_or_source_has_none(folder_lake: Lake) -> None:
    record_poll(folder_lake.store, RECORD)
    later = NOON + timedelta(milliseconds=1)
    assert recorded_poll(folder_lake.store, scheduled_at=later, source=RECORD.source) is None
    assert recorded_poll(folder_lake.store, scheduled_at=NOON, source="http://other.test") is None


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"scheduled_at": 5}', {"outcome": "lost"}, {"extra": 1}])
def test_a_damaged_record_is_named(folder_lake: Lake, damage: Any) -> None:
    stored = json.dumps(RECORD.to_document() | damage).encode() if isinstance(damage, dict) else damage
    key = poll_key(NOON, RECORD.source)
    folder_lake.store.put_if_absent(key, stored)
    with pytest.raises(StorageError, match=f"{key} is no record of a poll"):
        recorded_poll(folder_lake.store, scheduled_at=NOON, source=RECORD.source)


def test_the_fates_are_those_of_the_table() -> None:
    meaning = POLLS.column("outcome").meaning
    assert all(outcome in meaning for outcome in OUTCOMES)
    assert len(OUTCOMES) == 6
