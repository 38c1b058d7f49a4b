"""The Glue jobs' library in use: one script, the archive by --py-files, and this checkout out of reach."""

import shutil
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest
from support.glue import GLUE_ARGUMENTS, awsglue_folder
from support.spark_submit import spark_submit
from support.vectors import DAY, body, landed, vector

from flightlake.commits.log import CommitLog
from flightlake.commits.record import DayCounts
from flightlake.publishing.registry import STATES_LOG
from flightlake.storage.open_lake import open_lake
from infra.package.build import build_glue

ROOT = Path(__file__).parents[3]
OURS = {"flightlake", "glue_jobs", "ingestion", "duckdb_engine", "serving", "simulator", "cli", "infra"}

HIDING = """
import atexit
import os
import sys

# The editable install of this project: without its finder nothing of ours can be imported but from the archive.
sys.meta_path[:] = [finder for finder in sys.meta_path if "__editable__" not in getattr(finder, "__module__", "")]
sys.path[:] = [folder for folder in sys.path if not folder or os.path.realpath(folder) != os.environ["HIDDEN_ROOT"]]


def list_imported():
    ours = [module for name, module in sys.modules.items() if name.split(".")[0] in {OURS}]
    with open(os.environ["IMPORTED"], "a") as file:
        file.writelines(f"{module.__file__}\\n" for module in ours)


atexit.register(list_imported)
"""


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for PYTHONPATH that takes this checkout out of reach, and lists our imported modules in `imported`."""
    folder = awsglue_folder(tmp_path / "path")
    (folder / "sitecustomize.py").write_text(HIDING.replace("{OURS}", repr(sorted(OURS))))
    monkeypatch.setenv("HIDDEN_ROOT", str(ROOT))
    monkeypatch.setenv("IMPORTED", str(tmp_path / "imported"))
    return folder


def test_the_library_holds_every_module_of_the_jobs_and_no_test(tmp_path: Path) -> None:
    build_glue(tmp_path / "glue.zip")
    with ZipFile(tmp_path / "glue.zip") as archive:
        names = set(archive.namelist())
    modules = {
        str(path.relative_to(ROOT)) for name in ("flightlake", "glue_jobs") for path in (ROOT / name).rglob("*.py")
    }
    assert names == modules | {"LICENSE"}
    packages = {PurePosixPath(name).parent for name in modules}
    assert {f"{package}/__init__.py" for package in packages} <= names, "an import from a zip needs each of them"


@pytest.mark.slow
def test_a_job_runs_from_the_library_alone(empty_path: Path, tmp_path: Path) -> None:
    library = tmp_path / "glue.zip"
    build_glue(library)
    lake = open_lake(str(tmp_path / "a lake"), create=True)
    landed(lake.store, body(vector(), vector(icao24="4b1805"), vector(icao24="XYZ")))
    script = shutil.copy(ROOT / "glue_jobs" / "jobs" / "convert_states.py", tmp_path)
    ours = ("--lake", lake.address, "--min_quality", "50")
    submit = ("--master", "local[2]", "--py-files", library, script)
    status, output = spark_submit(*submit, *GLUE_ARGUMENTS, *ours, cwd=tmp_path, python_path=str(empty_path))
    assert status == 0, output
    head = CommitLog(STATES_LOG.name, STATES_LOG.tables, lake.store, lake.catalog).head(DAY)
    assert head is not None
    assert head.counts == DayCounts(raw_rows=3, curated=2, quarantined=1, duplicates=0)
    files = (tmp_path / "imported").read_text().splitlines()
    assert len(files) > 20
    assert {file for file in files if "/glue.zip/" not in file} == set()


@pytest.mark.slow
def test_without_the_library_a_job_finds_nothing_of_ours(empty_path: Path, tmp_path: Path) -> None:
    """The test above would be worth nothing if the checkout were in reach."""
    script = shutil.copy(ROOT / "glue_jobs" / "jobs" / "convert_states.py", tmp_path)
    status, output = spark_submit("--master", "local[1]", script, cwd=tmp_path, python_path=str(empty_path))
    assert status == 1
    assert "No module named 'flightlake'" in output
