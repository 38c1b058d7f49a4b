"""The contract of the poll state, run over every adapter."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from support.aws import Aws
from support.dynamodb_local import dynamodb_local

from flightlake.errors import ConflictError
from flightlake.ports import PollState, VersionedState
from flightlake.storage.dynamodb_state import DynamoDbPollState
from flightlake.storage.file_state import FilePollState

DOCUMENT: dict[str, Any] = {
    "credits_left": 3_996,
    "cooldown_until": None,
    "failures": [1.5, True, "naïve"],
    "nested": {"": {}},
}


@pytest.fixture(scope="session")
def _real_dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dynamodb_local(tmp_path_factory.mktemp("dynamodb")) as endpoint:
        yield endpoint


_REAL = pytest.param("real dynamodb", marks=pytest.mark.slow)


@pytest.fixture(params=["file", "dynamodb", _REAL])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], PollState]:
    """Open the same state again and again, as pollers do one after another."""
    if request.param == "file":
        return lambda: FilePollState(tmp_path / "lake" / "poll_state.json")
    if request.param == "dynamodb":
        aws: Aws = request.getfixturevalue("aws")
    else:
        aws = Aws(request.getfixturevalue("_real_dynamodb"))
    table = aws.make_poll_state_table(f"poll-state-{uuid4().hex}")
    return lambda: DynamoDbPollState(table, aws.client("dynamodb"), "s3://a-lake/")


def test_nothing_stored_is_an_empty_document_of_version_0(opened: Callable[[], PollState]) -> None:
    assert opened().load() == VersionedState({}, 0)


def test_a_saved_document_comes_back_as_the_next_version(opened: Callable[[], PollState]) -> None:
    opened().save(DOCUMENT, expected_version=0)
    assert opened().load() == VersionedState(DOCUMENT, 1)
    opened().save({"credits_left": 0}, expected_version=1)
    assert opened().load() == VersionedState({"credits_left": 0}, 2)
    opened().save({}, expected_version=2)
    assert opened().load() == VersionedState({}, 3)


@pytest.mark.parametrize("expected_version", [0, 2])
def test_a_save_on_another_version_changes_nothing(opened: Callable[[], PollState], expected_version: int) -> None:
    opened().save(DOCUMENT, expected_version=0)
    with pytest.raises(ConflictError, match=f"is at version 1, not {expected_version}: another poller saved first"):
        opened().save({"late": True}, expected_version=expected_version)
    assert opened().load() == VersionedState(DOCUMENT, 1)


def test_a_save_on_a_version_of_a_state_that_is_gone_is_refused(opened: Callable[[], PollState]) -> None:
    with pytest.raises(ConflictError, match="is at version 0, not 3"):
        opened().save(DOCUMENT, expected_version=3)
    assert opened().load() == VersionedState({}, 0)


# Not moto: it checks a condition and writes in two steps, between which another thread of its server may write.
@pytest.mark.parametrize("opened", ["file", _REAL], indirect=True)
def test_of_racing_pollers_none_loses_a_credit(opened: Callable[[], PollState]) -> None:
    def spend_five_credits(_: int) -> None:
        spent = 0
        while spent < 5:
            state = opened().load()
            try:
                opened().save({"spent": state.document.get("spent", 0) + 1}, expected_version=state.version)
            except ConflictError:
                continue
            spent += 1

    with ThreadPoolExecutor(4) as pollers:
        list(pollers.map(spend_five_credits, range(4)))
    assert opened().load() == VersionedState({"spent": 20}, 20)
