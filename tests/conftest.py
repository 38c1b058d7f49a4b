"""Fixtures that tests of every package share."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from support.aws import Aws, aws_on_this_machine
from support.experiments import SIZES, Experiment
from support.published import publish_small_lake

from cli.spark.local_session import local_spark_session
from flightlake.lake import Lake
from flightlake.storage.open_lake import open_lake

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_configure() -> None:
    # Java's second compiler pays in runs of minutes; tests run for seconds, and take half as long without it.
    os.environ.setdefault("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--size", choices=SIZES, default=SIZES[0], help="size of the experiments in tests/reliability")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "experiment" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.experiment)


@pytest.fixture
def experiment(request: pytest.FixtureRequest) -> Experiment:
    """The experiment that the requesting test runs; see `support.experiments`."""
    return Experiment(request.node.nodeid, request.config.getoption("--size"))


@pytest.fixture(scope="session")
def _aws_server() -> Iterator[Aws]:
    with aws_on_this_machine() as aws:
        yield aws


@pytest.fixture
def aws(_aws_server: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An empty AWS account; boto3 reaches it through the environment, whatever this machine is logged in to."""
    for variable in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "FLIGHTLAKE_DATABASE", "FLIGHTLAKE_POLL_STATE_TABLE"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in _aws_server.environment.items():
        monkeypatch.setenv(variable, value)
    yield _aws_server
    _aws_server.reset()


@pytest.fixture
def folder_lake(tmp_path: Path) -> Lake:
    """A new, empty lake in a folder."""
    return open_lake(str(tmp_path / "lake"), create=True)


@pytest.fixture
def shared_data() -> Path:
    """The folder of recorded data, which is no part of the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the recorded data is not beside the repository (../shared/data)")
    return SHARED_DATA


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """One real Spark session with production settings for all tests."""
    session = local_spark_session()
    # Days in tests are small: one core's work split over 200 tasks would only be slow.
    session.conf.set("spark.sql.shuffle.partitions", "2")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def _small_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small") / "lake"
    publish_small_lake(open_lake(str(root), create=True))
    return root


@pytest.fixture
def small_lake(_small_lake: Path, tmp_path: Path) -> Lake:
    """A copy of a lake of one day, converted in two commits; see `support.published`."""
    root = tmp_path / "lake"
    shutil.copytree(_small_lake, root)
    return open_lake(str(root))
