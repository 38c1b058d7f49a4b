import json
from collections.abc import Mapping

import pytest
from support.aws import Aws
from support.deployed import table_input

from flightlake.layout import table_prefix
from flightlake.schema.tables.polls import POLLS
from flightlake.schema.tables.registry import CURATED_TABLES, RAW_TABLES, TABLES
from flightlake.storage.glue_catalog import GlueCatalog
from infra.plan.recorder import Recording

TABLE = "aws:glue/catalogTable:CatalogTable"


def test_every_table_and_view_is_there(recordings: Mapping[str, Recording]) -> None:
    found = {resource.name for resource in recordings["dev"].of_type(TABLE)}
    assert found == {*(table.name for table in TABLES), "airborne_states", "flight_data_processed", "snapshots"}


def test_raw_tables_lie_in_the_raw_bucket_and_all_others_in_the_curated_one(
    recordings: Mapping[str, Recording],
) -> None:
    for table in TABLES:
        location = recordings["dev"].named(TABLE, table.name).inputs["storageDescriptor"]["location"]
        bucket = "raw" if table in RAW_TABLES else "curated"
        folder = RAW_TABLES.get(table) or table_prefix(table.name)
        assert location == f"s3://flightlake-dev-{bucket}-111122223333-us-east-1/{folder}"


def test_the_job_finds_nothing_to_change_in_the_tables_that_were_deployed(
    recordings: Mapping[str, Recording], aws: Aws
) -> None:
    glue = aws.client("glue")
    database = aws.make_database("flightlake_dev")
    for recorded in recordings["dev"].of_type(TABLE):
        glue.create_table(DatabaseName=database, TableInput=table_input(recorded))
    catalog = GlueCatalog(database, f"{recordings['dev'].exports['lake']}/", glue)
    for table in (*CURATED_TABLES, POLLS):
        catalog.create_table(table, table_prefix(table.name))
        versions = glue.get_table_versions(DatabaseName=database, TableName=table.name)["TableVersions"]
        assert len(versions) == 1, table.name


def test_the_crawler_only_adds_partitions_to_the_raw_tables(recordings: Mapping[str, Recording]) -> None:
    (crawler,) = recordings["dev"].of_type("aws:glue/crawler:Crawler")
    inputs = crawler.inputs
    bucket = "s3://flightlake-dev-raw-111122223333-us-east-1/"
    tables = {target["path"].removeprefix(bucket).split("/")[1] for target in inputs["s3Targets"]}
    assert {f"{inputs['tablePrefix']}{folder}" for folder in tables} == {table.name for table in RAW_TABLES}
    assert inputs["recrawlPolicy"] == {"recrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    assert inputs["schemaChangePolicy"] == {"updateBehavior": "LOG", "deleteBehavior": "LOG"}
    configuration = json.loads(inputs["configuration"])
    assert configuration["CrawlerOutput"] == {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}
    assert "schedule" not in inputs


@pytest.mark.parametrize(("stack", "count"), [("dev", 1), ("staging", 0)])
def test_what_an_account_has_once_is_in_one_stack(recordings: Mapping[str, Recording], stack: str, count: int) -> None:
    token = "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings"
    assert len(recordings[stack].of_type(token)) == count
