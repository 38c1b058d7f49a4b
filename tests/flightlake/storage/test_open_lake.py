"""A folder becomes a lake by its marker, and by nothing else."""

from pathlib import Path

import pytest
from support.processes import finished, no_permission, run_python, start_python

from flightlake.errors import LakeNotFoundError, StorageError, UsageError
from flightlake.lake import Lake
from flightlake.ports import VersionedState
from flightlake.schema.tables.states import STATES
from flightlake.storage.open_lake import open_lake


def test_an_absent_folder_becomes_a_lake_when_asked(tmp_path: Path) -> None:
    address = str(tmp_path / "deep" / "lake")
    lake = open_lake(address, create=True)
    assert (tmp_path / "deep/lake/flightlake.json").read_text() == '{"flightlake": 1}\n'
    assert (lake.address, lake.root) == (address, tmp_path / "deep/lake")
    assert lake.store.uri("raw/") == f"{address}/raw/"


def test_an_empty_folder_becomes_a_lake_when_asked(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").touch()
    open_lake(str(tmp_path), create=True)
    assert (tmp_path / "flightlake.json").exists()


def test_a_lake_opens_again_with_what_it_holds(folder_lake: Lake) -> None:
    folder_lake.store.put_if_absent("raw/a.json", b"{}")
    folder_lake.catalog.create_table(STATES, "curated/states/")
    folder_lake.poll_state.save({"credits_left": 1}, expected_version=0)
    for create in (False, True):
        again = open_lake(folder_lake.address, create=create)
        assert again.store.get("raw/a.json") == b"{}"
        assert again.catalog.partitions(STATES) == {}
        assert again.poll_state.load() == VersionedState({"credits_left": 1}, 1)
    assert folder_lake.root is not None
    assert sorted(path.name for path in folder_lake.root.glob("[!.]*")) == [
        "catalog.json",
        "flightlake.json",
        "poll_state.json",
        "raw",
    ]


def test_a_relative_address_stays_where_it_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lake = open_lake("lake", create=True)
    monkeypatch.chdir("/")
    assert lake.store.put_if_absent("raw/a.json", b"{}") is True
    assert (tmp_path / "lake/raw/a.json").exists()


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert open_lake("~/lake", create=True).root == tmp_path / "lake"


@pytest.mark.parametrize("there", [True, False])
def test_no_lake_where_none_was_made_and_how_to_make_one(tmp_path: Path, there: bool) -> None:
    place = tmp_path / "my lake"
    if there:
        place.mkdir()
    with pytest.raises(LakeNotFoundError) as caught:
        open_lake(str(place))
    assert str(caught.value) == (
        f"{place} is not a lake: {'the folder is empty' if there else 'there is no such folder'}; make one with "
        f"`flightlake land --lake '{place}' FILE` or `flightlake poll --lake '{place}'`"
    )
    assert place.exists() is there


@pytest.mark.parametrize("create", [True, False])
def test_a_folder_of_other_things_is_never_taken_for_a_lake(tmp_path: Path, create: bool) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "taxes.ods").touch()
    with pytest.raises(LakeNotFoundError, match=r"it holds 2 other entries and no flightlake.json; name a lake"):
        open_lake(str(tmp_path), create=create)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letters", "taxes.ods"]


@pytest.mark.parametrize("create", [True, False])
def test_a_file_is_no_lake(tmp_path: Path, create: bool) -> None:
    (tmp_path / "lake").touch()
    with pytest.raises(LakeNotFoundError, match="it is a file; name a folder"):
        open_lake(str(tmp_path / "lake"), create=create)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "1", '{"flightlake": "1"}', '{"flightlake": 0}', '{"flightlake": true}']
)
def test_a_broken_marker_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "flightlake.json").write_text(text)
    with pytest.raises(StorageError, match=r"the marker flightlake.json of the lake .* is broken .*write"):
        open_lake(str(tmp_path), create=True)
    assert (tmp_path / "flightlake.json").read_text() == text


def test_a_lake_of_a_newer_format_asks_for_an_upgrade(tmp_path: Path) -> None:
    (tmp_path / "flightlake.json").write_text('{"flightlake": 3}')
    with pytest.raises(StorageError, match="has format 3, this program knows formats up to 2: upgrade flightlake"):
        open_lake(str(tmp_path))


@pytest.mark.parametrize("create", [True, False])
def test_a_lake_that_refuses_access_is_named(folder_lake: Lake, create: bool) -> None:
    assert folder_lake.root is not None
    with (
        no_permission(folder_lake.root),
        pytest.raises(StorageError, match="permission denied; ask the owner") as caught,
    ):
        open_lake(folder_lake.address, create=create)
    assert not isinstance(caught.value, LakeNotFoundError)


def test_a_lake_cannot_be_made_where_access_is_refused(tmp_path: Path) -> None:
    with (
        no_permission(tmp_path),
        pytest.raises(StorageError, match=f"{tmp_path}/lake.*permission denied; ask the owner"),
    ):
        open_lake(str(tmp_path / "lake"), create=True)


@pytest.mark.parametrize("address", ["", "gs://bucket/lake", "s3a://bucket/lake", "a\0b", "a\nb"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="is no address of a lake: give a folder or s3://bucket/prefix"):
        open_lake(address, create=True)


def test_many_processes_make_the_same_lake_at_once(tmp_path: Path) -> None:
    script = """
        import sys
        from flightlake.storage.open_lake import open_lake
        for number in range(30):
            lake = open_lake(f"{sys.argv[1]}/{number}", create=True)
            lake.store.put_if_absent(f"raw/{sys.argv[2]}.json", b"{}")
    """
    results = finished([start_python(script, tmp_path, name) for name in "abc"])
    assert [(status, errors) for status, _, errors in results] == [(0, "")] * 3


def test_a_lake_in_a_folder_opens_without_boto3() -> None:
    status, output, errors = run_python(
        """
        import sys, tempfile
        from flightlake.storage.open_lake import open_lake
        with tempfile.TemporaryDirectory() as folder:
            open_lake(folder, create=True)
        print([name for name in ("boto3", "botocore", "tenacity", "requests") if name in sys.modules])
        """
    )
    assert (status, output, errors) == (0, "[]\n", "")


def test_a_folder_cannot_keep_its_raw_zone_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "flightlake.json").write_text('{"flightlake": 2, "raw": "s3://raw-zone"}')
    with pytest.raises(StorageError, match="keeps its raw zone at s3://raw-zone, which only a lake in a bucket may"):
        open_lake(str(tmp_path))
