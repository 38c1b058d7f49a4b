"""A deployed stack as Athena sees it: its catalog on moto, its data on an S3 server, queried through Trino."""

from pathlib import PurePosixPath

from support.aws import Aws
from support.deployed import make_catalog
from support.s3_server import S3Server

from flightlake.lake import Lake
from flightlake.layout import CATALOG_KEY, MARKER_KEY, RAW_PREFIX
from flightlake.schema.tables.registry import RAW_TABLES, TABLES
from infra.plan.recorder import Recording


def make_places(recording: Recording, aws: Aws, s3: S3Server) -> None:
    """Make the buckets, the marker that makes them a lake, and the catalog with the recorded tables and views."""
    client = s3.client()
    for bucket in recording.of_type("aws:s3/bucket:Bucket"):
        if "region" not in bucket.inputs:
            client.create_bucket(Bucket=bucket.inputs["bucket"])
    marker = recording.named("aws:s3/bucketObjectv2:BucketObjectv2", "marker").inputs
    client.put_object(Bucket=marker["bucket"], Key=marker["key"], Body=marker["content"].encode())
    make_catalog(recording, aws)


def copy_lake(source: Lake, target: Lake) -> None:
    """Copy every object, and let the target's readers see the days that the source's readers see, as a convert does."""
    for info in source.store.list(""):
        if info.key not in (MARKER_KEY, CATALOG_KEY):
            target.store.put_if_absent(info.key, source.store.get(info.key))
    for table in TABLES:
        if table in RAW_TABLES:
            continue
        target.catalog.create_table(table, f"curated/{table.name}/")
        for day, folder in source.catalog.partitions(table).items():
            target.catalog.move_pointer(table, day, folder)


def crawl(lake: Lake, aws: Aws, database: str) -> None:
    """Add the partitions of the raw tables as the crawler does: each folder, with what it inherits from its table."""
    glue = aws.client("glue")
    folders = {PurePosixPath(info.key).parent for info in lake.store.list(RAW_PREFIX)}
    for table, prefix in RAW_TABLES.items():
        descriptor = glue.get_table(DatabaseName=database, Name=table.name)["Table"]["StorageDescriptor"]
        for folder in sorted(found for found in folders if f"{found}/".startswith(prefix)):
            values = [part.partition("=")[2] for part in folder.parts if "=" in part]
            location = descriptor["Location"] + f"{folder}/".removeprefix(prefix)
            partition = {"Values": values, "StorageDescriptor": {**descriptor, "Location": location}}
            glue.create_partition(DatabaseName=database, TableName=table.name, PartitionInput=partition)
