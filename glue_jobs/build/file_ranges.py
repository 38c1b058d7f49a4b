"""Rows spread over the files of a day by ranges of addresses."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

FILE_NUMBER = "file_number"


def with_file_ranges(rows: DataFrame, bounds: Sequence[str]) -> DataFrame:
    """Return rows with `file_number` (int), each in the partition of that number; see `range_bounds`."""
    number = " + ".join(f"int(icao24 >= '{first}')" for first in bounds) or "0"
    return rows.withColumn(FILE_NUMBER, F.expr(number)).repartitionById(len(bounds) + 1, FILE_NUMBER)
