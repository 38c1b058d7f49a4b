"""The job's file as others start it: by `spark-submit`, and as Glue does, alone and with the packages in a zip."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from support.glue import GLUE_ARGUMENTS, awsglue_folder
from support.spark_submit import spark_submit
from support.vectors import DAY, body, landed, vector

from flightlake.commits.log import CommitLog
from flightlake.commits.record import CommitRecord, DayCounts
from flightlake.lake import Lake
from flightlake.publishing.registry import STATES_LOG
from flightlake.storage.open_lake import open_lake

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "glue_jobs" / "jobs" / "convert_states.py"

pytestmark = pytest.mark.slow


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake under a name with a blank and brackets, with one day of three rows."""
    made = open_lake(str(tmp_path / "a lake [1]"), create=True)
    landed(made.store, body(vector(), vector(icao24="4b1805"), vector(icao24="XYZ")))
    return made


def head(lake: Lake) -> CommitRecord:
    found = CommitLog(STATES_LOG.name, STATES_LOG.tables, lake.store, lake.catalog).head(DAY)
    assert found is not None
    return found


def test_spark_submit_converts_a_day_from_any_folder(lake: Lake, tmp_path: Path) -> None:
    options = ("--lake", lake.address, "--date", "2026-05-08")
    status, said = spark_submit(SCRIPT, *options, cwd=tmp_path)
    assert status == 0, said
    assert head(lake).counts == DayCounts(raw_rows=3, curated=2, quarantined=1, duplicates=0)
    status, said = spark_submit(SCRIPT, "--lake", lake.address, cwd=tmp_path)
    assert status == 0, said
    assert "nothing to do" in said
    status, said = spark_submit(SCRIPT, *options[:-1], "2026-5-8", cwd=tmp_path)
    assert status == 2, said
    assert "--date 2026-5-8: not a day" in said


def test_the_file_alone_runs_as_a_glue_job_with_its_packages_in_a_zip(lake: Lake, tmp_path: Path) -> None:
    """Glue copies the script, puts the zips of --extra-py-files on the path, and adds arguments of its own."""
    script = shutil.copy(SCRIPT, tmp_path)
    packages = tmp_path / "flightlake.zip"
    with zipfile.ZipFile(packages, "w") as archive:
        for file in (file for room in ("flightlake", "glue_jobs") for file in (ROOT / room).rglob("*.py")):
            text = file.read_text()
            if file == ROOT / "flightlake" / "__init__.py":
                text = re.sub(r'__version__ = ".+"', '__version__ = "from the zip"', text)
            archive.writestr(str(file.relative_to(ROOT)), text)
    submit = ("--master", "local[2]", "--py-files", packages, script)
    ours = ("--lake", lake.address, "--min_quality", "50")
    status, said = spark_submit(
        *submit, *GLUE_ARGUMENTS, *ours, cwd=tmp_path, python_path=str(awsglue_folder(tmp_path / "glue"))
    )
    assert status == 0, said
    assert head(lake).counts == DayCounts(raw_rows=3, curated=2, quarantined=1, duplicates=0)
    assert head(lake).code_version == "from the zip", "the packages of this environment did not step in"
