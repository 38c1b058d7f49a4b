"""Deduplication to one row per aircraft and response time: newest contact, then smallest raw key, then first row."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def with_is_repeat(rows: DataFrame, *spread_by: str) -> DataFrame:
    """Return the rows with `is_repeat`: true for all but the winner of each `(icao24, snapshot_at_s)`.

    The winner does not depend on the order in which rows come: newest `last_contact_at_s`, then smallest `raw_number`
    (the place of the raw key), then smallest `row_number`. The result is sorted by icao24 and time within each
    partition.

    Args:
        rows: decoded.
        spread_by: columns that depend on the address alone and by which the rows are already partitioned.
    """
    in_order = Window.partitionBy("icao24", *spread_by).orderBy(
        "snapshot_at_s", F.desc("last_contact_at_s"), "raw_number", "row_number"
    )
    previous = F.lag("snapshot_at_s").over(in_order)
    return rows.withColumn("is_repeat", F.coalesce(previous == F.col("snapshot_at_s"), F.lit(False)))
