"""One real Spark session with production settings for all tests of the jobs."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from local.java.spark import local_spark_session


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    session = local_spark_session()
    # Days in tests are small: one core's work split over 200 tasks would only be slow.
    session.conf.set("spark.sql.shuffle.partitions", "2")
    yield session
    session.stop()
