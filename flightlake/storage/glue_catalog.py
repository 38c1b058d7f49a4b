"""The catalog of a lake on AWS: one Glue database."""

from datetime import date
from typing import Any

from botocore.exceptions import ClientError

from flightlake.errors import ConflictError, StorageError
from flightlake.schema.contract import Table, glue_storage, glue_table
from flightlake.storage.aws_errors import aws_errors, code_of
from flightlake.storage.partitioning import day_column, has_days

_MOVE_ATTEMPTS = 5
"""How often a pointer is moved anew because others create, delete or change the same partition meanwhile."""

_ABSENT = "EntityNotFoundException"
_PRESENT = "AlreadyExistsException"
_BUSY = "ConcurrentModificationException"


class GlueCatalog:
    """Tables of a Glue database, and the visible folder of each of their days as the location of a partition."""

    def __init__(self, database: str, base_uri: str, client: Any) -> None:
        """Take a boto3 Glue client and the lake's address, `s3://bucket/` or `s3://bucket/prefix/`."""
        self._database = database
        self._base_uri = base_uri
        self._client = client

    def create_table(self, table: Table, location: str) -> None:
        """Make the table known; an existing one gets the contract's columns, and keeps its partitions."""
        wanted = glue_table(table, self._base_uri + location)
        with aws_errors("create", self._place(table)):
            try:
                self._client.create_table(DatabaseName=self._database, TableInput=wanted)
            except ClientError as error:
                if code_of(error) != _PRESENT:
                    raise
                self._bring_up_to_date(wanted)

    def partitions(self, table: Table) -> dict[date, str]:
        """Return the visible folder of each day, in the order of days.

        It is empty where the table is not known yet, and for a table that is not partitioned by day.

        Raises:
            StorageError: the database is absent, or a partition is no day of this lake.
        """
        if not has_days(table):
            return {}
        with aws_errors("list the partitions of", self._place(table)):
            pages = self._client.get_paginator("get_partitions").paginate(
                DatabaseName=self._database, TableName=table.name, ExcludeColumnSchema=True
            )
            try:
                found = [partition for page in pages for partition in page["Partitions"]]
            except ClientError as error:
                if code_of(error) != _ABSENT:
                    raise
                self._client.get_database(Name=self._database)  # a database that is absent is an error, a table is not
                return {}
        return dict(sorted(self._pointer(table, partition) for partition in found))

    def move_pointer(self, table: Table, day: date, location: str) -> None:
        """Let readers see this folder for this day from now on, in one step.

        Raises:
            ConflictError: others kept changing the same partition.
            StorageError: the table is not known, or is not partitioned by day.
        """
        day_column(table)
        partition = {"Values": [day.isoformat()], "StorageDescriptor": glue_storage(table, self._base_uri + location)}
        with aws_errors("move the pointer of", f"{self._place(table)} {day}"):
            for _ in range(_MOVE_ATTEMPTS):
                if self._is_updated(table, partition) or self._is_created(table, partition):
                    return
        raise ConflictError(
            f"cannot move the pointer of {self._place(table)} {day}: others keep changing it; run it again"
        )

    def _is_updated(self, table: Table, partition: dict[str, Any]) -> bool:
        """Change the partition; return False where there is none to change, or another change is under way."""
        try:
            self._client.update_partition(
                DatabaseName=self._database,
                TableName=table.name,
                PartitionValueList=partition["Values"],
                PartitionInput=partition,
            )
        except ClientError as error:
            if code_of(error) not in {_ABSENT, _BUSY}:
                raise
            return False
        return True

    def _is_created(self, table: Table, partition: dict[str, Any]) -> bool:
        """Create the partition; return False where another publisher just did, or a change is under way."""
        try:
            self._client.create_partition(DatabaseName=self._database, TableName=table.name, PartitionInput=partition)
        except ClientError as error:
            if code_of(error) == _ABSENT:
                raise StorageError(f"the catalog has no table {self._place(table)}: create the table first") from error
            if code_of(error) not in {_PRESENT, _BUSY}:
                raise
            return False
        return True

    def _bring_up_to_date(self, wanted: dict[str, Any]) -> None:
        present = self._client.get_table(DatabaseName=self._database, Name=wanted["Name"])["Table"]
        if all(_part(present, path) == _part(wanted, path) for path in _CONTRACT_PARTS):
            return  # each update would leave one more version of the table behind
        parameters = {**present.get("Parameters", {}), **wanted["Parameters"]}
        self._client.update_table(DatabaseName=self._database, TableInput={**wanted, "Parameters": parameters})

    def _pointer(self, table: Table, partition: dict[str, Any]) -> tuple[date, str]:
        values, location = partition["Values"], partition["StorageDescriptor"]["Location"]
        try:
            (day,) = map(date.fromisoformat, values)
        except ValueError as error:
            raise self._foreign(table, values, location) from error
        if not location.startswith(self._base_uri):
            raise self._foreign(table, values, location)
        return day, location.removeprefix(self._base_uri)

    def _foreign(self, table: Table, values: list[str], location: str) -> StorageError:
        return StorageError(
            f"the partition {'/'.join(values)} of {self._place(table)} lies at {location} and is no day of the lake "
            f"{self._base_uri}: delete it, or name the database of this lake in FLIGHTLAKE_DATABASE"
        )

    def _place(self, table: Table) -> str:
        return f"{self._database}.{table.name}"


_CONTRACT_PARTS = (
    ("Description",),
    ("PartitionKeys",),
    ("StorageDescriptor", "Columns"),
    ("StorageDescriptor", "Location"),
    ("StorageDescriptor", "InputFormat"),
    ("StorageDescriptor", "SerdeInfo", "SerializationLibrary"),
)
"""What makes a table in Glue the contract's table; the rest may be changed there by others."""


def _part(table: dict[str, Any], path: tuple[str, ...]) -> Any:
    part: Any = table
    for name in path:
        part = part.get(name, {})
    return part
