"""Files of a commit: written, and counted again as a reader finds them."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from flightlake.errors import ContractViolationError
from flightlake.schema.contract import spark_ddl
from flightlake.schema.tables.quality import QUALITY_SCORES
from flightlake.storage.open_lake import open_lake
from glue_jobs.build.commit_writer import audited_row_count, write_folder

FOLDER = "curated/quality_scores/snapshot_date=2026-05-08/commit=c1/"
ROW = ("validity", "squawk_form", "warn", 10, 1, 90.0)


@pytest.mark.parametrize("name", ["lake", "my lake [1]", "l*ke", "läke {a,b}"])
def test_rows_are_counted_in_a_lake_of_any_name(spark: SparkSession, tmp_path: Path, name: str) -> None:
    store = open_lake(str(tmp_path / name), create=True).store
    write_folder(spark.createDataFrame([ROW] * 3, spark_ddl(QUALITY_SCORES)), store, FOLDER)
    assert audited_row_count(spark, store, QUALITY_SCORES, FOLDER) == 3
    assert {Path(info.key).suffix for info in store.list(FOLDER)} == {".parquet"}


@pytest.mark.parametrize(
    "ddl",
    [
        spark_ddl(QUALITY_SCORES).replace("checked_count bigint", "checked_count int"),
        spark_ddl(QUALITY_SCORES).replace("severity string", "rank string"),
    ],
    ids=["type", "name"],
)
def test_files_that_differ_from_the_contract_are_refused(spark: SparkSession, tmp_path: Path, ddl: str) -> None:
    store = open_lake(str(tmp_path / "lake"), create=True).store
    write_folder(spark.createDataFrame([ROW], ddl), store, FOLDER)
    with pytest.raises(ContractViolationError, match="the contract of quality_scores says"):
        audited_row_count(spark, store, QUALITY_SCORES, FOLDER)
