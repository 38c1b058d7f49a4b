"""The lake as a Python user has it: its tables' verbs and queries."""

import shutil
import subprocess
import sys
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.query_engine import ROOT, declare_query_engine

import flightlake
from flightlake import Lake, open_lake
from flightlake.errors import FlightLakeError, StorageError, UsageError

FIRST, LAST = date(2026, 5, 8), date(2026, 5, 9)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A copy of a lake that an earlier release has made: two days, the second one rolled back."""
    shutil.copytree(ROOT / "tests" / "data" / "lake-0.1.0", tmp_path / "lake")
    return open_lake(str(tmp_path / "lake"))


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's query engine, installed."""
    (tmp_path / "site").mkdir()
    monkeypatch.syspath_prepend(declare_query_engine(tmp_path / "site"))


def test_importing_the_library_imports_no_module_of_it() -> None:
    code = "import sys, flightlake; print([name for name in sys.modules if name.startswith('flightlake.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_a_name_that_the_library_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lakes'"):
        _ = flightlake.lakes


def test_a_folder_is_no_remote_lake(lake: Lake) -> None:
    assert not lake.is_remote


def test_the_history_of_a_table_has_its_days_and_records(lake: Lake) -> None:
    states = lake.table("states")
    assert states.days() == [FIRST, LAST]
    assert [(record.day, record.kind) for record in states.history()] == [
        (FIRST, "build"),
        (LAST, "build"),
        (LAST, "build"),
        (LAST, "rollback"),
    ]
    assert len(states.history(LAST)) == 3
    with pytest.raises(StorageError, match=r"states has no commit on 2026-05-10; published days: 2026-05-08 to"):
        states.history(date(2026, 5, 10))


def test_only_tables_with_commits_are_published_tables(lake: Lake) -> None:
    with pytest.raises(UsageError, match="no table 'quality_scores' is published by commits; there are states, polls"):
        lake.table("quality_scores")


def test_an_older_commit_is_restored(lake: Lake) -> None:
    states = lake.table("states")
    newer = states.history(LAST)[1].commit
    assert states.restore(LAST).commit == newer
    assert states.history(LAST)[-1].kind == "rollback"


def test_a_vacuum_is_a_dry_run_unless_it_is_told_otherwise(lake: Lake) -> None:
    states = lake.table("states")
    found = states.vacuum(timedelta(0))
    assert len(found) == 3
    assert all(list(lake.store.list(commit.folder)) for commit in found)
    assert states.vacuum(timedelta(0), dry_run=False) == found
    assert not any(list(lake.store.list(commit.folder)) for commit in found)
    assert states.history(LAST)[-1].vacuumed


@pytest.mark.usefixtures("engine")
def test_a_query_gives_the_same_rows_each_time(lake: Lake) -> None:
    result = lake.query("select snapshot_date, count(*) as n from states group by snapshot_date order by 1")
    assert result.columns == ("snapshot_date", "n")
    assert result.rows == result.fetchall() == [(FIRST, 5), (LAST, 4)]


@pytest.mark.usefixtures("engine")
def test_a_query_of_the_project_takes_parameters(lake: Lake) -> None:
    assert lake.query("altitude_bands", {"flight_date": FIRST}).rows
    assert [row[0] for row in lake.query("show partitions states").rows] == [FIRST, LAST]
    with pytest.raises(UsageError, match="no query is named altitude_bend"):
        lake.query("altitude_bend")
    with pytest.raises(FlightLakeError):
        _ = lake.query("select cast(icao24 as integer) from states").rows


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("form", "library"), [("df", "pandas"), ("arrow", "pyarrow"), ("pl", "polars")])
def test_a_form_of_an_optional_library_says_what_to_install(lake: Lake, form: str, library: str) -> None:
    if find_spec(library) is not None:
        pytest.skip(f"{library} is installed")
    result = lake.query("select 1 as one")
    with pytest.raises(UsageError, match=rf"{form}\(\) needs {library}.*pip install {library}"):
        getattr(result, form)()


@pytest.mark.usefixtures("engine")
def test_the_example_in_the_readme_runs(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    section = (ROOT / "README.md").read_text().split("## From Python", 1)[1]
    example = section.split("```python\n", 1)[1].split("```", 1)[0]
    monkeypatch.chdir(Path(lake.address).parent)
    (Path(lake.address)).rename("my-lake")
    exec(compile(example, "README.md", "exec"), {})


def test_without_an_engine_a_query_says_what_to_install(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: ())
    with pytest.raises(UsageError, match="no query engine is installed"):
        lake.query("select 1")
