"""The poll state's file: readable, and honest where it is broken."""

import json
from pathlib import Path

import pytest
from support.processes import no_permission

from flightlake.errors import StorageError
from flightlake.storage.file_state import FilePollState


def test_the_file_is_json_for_people(tmp_path: Path) -> None:
    FilePollState(tmp_path / "poll_state.json").save({"credits_left": 3996}, expected_version=0)
    text = (tmp_path / "poll_state.json").read_text()
    assert json.loads(text) == {"version": 1, "document": {"credits_left": 3996}}
    assert text.endswith("}\n")
    assert text.count("\n") == 6


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 1}',
        '{"version": 0, "document": {}}',
        '{"version": true, "document": {}}',
        '{"version": "1", "document": {}}',
        '{"version": 1, "document": []}',
    ],
)
def test_a_broken_file_is_named_with_the_way_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "poll_state.json"
    path.write_text(text)
    with pytest.raises(StorageError, match=f"the poll state {path} is not what a poller writes .*delete it"):
        FilePollState(path).load()
    with pytest.raises(StorageError, match="is not what a poller writes"):
        FilePollState(path).save({}, expected_version=0)
    assert path.read_text() == text


def test_a_folder_that_refuses_access_is_named(tmp_path: Path) -> None:
    state = FilePollState(tmp_path / "poll_state.json")
    with no_permission(tmp_path):
        with pytest.raises(StorageError, match=r"cannot read .*poll_state.json: permission denied"):
            state.load()
        with pytest.raises(StorageError, match=r"cannot write .*poll_state.json: permission denied"):
            state.save({}, expected_version=0)
