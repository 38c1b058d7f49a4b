"""Tables and partitions as Glue, Athena and Spark need them; and others who change them at the same time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from botocore.stub import ANY, Stubber
from support.aws import DATABASE, Aws
from support.faulty_network import faulty_network

from flightlake.errors import ConflictError, StorageError
from flightlake.schema.contract import Column
from flightlake.schema.tables.raw import RAW_STATES
from flightlake.schema.tables.states import STATES
from flightlake.storage.glue_catalog import GlueCatalog
from flightlake.storage.open_lake import open_lake

EIGHTH = date(2026, 5, 8)
BASE = "s3://a-lake/lake/"


@pytest.fixture
def client(aws: Aws) -> Any:
    aws.make_database()
    return aws.client("glue")


@pytest.fixture
def catalog(client: Any) -> GlueCatalog:
    return GlueCatalog(DATABASE, BASE, client)


def table_named(client: Any, name: str) -> dict[str, Any]:
    table: dict[str, Any] = client.get_table(DatabaseName=DATABASE, Name=name)["Table"]
    return table


def test_a_table_is_what_the_contract_says(catalog: GlueCatalog, client: Any) -> None:
    catalog.create_table(STATES, "curated/states/")
    table = table_named(client, "states")
    storage = table["StorageDescriptor"]
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["Description"] == "one aircraft in one response"
    assert table["Parameters"] == {"EXTERNAL": "TRUE", "classification": "parquet"}
    assert [(column["Name"], column["Type"]) for column in table["PartitionKeys"]] == [("snapshot_date", "date")]
    assert storage["Location"] == "s3://a-lake/lake/curated/states/"
    assert storage["Columns"][5] == {
        "Name": "longitude_deg",
        "Type": "double",
        "Comment": "longitude, east positive [deg, WGS 84]",
    }
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    }


def test_raw_responses_are_read_as_json(catalog: GlueCatalog, client: Any) -> None:
    catalog.create_table(RAW_STATES, "raw/states/")
    table = table_named(client, "raw_states")
    assert table["Parameters"]["classification"] == "json"
    assert table["StorageDescriptor"]["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == "org.openx.data.jsonserde.JsonSerDe"


def test_a_partition_stands_for_itself(catalog: GlueCatalog, client: Any) -> None:
    catalog.create_table(STATES, "curated/states/")
    catalog.move_pointer(STATES, EIGHTH, "curated/states/snapshot_date=2026-05-08/commit=a/")
    (partition,) = client.get_partitions(DatabaseName=DATABASE, TableName="states")["Partitions"]
    storage, of_table = partition["StorageDescriptor"], table_named(client, "states")["StorageDescriptor"]
    assert partition["Values"] == ["2026-05-08"]
    assert storage["Location"] == "s3://a-lake/lake/curated/states/snapshot_date=2026-05-08/commit=a/"
    for part in ("Columns", "InputFormat", "OutputFormat", "SerdeInfo"):
        assert storage[part] == of_table[part]


def test_an_existing_table_gets_the_contract_s_columns_and_keeps_what_others_added(
    catalog: GlueCatalog, client: Any
) -> None:
    old = replace(STATES, columns=(*STATES.columns[:3], Column("gone", "int", "gone")))
    catalog.create_table(old, "curated/states/")
    present = table_named(client, "states")
    table_input = {name: present[name] for name in ("Name", "TableType", "PartitionKeys", "StorageDescriptor")}
    client.update_table(DatabaseName=DATABASE, TableInput={**table_input, "Parameters": {"owner_team": "flights"}})
    catalog.create_table(STATES, "curated/states/")
    table = table_named(client, "states")
    assert [column["Name"] for column in table["StorageDescriptor"]["Columns"]] == [
        column.name for column in STATES.columns
    ]
    assert table["Parameters"] == {"owner_team": "flights", "EXTERNAL": "TRUE", "classification": "parquet"}


def test_a_table_that_is_up_to_date_gets_no_new_version(catalog: GlueCatalog, client: Any) -> None:
    catalog.create_table(STATES, "curated/states/")
    sent: list[str] = []
    client.meta.events.register("before-send.glue", lambda event_name, **_: sent.append(event_name.split(".")[-1]))
    catalog.create_table(STATES, "curated/states/")
    assert sent == ["CreateTable", "GetTable"]


def test_a_listing_of_days_goes_on_after_the_first_page(catalog: GlueCatalog, client: Any) -> None:
    def page(*days: str) -> dict[str, Any]:
        return {"Partitions": [{"Values": [day], "StorageDescriptor": {"Location": f"{BASE}{day}/"}} for day in days]}

    request = {"DatabaseName": DATABASE, "TableName": "states", "ExcludeColumnSchema": True}
    with Stubber(client) as stubber:
        stubber.add_response("get_partitions", {**page("2026-05-09"), "NextToken": "more"}, request)
        stubber.add_response("get_partitions", page("2026-05-08"), {**request, "NextToken": "more"})
        assert catalog.partitions(STATES) == {EIGHTH: "2026-05-08/", date(2026, 5, 9): "2026-05-09/"}


@pytest.mark.parametrize(
    ("values", "location"),
    [
        (["2026-05-08"], "s3://another-lake/curated/a/"),
        (["__HIVE_DEFAULT_PARTITION__"], f"{BASE}curated/a/"),
        (["2026-05-08", "14"], f"{BASE}curated/a/"),
    ],
)
def test_a_partition_that_is_no_day_of_this_lake_is_named(
    catalog: GlueCatalog, client: Any, values: list[str], location: str
) -> None:
    with Stubber(client) as stubber:
        partition = {"Values": values, "StorageDescriptor": {"Location": location}}
        stubber.add_response("get_partitions", {"Partitions": [partition]})
        message = f"the partition {'/'.join(values)} of flightlake.states lies at {location} and is no day of the lake"
        with pytest.raises(StorageError, match=message):
            catalog.partitions(STATES)


def test_a_partition_that_another_creates_meanwhile_is_changed(catalog: GlueCatalog, client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("update_partition", "EntityNotFoundException")
        stubber.add_client_error("create_partition", "AlreadyExistsException")
        stubber.add_response(
            "update_partition",
            {},
            {
                "DatabaseName": DATABASE,
                "TableName": "states",
                "PartitionValueList": ["2026-05-08"],
                "PartitionInput": ANY,
            },
        )
        catalog.move_pointer(STATES, EIGHTH, "a/")
        stubber.assert_no_pending_responses()


def test_a_partition_that_others_keep_changing_is_a_conflict(catalog: GlueCatalog, client: Any) -> None:
    with Stubber(client) as stubber:
        for _ in range(5):
            stubber.add_client_error("update_partition", "ConcurrentModificationException")
            stubber.add_client_error("create_partition", "AlreadyExistsException")
        with pytest.raises(ConflictError, match=r"flightlake.states 2026-05-08: others keep changing it; run it again"):
            catalog.move_pointer(STATES, EIGHTH, "a/")
        stubber.assert_no_pending_responses()


def test_publishers_that_race_for_a_new_day_all_succeed(aws: Aws, catalog: GlueCatalog) -> None:
    catalog.create_table(STATES, "curated/states/")

    def publish(number: int) -> None:
        GlueCatalog(DATABASE, BASE, aws.client("glue")).move_pointer(STATES, EIGHTH, f"{number}/")

    with ThreadPoolExecutor(8) as publishers:
        list(publishers.map(publish, range(24)))
    assert catalog.partitions(STATES)[EIGHTH] in {f"{number}/" for number in range(24)}


def test_a_database_that_does_not_exist_is_an_error(aws: Aws) -> None:
    catalog = GlueCatalog("absent", BASE, aws.client("glue"))
    with pytest.raises(StorageError, match=r"absent.states: EntityNotFoundException"):
        catalog.partitions(STATES)
    with pytest.raises(StorageError, match=r"absent.states"):
        catalog.create_table(STATES, "curated/states/")
    with pytest.raises(StorageError, match=r"absent.states"):
        catalog.move_pointer(STATES, EIGHTH, "a/")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_refusals_name_table_reason_and_way_out(catalog: GlueCatalog, client: Any, code: str) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("create_table", code, "no")
        stubber.add_client_error("get_partitions", code, "no")
        stubber.add_client_error("update_partition", code, "no")
        stubber.add_client_error("update_partition", "EntityNotFoundException")
        stubber.add_client_error("create_partition", code, "no")
        for attempt in (
            lambda: catalog.create_table(STATES, "curated/states/"),
            lambda: catalog.partitions(STATES),
            lambda: catalog.move_pointer(STATES, EIGHTH, "a/"),
            lambda: catalog.move_pointer(STATES, EIGHTH, "a/"),
        ):
            with pytest.raises(StorageError, match=f"flightlake.states.*: {code}, no; (give|AWS is busy)"):
                attempt()


def test_half_an_answer_is_an_error_and_not_an_empty_catalog(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    address = aws.make_lake_place()
    open_lake(address, create=True).catalog.create_table(STATES, "curated/states/")
    with faulty_network(aws.endpoint) as network:
        monkeypatch.setenv("AWS_ENDPOINT_URL", network.endpoint)
        catalog = open_lake(address).catalog
        network.strike(lambda _: "cut body")
        with pytest.raises(StorageError, match=r"cannot list the partitions of .* but total bytes expected"):
            catalog.partitions(STATES)
