"""Build of one day of `polls`: ledger records, one small object each, to one Parquet file."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from flightlake.commits.record import DayCounts, Unreadable
from flightlake.layout import polls_day_prefix
from flightlake.ports import ObjectStore
from flightlake.publishing.day_build import DayBuild
from flightlake.publishing.raw_day import RawDay
from flightlake.schema.contract import spark_ddl
from flightlake.schema.tables.polls import POLLS
from glue_jobs.build.commit_writer import audited_row_count, write_folder
from glue_jobs.build.raw_reader import json_reader, keep_keys, read_objects


def build_polls(spark: SparkSession, store: ObjectStore, raw: RawDay, folders: dict[str, str]) -> DayBuild:
    """Write a day's ledger records into a new folder and return its counts.

    A record that is no JSON of the contract's columns is left out and reported as unreadable.
    """
    former = [column for column in POLLS.columns if column.former_name]
    former_ddl = "".join(f", {column.former_name} {column.type}" for column in former)
    schema = f"{spark_ddl(POLLS)}{former_ddl}, unparsed string"
    prefix = polls_day_prefix(raw.day)
    reader = json_reader(spark, schema, skip_broken=False)
    # Cached, because Spark refuses a query that asks a JSON source for `unparsed` alone.
    stored = keep_keys(read_objects(reader, prefix, store.uri(prefix)), raw.numbers)
    records = stored.withColumns({c.name: F.coalesce(c.name, str(c.former_name)) for c in former}).cache()
    try:
        is_usable = F.col("unparsed").isNull() & F.col("scheduled_at").isNotNull() & F.col("outcome").isNotNull()
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
