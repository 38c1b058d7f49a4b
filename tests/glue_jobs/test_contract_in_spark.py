import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from flightlake.errors import ContractViolationError
from flightlake.lake import Lake
from flightlake.schema.contract import Table, spark_ddl
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.registry import TABLES
from flightlake.schema.tables.states import STATES
from glue_jobs.build.commit_writer import audited_row_count, write_folder


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_spark_reads_the_contract_s_schema(spark: SparkSession, table: Table) -> None:
    schema = StructType.fromDDL(spark_ddl(table))
    assert [(field.name, field.dataType.simpleString()) for field in schema] == [
        (column.name, column.type) for column in table.columns
    ]


def test_files_of_other_columns_are_refused_by_name(spark: SparkSession, folder_lake: Lake) -> None:
    write_folder(spark.range(3).toDF("scheduled_at"), folder_lake.store, "curated/polls/poll_date=2026-05-08/commit=a/")
    with pytest.raises(ContractViolationError, match=r"commit=a/: columns struct<scheduled_at:bigint>.* of polls"):
        audited_row_count(spark, folder_lake.store, POLLS, "curated/polls/poll_date=2026-05-08/commit=a/")


def test_files_are_zstd_with_instants_in_microseconds(spark: SparkSession, folder_lake: Lake) -> None:
    folder = "curated/states/snapshot_date=2026-05-08/commit=a/"
    write_folder(spark.createDataFrame([], spark_ddl(STATES)), folder_lake.store, folder)
    (info,) = folder_lake.store.list(folder)
    assert info.key.endswith(".zstd.parquet")
    written = spark.read.parquet(folder_lake.store.uri(folder))
    assert written.schema["snapshot_at"].dataType.simpleString() == "timestamp"
