"""Build one day of `polls`: ledger records, one small object each, to one Parquet file. Publishes nothing."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from glue_jobs.commit_writer import audited_row_count, write_folder
from glue_jobs.day_build import DayBuild
from glue_jobs.landed import RawDay
from glue_jobs.raw_reader import json_reader, only, read_objects
from lake.commits import DayCounts, Unreadable
from lake.contract import spark_ddl
from lake.layout import polls_day_prefix
from lake.ports import ObjectStore
from lake.tables import POLLS


def build_polls(spark: SparkSession, store: ObjectStore, raw: RawDay, folders: dict[str, str]) -> DayBuild:
    """Write a day's ledger records into a new folder and return what it holds.

    A record that is no JSON of the contract's columns costs itself: it is reported as unreadable.
    """
    schema = f"{spark_ddl(POLLS)}, unparsed string"
    prefix = polls_day_prefix(raw.day)
    reader = json_reader(spark, schema, skip_broken=False)
    # Cached, because Spark refuses a query that asks a JSON source for `unparsed` alone.
    records = only(read_objects(reader, prefix, store.uri(prefix)), raw.numbers).cache()
    try:
        is_usable = F.col("unparsed").isNull() & F.col("scheduled_at").isNotNull() & F.col("fate").isNotNull()
        usable = records.where(is_usable)
        usable_keys = frozenset(row.object_key for row in usable.select("object_key").collect())
        in_order = usable.select(*[column.name for column in POLLS.columns]).coalesce(1)
        write_folder(in_order.sortWithinPartitions("scheduled_at", "source"), store, folders[POLLS.name])
    finally:
        records.unpersist()
    row_count = audited_row_count(spark, store, POLLS, folders[POLLS.name])
    unreadable = [Unreadable(key, "not a ledger record of this day") for key in sorted(raw.keys - usable_keys)]
    counts = DayCounts(raw_rows=len(usable_keys), curated=row_count, quarantined=0, duplicates=0)
    return DayBuild(folders, tuple(sorted(raw.keys)), counts, None, "", tuple(unreadable))
