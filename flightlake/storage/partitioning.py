"""Which tables have a pointer per day, the same in every catalog."""

from flightlake.errors import StorageError
from flightlake.schema.contract import Column, Table


def has_days(table: Table) -> bool:
    """Tell whether the table is partitioned by one date, so that a day of it can be published."""
    return [column.type for column in table.partition_columns] == ["date"]


def day_column(table: Table) -> Column:
    """Return the partition column that holds the day.

    Raises:
        StorageError: the table is not partitioned by one date.
    """
    if not has_days(table):
        names = ", ".join(column.name for column in table.partition_columns)
        raise StorageError(f"{table.name} is partitioned by {names}: only a table of days has a folder for each day")
    return table.partition_columns[0]
