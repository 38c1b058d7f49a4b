"""Writer of a commit's files: into new folders, which no reader sees until a pointer moves."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from flightlake.errors import ContractViolationError
from flightlake.ports import ObjectStore
from flightlake.schema.contract import Table, spark_ddl

WRITE_OPTIONS = {
    "compression": "zstd",
    "parquet.compression.codec.zstd.level": "9",
    # One aircraft's rows lie in one or two groups; larger ones save 4 % of the bytes and read twice as many for it.
    "parquet.block.row.count.limit": "500000",
    # Each page's values are compressed by themselves: the usual 20,000 rows make a day 8 % larger.
    "parquet.page.row.count.limit": "100000",
    # Values that hardly repeat within a row group: a dictionary only adds to them.
    "parquet.enable.dictionary#longitude_deg": "false",
    "parquet.enable.dictionary#latitude_deg": "false",
    "parquet.enable.dictionary#callsign": "false",
}
"""Measured on recorded days, `benchmarks/bytes_per_row.py`; what was tried stands in docs/performance.md."""


def write_folder(rows: DataFrame, store: ObjectStore, folder: str, *, in_runs: bool = True) -> None:
    """Write rows as Parquet files into a new folder, as they are partitioned and sorted.

    Args:
        rows: rows of one table.
        store: where the folder lies.
        folder: its prefix.
        in_runs: whether an address repeats in many consecutive rows. Then it gets a dictionary: readers compare the
            run's one entry, which finds an aircraft five times as fast.
    """
    has_dictionary = {"parquet.enable.dictionary#icao24": str(in_runs).lower()}
    rows.write.options(**WRITE_OPTIONS, **has_dictionary).parquet(store.uri(folder))
    store.make_durable(folder)


def audited_row_count(spark: SparkSession, store: ObjectStore, table: Table, folder: str) -> int:
    """Return the number of rows in a written folder, from the footers of its files.

    Raises:
        ContractViolationError: the files' columns or types are not the table's.
    """
    # A folder named with brackets or stars is no pattern.
    written = spark.read.option("__globPaths__", "false").parquet(store.uri(folder))
    expected = StructType.fromDDL(spark_ddl(table))
    if written.schema.simpleString() != expected.simpleString():
        raise ContractViolationError(
            f"{folder}: columns {written.schema.simpleString()}, the contract of {table.name} says "
            f"{expected.simpleString()}"
        )
    return written.count()
