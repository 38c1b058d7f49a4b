"""Table contract, and its forms for the engines: Spark schema, Glue columns, Athena DDL, documentation."""

from dataclasses import dataclass
from typing import Any, Literal

Type = Literal[
    "string", "double", "boolean", "int", "bigint", "timestamp", "date", "array<string>", "array<array<string>>"
]
"""Column types by the names that Spark, Hive (Glue) and Athena's DDL share."""

Format = Literal["parquet", "json"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        unit: SI unit or frame; None where the value has none.
        source_index: position in OpenSky's state vector; None where the value comes from elsewhere.
        former_name: name of the column in files of earlier releases; None where it never had another.
    """

    name: str
    type: Type
    meaning: str
    unit: str | None = None
    source_index: int | None = None
    former_name: str | None = None


@dataclass(frozen=True)
class Table:
    """One table of the lake: its grain, columns and partition columns, in order."""

    name: str
    grain: str
    columns: tuple[Column, ...]
    partition_columns: tuple[Column, ...]
    format: Format = "parquet"

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The columns followed by the partition columns, as `select *` gives them."""
        return self.columns + self.partition_columns

    def column(self, name: str) -> Column:
        """Return the column of this name.

        Raises:
            KeyError: the table has no such column.
        """
        for column in self.all_columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class Serde:
    """How Hive-style engines read a format: class names of the input and output format and of the SerDe."""

    input_format: str
    output_format: str
    library: str


SERDES: dict[Format, Serde] = {
    "parquet": Serde(
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "json": Serde(
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
}
"""Source: Amazon Athena user guide, "Supported SerDes" (Parquet, OpenX JSON)."""


def spark_ddl(table: Table) -> str:
    """Return the schema of the table's files, without partition columns, as a Spark DDL string."""
    return ", ".join(f"{column.name} {column.type}" for column in table.columns)


def glue_columns(columns: tuple[Column, ...]) -> list[dict[str, str]]:
    """Return columns as the Glue API takes them (`Name`, Hive `Type`, `Comment`)."""
    return [{"Name": column.name, "Type": column.type, "Comment": comment(column)} for column in columns]


def glue_storage(table: Table, location: str) -> dict[str, Any]:
    """Return the location and format of the table's data for the Glue API (`StorageDescriptor`).

    Args:
        table: the table.
        location: address of its folder, or of one day's.
    """
    serde = SERDES[table.format]
    return {
        "Columns": glue_columns(table.columns),
        "Location": location,
        "InputFormat": serde.input_format,
        "OutputFormat": serde.output_format,
        "SerdeInfo": {"SerializationLibrary": serde.library, "Parameters": {"serialization.format": "1"}},
    }


def glue_table(table: Table, location: str) -> dict[str, Any]:
    """Return the table as the Glue API takes it (`TableInput`)."""
    return {
        "Name": table.name,
        "Description": table.grain,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": table.format},
        "PartitionKeys": glue_columns(table.partition_columns),
        "StorageDescriptor": glue_storage(table, location),
    }


def athena_ddl(table: Table, *, location: str) -> str:
    """Return Athena's `create external table` statement for data that lies at `location`."""
    serde = SERDES[table.format]
    return (
        f"create external table if not exists {table.name} (\n{_ddl_columns(table.columns)}\n)\n"
        f"comment '{_quoted(table.grain)}'\n"
        f"partitioned by (\n{_ddl_columns(table.partition_columns)}\n)\n"
        f"row format serde '{serde.library}'\n"
        f"stored as inputformat '{serde.input_format}'\n"
        f"outputformat '{serde.output_format}'\n"
        f"location '{_quoted(location)}'"
    )


def comment(column: Column) -> str:
    """Return meaning and unit of a column in one line."""
    return f"{column.meaning} [{column.unit}]" if column.unit else column.meaning


def _ddl_columns(columns: tuple[Column, ...]) -> str:
    return ",\n".join(f"    {column.name} {column.type} comment '{_quoted(comment(column))}'" for column in columns)


def _quoted(text: str) -> str:
    return text.replace("'", "''")
