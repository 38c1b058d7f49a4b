"""A recorded stack, deployed to moto by boto3."""

import json
from collections.abc import Mapping
from typing import Any

from support.aws import Aws

from infra.plan.recorder import Recorded, Recording

SIMULATED_ACCOUNT = json.dumps({"client_id": "simulator", "client_secret": "simulator"})


def deploy(recording: Recording, aws: Aws) -> None:
    """Make buckets, marker, poll state, account, queues, catalog, workgroup and queries of a stack."""
    for bucket in recording.of_type("aws:s3/bucket:Bucket"):
        if "region" not in bucket.inputs:
            aws.make_bucket(bucket.inputs["bucket"])
    marker = recording.named("aws:s3/bucketObjectv2:BucketObjectv2", "marker").inputs
    aws.client("s3").put_object(Bucket=marker["bucket"], Key=marker["key"], Body=marker["content"].encode())
    _make_poller(recording, aws)
    make_catalog(recording, aws)
    _make_workgroup(recording, aws)


def _make_poller(recording: Recording, aws: Aws) -> None:
    table = recording.named("aws:dynamodb/table:Table", "poll-state").inputs
    aws.client("dynamodb").create_table(
        TableName=table["name"],
        BillingMode=table["billingMode"],
        KeySchema=[{"AttributeName": table["hashKey"], "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": a["name"], "AttributeType": a["type"]} for a in table["attributes"]],
    )
    ttl = table["ttl"]
    aws.client("dynamodb").update_time_to_live(
        TableName=table["name"],
        TimeToLiveSpecification={"Enabled": ttl["enabled"], "AttributeName": ttl["attributeName"]},
    )
    for secret in recording.of_type("aws:secretsmanager/secret:Secret"):
        aws.client("secretsmanager").create_secret(Name=secret.inputs["name"], SecretString=SIMULATED_ACCOUNT)
    for queue in sorted(recording.of_type("aws:sqs/queue:Queue"), key=lambda found: found.name):
        attributes = {
            "VisibilityTimeout": queue.inputs.get("visibilityTimeoutSeconds"),
            "MessageRetentionPeriod": queue.inputs["messageRetentionSeconds"],
        }
        given = {name: str(int(value)) for name, value in attributes.items() if value is not None}
        aws.client("sqs").create_queue(QueueName=queue.inputs["name"], Attributes=given)


def make_catalog(recording: Recording, aws: Aws) -> None:
    """Make the database with its tables and views."""
    glue = aws.client("glue")
    (database,) = recording.of_type("aws:glue/catalogDatabase:CatalogDatabase")
    glue.create_database(DatabaseInput={"Name": database.inputs["name"]})
    for table in recording.of_type("aws:glue/catalogTable:CatalogTable"):
        glue.create_table(DatabaseName=table.inputs["databaseName"], TableInput=table_input(table))


def table_input(recorded: Recorded) -> dict[str, Any]:
    """Return a recorded table as boto3 takes it."""
    inputs = recorded.inputs
    storage = inputs["storageDescriptor"]
    serde = storage.get("serDeInfo")
    descriptor = {
        "Columns": [_column(column) for column in storage["columns"]],
        "Location": storage.get("location"),
        "InputFormat": storage.get("inputFormat"),
        "OutputFormat": storage.get("outputFormat"),
        "SerdeInfo": serde
        and {"SerializationLibrary": serde["serializationLibrary"], "Parameters": serde["parameters"]},
    }
    found = {
        "Name": inputs["name"],
        "Description": inputs.get("description"),
        "Owner": inputs.get("owner"),
        "TableType": inputs["tableType"],
        "Parameters": inputs["parameters"],
        "PartitionKeys": [_column(column) for column in inputs.get("partitionKeys", [])],
        "StorageDescriptor": {key: value for key, value in descriptor.items() if value is not None},
        "ViewOriginalText": inputs.get("viewOriginalText"),
        "ViewExpandedText": inputs.get("viewExpandedText"),
    }
    return {key: value for key, value in found.items() if value is not None}


def _column(column: Mapping[str, str]) -> dict[str, str]:
    return {key: column[key.lower()] for key in ("Name", "Type", "Comment") if key.lower() in column}


def _make_workgroup(recording: Recording, aws: Aws) -> None:
    athena = aws.client("athena")
    workgroup = recording.named("aws:athena/workgroup:Workgroup", "analysis").inputs
    configuration = workgroup["configuration"]
    athena.create_work_group(
        Name=workgroup["name"],
        Configuration={
            "EnforceWorkGroupConfiguration": configuration["enforceWorkgroupConfiguration"],
            "BytesScannedCutoffPerQuery": int(configuration["bytesScannedCutoffPerQuery"]),
            "ResultConfiguration": {"OutputLocation": configuration["resultConfiguration"]["outputLocation"]},
        },
    )
    for query in recording.of_type("aws:athena/namedQuery:NamedQuery"):
        athena.create_named_query(
            Name=query.inputs["name"],
            Description=query.inputs["description"],
            Database=query.inputs["database"],
            QueryString=query.inputs["query"],
            WorkGroup=query.inputs["workgroup"],
        )
