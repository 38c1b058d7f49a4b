"""Finding Hadoop's S3 client; where it is not there, the one command that brings it is named."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pyspark
import pytest

from cli.spark.s3a_jars import s3a_jars
from flightlake.errors import UsageError


def jars_in(folder: Path) -> list[Path]:
    folder.mkdir(parents=True)
    names = ["hadoop-aws-3.4.2.jar", "s3-2.29.52.jar"]
    for name in [*names, "notes.txt"]:
        (folder / name).touch()
    return [folder / name for name in names]


def test_set_up_puts_them_into_the_virtual_environment(tmp_path: Path) -> None:
    jars = jars_in(tmp_path / "engines" / "s3a")
    assert s3a_jars({}, own=tmp_path) == jars


def test_a_folder_of_the_users_goes_first(tmp_path: Path) -> None:
    jars_in(tmp_path / "engines" / "s3a")
    jars = jars_in(tmp_path / "mine")
    assert s3a_jars({"FLIGHTLAKE_S3A_JARS": str(tmp_path / "mine")}, own=tmp_path) == jars


def test_without_them_the_command_that_brings_them_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cli/spark/set_up_s3a\.sh") as caught:
        s3a_jars({}, own=tmp_path)
    assert str(tmp_path / "engines" / "s3a") in str(caught.value)


def test_a_folder_without_hadoops_client_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.jar").touch()
    with pytest.raises(UsageError, match=f"FLIGHTLAKE_S3A_JARS names {tmp_path}"):
        s3a_jars({"FLIGHTLAKE_S3A_JARS": str(tmp_path)}, own=tmp_path)


def test_the_client_is_of_the_hadoop_and_spark_that_pyspark_brings() -> None:
    root = Path(__file__).parents[3]
    wanted = [entry.attrib for entry in ET.parse(root / "cli" / "spark" / "s3a.xml").iter("dependency")]
    versions = {entry["name"]: entry["rev"] for entry in wanted}
    assert versions["spark-hadoop-cloud_2.13"] == pyspark.__version__
    jars = Path(pyspark.__file__).parent / "jars"
    assert (jars / f"hadoop-client-api-{versions['hadoop-aws']}.jar").exists()
    hashed = (root / "cli" / "spark" / "s3a.sha256").read_text().split()[1::2]
    assert {f"{name}-{version}.jar" for name, version in versions.items()} <= set(hashed)
