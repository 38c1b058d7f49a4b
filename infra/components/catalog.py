"""Glue catalog: the database, every table and view of the contract, and the crawler that adds raw partitions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import glue

from flightlake.layout import RAW_PREFIX, table_prefix
from flightlake.schema.contract import Table, glue_table
from flightlake.schema.tables.registry import RAW_TABLES, TABLES
from infra.components.keys import Keys
from infra.components.storage import Storage
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant, make_role, service_trust
from infra.views import glue_view, views

_TABLE_LEVEL = 3
"""Depth at which the crawler finds tables: the bucket is 1, `raw` 2, `states` 3."""

_CRAWLER_OUTPUT = {
    "Version": 1.0,
    # A partition has the columns of its table: what the crawler would guess from a response changes from day to day.
    "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
    "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas", "TableLevelConfiguration": _TABLE_LEVEL},
}


@dataclass(frozen=True)
class CatalogArgs:
    """Inputs of the catalog."""

    settings: Settings
    names: Names
    keys: Keys
    storage: Storage


class Catalog(pulumi.ComponentResource):
    """The stack's database in the Glue catalog.

    Attributes:
        database: the resource, for what must come after it.
        crawler_name: of the crawler that adds partitions of raw data; the jobs' workflow starts it.
    """

    def __init__(self, name: str, args: CatalogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Catalog", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.crawler_name = args.names.named("raw")
        self.database = glue.CatalogDatabase(
            "lake",
            name=args.names.database,
            description="aircraft state vectors: raw, checked, published day by day",
            location_uri=f"{args.storage.lake_address}/",
            opts=self._child,
        )
        for table in TABLES:
            self._table(glue_table(table, self._location(table)))
        for view in views():
            self._table(glue_view(view, args.names.database))
        self._crawler()
        if args.settings.has_account_settings:
            self._encryption()
        self.register_outputs({})

    def _location(self, table: Table) -> str:
        storage = self._args.storage
        if table in RAW_TABLES:
            return f"s3://{storage.raw.bucket_name}/{RAW_TABLES[table]}"
        return f"{storage.lake_address}/{table_prefix(table.name)}"

    def _table(self, wanted: Mapping[str, Any]) -> None:
        glue.CatalogTable(
            wanted["Name"],
            name=wanted["Name"],
            database_name=self.database.name,
            description=wanted.get("Description"),
            owner=wanted.get("Owner"),
            table_type=wanted["TableType"],
            parameters=wanted["Parameters"],
            partition_keys=[_pulumi_column(column) for column in wanted.get("PartitionKeys", [])],
            storage_descriptor=_pulumi_storage(wanted["StorageDescriptor"]),
            view_original_text=wanted.get("ViewOriginalText"),
            view_expanded_text=wanted.get("ViewExpandedText"),
            opts=self._child,
        )

    def _crawler(self) -> None:
        args = self._args
        role = make_role(
            args.names,
            "crawler",
            trust=service_trust(args.names, "glue"),
            grants=crawler_grants(args.names, args.keys),
            opts=self._child,
        )
        # One crawler for both: each run bills ten minutes at least.
        glue.Crawler(
            "raw",
            name=self.crawler_name,
            description="adds new partitions of raw responses and poll records; changes and removes nothing",
            database_name=self.database.name,
            role=role.arn,
            s3_targets=[{"path": f"s3://{args.storage.raw.bucket_name}/{prefix}"} for prefix in RAW_TABLES.values()],
            table_prefix="raw_",
            recrawl_policy={"recrawl_behavior": "CRAWL_NEW_FOLDERS_ONLY"},
            schema_change_policy={"update_behavior": "LOG", "delete_behavior": "LOG"},
            configuration=json.dumps(_CRAWLER_OUTPUT),
            security_configuration=args.names.named("jobs"),
            opts=self._child,
        )

    def _encryption(self) -> None:
        glue.DataCatalogEncryptionSettings(
            "account",
            data_catalog_encryption_settings={
                "connection_password_encryption": {
                    "aws_kms_key_id": self._args.keys.curated,
                    "return_connection_password_encrypted": True,
                },
                "encryption_at_rest": {
                    "catalog_encryption_mode": "SSE-KMS",
                    "sse_aws_kms_key_id": self._args.keys.curated,
                },
            },
            opts=self._child,
        )


def _pulumi_column(column: Mapping[str, str]) -> Any:
    return {"name": column["Name"], "type": column["Type"], "comment": column.get("Comment")}


def _pulumi_storage(storage: Mapping[str, Any]) -> Any:
    serde = storage.get("SerdeInfo")
    return {
        "columns": [_pulumi_column(column) for column in storage["Columns"]],
        "location": storage.get("Location"),
        "input_format": storage.get("InputFormat"),
        "output_format": storage.get("OutputFormat"),
        "ser_de_info": serde
        and {"serialization_library": serde["SerializationLibrary"], "parameters": serde["Parameters"]},
    }


def database_arns(names: Names, *tables: str) -> list[str]:
    """Return the ARNs that permissions on tables name: the catalog, the database and the tables (`*` for all)."""
    return [
        names.arn("glue", "catalog"),
        names.arn("glue", f"database/{names.database}"),
        *(names.arn("glue", f"table/{names.database}/{table}") for table in tables),
    ]


def crawler_grants(names: Names, keys: Keys) -> list[Grant]:
    """Return the permissions of the crawler: list and sample raw objects, read tables, add partitions."""
    by_glue = "Glue's crawler does it by itself; no code of ours asks"
    raw = names.bucket_arn("raw")
    tables = database_arns(names, *(table.name for table in RAW_TABLES))
    partitions = (
        "glue:BatchCreatePartition",
        "glue:BatchGetPartition",
        "glue:CreatePartition",
        "glue:GetDatabase",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:GetTable",
        "glue:GetTables",
    )
    logs = names.arn("logs", "log-group:/aws-glue/crawlers*")
    return [
        Grant("ListRaw", ("s3:ListBucket", "s3:GetBucketLocation"), [raw], reason=by_glue),
        Grant("SampleRaw", ("s3:GetObject",), [f"{raw}/{RAW_PREFIX}*"], reason=by_glue),
        Grant("AddPartitions", partitions, tables, reason=by_glue),
        Grant("ReadByKeys", ("kms:Decrypt",), [keys.raw], reason=by_glue),
        Grant("EncryptMetadata", ("kms:Decrypt", "kms:GenerateDataKey"), [keys.curated], reason=by_glue),
        Grant("ReadSecurity", ("glue:GetSecurityConfiguration",), ["*"], reason=f"{by_glue}; it names no resource"),
        Grant("EncryptLogs", ("kms:GenerateDataKey",), [keys.operations], reason=by_glue),
        Grant(
            "WriteLogs",
            ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"),
            [logs, f"{logs}:log-stream:*"],
            reason=by_glue,
        ),
    ]
