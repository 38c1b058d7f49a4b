"""Names that point out of the lake: in keys, records, the catalog, the marker, statements and addresses."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import flightlake
from support.commits import log_of, published
from support.experiments import Experiment
from support.lakes import LakeBuilder, a_state
from support.vectors import DAY

from duckdb_engine.engine import Engine
from flightlake.errors import FlightLakeError, StorageError, UsageError
from flightlake.lake import Lake
from flightlake.layout import MARKER_KEY, record_key
from flightlake.schema.tables.states import STATES
from flightlake.storage.keys import is_key
from flightlake.storage.open_lake import open_lake
from flightlake.storage.open_s3_lake import AwsSettings, open_s3_lake

QUESTION = "Can a name in the lake's own files, or one that a user gives, reach out of the lake?"

OUTSIDE = (
    *("../../x", "../../x/", "..", "/etc/", "/", "~/x/", "./x/", "curated/../../x/", "curated//etc/", "s3://other/x/"),
    *("curated/states/../../../x/", "curated/states/snapshot_date=2026-05-08/../../../../x/commit=a/", "file:///etc/"),
    *("curated/../curated/snapshot_date=2026-05-08/commit=a/", "raw/states/", "commits/", "", "curated/states/", "\0"),
    *("curated/states/snapshot_date=2026-05-09/commit=a/", "curated/polls/snapshot_date=2026-05-08/commit=a/"),
    *("../x/curated/states/snapshot_date=2026-05-08/commit=a/", "curated/states/snapshot_date=2026-05-08/.a/"),
)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the lake, laid out as a commit's folder, with a file that is nobody's business."""
    folder = tmp_path / "x" / "snapshot_date=2026-05-08" / "commit=a"
    other = LakeBuilder(tmp_path / "other")
    (file,) = Path(tmp_path / "other", other.publish("states", [a_state(icao24="5ec7e7")])).glob("*.parquet")
    folder.mkdir(parents=True)
    shutil.copy(file, folder / "part.parquet")
    shutil.rmtree(tmp_path / "other")
    return tmp_path / "x"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def with_folder(lake: Lake, sequence: int, folder: str) -> None:
    """Rewrite a record of the log so that it names another folder for states."""
    path = Path(lake.store.uri(record_key("states", DAY, sequence)))
    document = json.loads(path.read_bytes())
    document["folders"]["states"] = folder
    path.write_text(json.dumps(document))


@pytest.mark.parametrize("folder", OUTSIDE)
def test_a_record_that_names_a_place_outside_of_its_table_and_day_is_refused(folder_lake: Lake, folder: str) -> None:
    published(folder_lake, "a", 1)
    published(folder_lake, "b", 2)
    with_folder(folder_lake, 1, folder)
    with pytest.raises(StorageError, match=r"00000001\.json: not a commit record .*folders: .* is no commit of 2026"):
        log_of(folder_lake).records(DAY)
    with_folder(folder_lake, 2, folder)
    for read in (log_of(folder_lake).days_behind, lambda: log_of(folder_lake).sync_catalog(DAY)):
        with pytest.raises(StorageError, match="folders"):
            read()
    assert folder_lake.catalog.partitions(STATES)[DAY] == "curated/states/snapshot_date=2026-05-08/commit=b/"


@pytest.mark.parametrize("key", ["../../x", "/etc/passwd", "raw/../../x", "catalog.json", "", "commits/a"])
def test_a_record_that_was_built_from_anything_but_raw_objects_is_refused(folder_lake: Lake, key: str) -> None:
    published(folder_lake, "a", 1)
    path = Path(folder_lake.store.uri(record_key("states", DAY, 1)))
    path.write_text(path.read_text().replace("raw/a", key))
    with pytest.raises(StorageError, match=r"raw_keys: .* is no key of the raw zone"):
        log_of(folder_lake).head(DAY)


def test_no_command_follows_a_record_out_of_the_lake(
    experiment: Experiment, folder_lake: Lake, outside: Path, tmp_path: Path
) -> None:
    for sequence, commit in enumerate("abc", start=1):
        published(folder_lake, commit, sequence)
    with_folder(folder_lake, 1, "../../x/snapshot_date=2026-05-08/commit=a/")
    before = files_of(tmp_path)
    for command, *arguments in (("vacuum", "--older-than-days", 0), ("rollback", "--date", DAY, "--to", "a")):
        status, output, errors = flightlake(command, "--lake", folder_lake.address, *arguments)
        assert (status, output) == (1, ""), command
        assert "00000001.json: not a commit record" in errors
        assert "Traceback" not in errors
    assert files_of(tmp_path) == before
    with_folder(folder_lake, 3, "../../x/snapshot_date=2026-05-08/commit=a/")
    before = files_of(tmp_path)
    for command in ("verify", "convert", "report"):
        where = ("--out", tmp_path / "report.html") if command == "report" else ()
        status, output, errors = flightlake(command, "--lake", folder_lake.address, *where)
        assert "Traceback" not in errors
        assert (status, "00000003.json: not a commit record" in errors + output) == (1, True), (command, output, errors)
    assert files_of(tmp_path) == before
    experiment.found(
        QUESTION,
        tried=f"{len(OUTSIDE)} folders such as `../../x/` in commit records, in the catalog and as keys; five "
        "commands on a record that names a folder outside",
        result="Each is refused with the record's name; nothing outside is read, moved or deleted.",
    )


@pytest.mark.parametrize("folder", OUTSIDE)
def test_a_query_follows_no_pointer_out_of_the_lake(tmp_path: Path, outside: Path, folder: str) -> None:
    builder = LakeBuilder(tmp_path / "lake")
    builder.publish("states", [a_state()])
    for place in (folder, f"{folder}snapshot_date=2026-05-08/commit=a/"):
        catalog = json.loads((builder.root / "catalog.json").read_text())
        catalog["tables"]["states"]["partitions"][DAY.isoformat()] = place
        (builder.root / "catalog.json").write_text(json.dumps(catalog))
        with Engine(open_lake(str(builder.root))) as engine, pytest.raises(StorageError):
            engine.query("select icao24 from states")


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x/part", "{outside}/snapshot_date=2026-05-08/commit=a/part.parquet"]
)
@pytest.mark.parametrize("reader", ["read_text", "read_csv", "read_json", "read_parquet", "read_blob", "glob"])
def test_a_statement_reads_no_file(tmp_path: Path, outside: Path, reader: str, name: str) -> None:
    builder = LakeBuilder(tmp_path / "lake")
    path = name.format(outside=outside)
    for statement in (f"select * from {reader}('{path}')", f"select * from '{path}'", f'select * from "{path}"'):
        with Engine(builder.lake) as engine, pytest.raises(FlightLakeError):
            engine.query(statement)


@pytest.mark.parametrize("key", [*OUTSIDE, "a/../b", "a\\..\\b\n", ".hidden", "a/.b", "a//b", "raw/\u202e/x", "\ud800"])
def test_no_key_leaves_the_folder(folder_lake: Lake, outside: Path, key: str) -> None:
    store, before = folder_lake.store, files_of(outside)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: store.get(key.rstrip("/")),
        lambda: store.delete([key]),
        lambda: list(store.list(f"{key}/")),
        lambda: store.make_durable(f"{key}/"),
    )
    for attempt in attempts if not is_key(key.rstrip("/")) else ():
        with pytest.raises(StorageError):
            attempt()
    if not is_key(key):
        with pytest.raises(StorageError, match="is no key of an object"):
            store.put_if_absent(key, b"")
    assert files_of(outside) == before


@pytest.mark.parametrize("raw", ["../../x", "/etc", "s3://other/raw", "file:///etc", ""])
def test_a_folder_lake_has_no_raw_zone_elsewhere(folder_lake: Lake, raw: str) -> None:
    assert folder_lake.root is not None
    (folder_lake.root / MARKER_KEY).write_text(json.dumps({"flightlake": 2, "raw": raw}))
    with pytest.raises(StorageError, match="keeps its raw zone at"):
        open_lake(folder_lake.address)


@pytest.mark.parametrize(
    "address", ["s3://bucket/a/../../b", "s3://bucket/..", "s3://../b", "s3:///x", "s3://b/.x", "s3:"]
)
def test_an_address_of_a_bucket_leads_nowhere_else(address: str) -> None:
    settings = AwsSettings.from_environment({})
    with pytest.raises(UsageError, match="is no address of a lake"):
        open_s3_lake(address, settings)


@pytest.mark.parametrize("address", ["", "file:///etc", "http://x/y", "a\nb", "\0"])
def test_what_is_no_path_is_no_address(address: str) -> None:
    with pytest.raises(UsageError, match="is no address of a lake"):
        open_lake(address, create=True)
