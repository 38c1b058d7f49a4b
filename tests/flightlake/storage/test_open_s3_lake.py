"""A prefix becomes a lake by its marker, and by nothing else."""

import pytest
from support.aws import BUCKET, DATABASE, Aws, fill_bucket

from flightlake.errors import LakeNotFoundError, StorageError, UsageError
from flightlake.ports import VersionedState
from flightlake.schema.tables.states import STATES
from flightlake.storage.open_lake import open_lake
from flightlake.storage.open_s3_lake import AwsSettings, open_s3_lake


def test_an_empty_prefix_becomes_a_lake_when_asked_and_opens_again(aws: Aws) -> None:
    address = aws.make_lake_place()
    lake = open_lake(address, create=True)
    assert (
        aws.client("s3").get_object(Bucket=BUCKET, Key="lake/flightlake.json")["Body"].read() == b'{"flightlake": 1}\n'
    )
    lake.catalog.create_table(STATES, "curated/states/")
    lake.poll_state.save({"credits_left": 1}, expected_version=0)
    again = open_lake(f"{address}/")
    assert (again.address, again.root) == (f"{address}/", None)
    assert again.store.uri("raw/") == f"s3a://{BUCKET}/lake/raw/"
    assert again.poll_state.load() == VersionedState({"credits_left": 1}, 1)
    table = aws.client("glue").get_table(DatabaseName=DATABASE, Name="states")["Table"]
    assert table["StorageDescriptor"]["Location"] == f"s3://{BUCKET}/lake/curated/states/"


def test_a_whole_bucket_can_be_a_lake(aws: Aws) -> None:
    aws.make_bucket()
    lake = open_lake(f"s3://{BUCKET}", create=True)
    assert [found.key for found in lake.store.list("")] == ["flightlake.json"]
    assert lake.store.uri("") == f"s3a://{BUCKET}/"


def test_no_lake_where_none_was_made_and_how_to_make_one(aws: Aws) -> None:
    aws.make_bucket()
    with pytest.raises(
        LakeNotFoundError, match=f"nothing lies there; make one with `flightlake land --lake s3://{BUCKET}"
    ):
        open_lake(f"s3://{BUCKET}/lake")


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(("count", "said"), [(1, "1 other entry "), (1001, "at least 1000 other entries ")])
def test_a_prefix_of_other_things_is_never_taken_for_a_lake(aws: Aws, create: bool, count: int, said: str) -> None:
    aws.make_bucket()
    fill_bucket(f"lake/other/{number}" for number in range(count))
    with pytest.raises(LakeNotFoundError, match=f"it holds {said}and no flightlake.json"):
        open_lake(f"s3://{BUCKET}/lake", create=create)


@pytest.mark.parametrize("create", [True, False])
def test_a_bucket_that_does_not_exist_is_named(aws: Aws, create: bool) -> None:
    with pytest.raises(LakeNotFoundError, match=r"s3://no-such-bucket/lake/flightlake.json: there is no such bucket"):
        open_lake("s3://no-such-bucket/lake", create=create)


def test_a_lake_of_a_newer_format_asks_for_an_upgrade(aws: Aws) -> None:
    aws.client("s3").put_object(Bucket=aws.make_bucket(), Key="flightlake.json", Body=b'{"flightlake": 3}')
    with pytest.raises(StorageError, match=r"has format 3.*: upgrade flightlake"):
        open_lake(f"s3://{BUCKET}")


@pytest.mark.parametrize(
    "address", ["s3://", "s3:///lake", "s3://UPPER/lake", "s3://a-lake/../x", "s3://a-lake//a//b", "s3://a-lake/.git"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="is no address of a lake: give s3://bucket or s3://bucket/prefix"):
        open_lake(address, create=True)


def test_a_region_that_is_missing_is_asked_for(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    address = aws.make_lake_place()
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(StorageError, match=f"cannot open {address}: .*set AWS_DEFAULT_REGION"):
        open_lake(address, create=True)


def test_credentials_that_are_missing_are_asked_for(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    address = aws.make_lake_place()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(StorageError, match="set AWS_PROFILE or log in"):
        open_lake(address, create=True)


def test_an_incomplete_setting_of_aws_is_named(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "absent")
    with pytest.raises(StorageError, match=r"absent.*check the AWS settings"):
        open_lake(f"s3://{BUCKET}/lake")


def test_settings_have_defaults_and_come_from_the_environment() -> None:
    assert AwsSettings.from_environment({}) == AwsSettings("flightlake", "flightlake-poll-state")
    environment = {"FLIGHTLAKE_DATABASE": "flightlake_dev", "FLIGHTLAKE_POLL_STATE_TABLE": "dev.state"}
    assert AwsSettings.from_environment(environment) == AwsSettings("flightlake_dev", "dev.state")


@pytest.mark.parametrize("name", ["", "Flights", "a b"])
def test_a_name_that_aws_does_not_allow_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"FLIGHTLAKE_DATABASE is '{name}': AWS allows names of the form"):
        AwsSettings.from_environment({"FLIGHTLAKE_DATABASE": name})


def test_settings_name_database_and_table(aws: Aws) -> None:
    aws.make_bucket()
    aws.make_database("flightlake_dev")
    aws.make_poll_state_table("dev-state")
    lake = open_s3_lake(f"s3://{BUCKET}/lake", AwsSettings("flightlake_dev", "dev-state"), create=True)
    lake.catalog.create_table(STATES, "curated/states/")
    lake.poll_state.save({"credits_left": 1}, expected_version=0)
    assert aws.client("glue").get_table(DatabaseName="flightlake_dev", Name="states")["Table"]["Name"] == "states"
    (item,) = aws.client("dynamodb").scan(TableName="dev-state")["Items"]
    assert item["poller_id"] == {"S": f"s3://{BUCKET}/lake/"}


def test_a_marker_can_place_the_raw_zone_in_another_bucket(aws: Aws) -> None:
    marker = b'{"flightlake": 2, "raw": "s3://raw-zone"}'
    aws.client("s3").put_object(Bucket=aws.make_bucket(), Key="flightlake.json", Body=marker)
    aws.make_bucket("raw-zone")
    store = open_lake(f"s3://{BUCKET}", create=True).store
    store.put_if_absent("raw/states/a.json", b"{}")
    store.put_if_absent("commits/b.json", b"{}")
    assert [found["Key"] for found in aws.client("s3").list_objects_v2(Bucket="raw-zone")["Contents"]] == [
        "raw/states/a.json"
    ]
    assert [found.key for found in store.list("")] == ["commits/b.json", "flightlake.json", "raw/states/a.json"]
    assert store.uri("raw/states/") == "s3a://raw-zone/raw/states/"


@pytest.mark.parametrize("marker", [b'{"flightlake": 2}', b'{"flightlake": 1, "raw": "s3://raw-zone"}', b"[2]"])
def test_a_marker_that_says_half_is_broken(aws: Aws, marker: bytes) -> None:
    aws.client("s3").put_object(Bucket=aws.make_bucket(), Key="flightlake.json", Body=marker)
    with pytest.raises(StorageError, match=r"the marker flightlake.json of the lake .* is broken"):
        open_lake(f"s3://{BUCKET}")


def test_a_raw_zone_that_is_no_bucket_is_named_with_its_marker(aws: Aws) -> None:
    marker = b'{"flightlake": 2, "raw": "/tmp/raw"}'
    aws.client("s3").put_object(Bucket=aws.make_bucket(), Key="flightlake.json", Body=marker)
    with pytest.raises(StorageError, match=f"the marker of the lake s3://{BUCKET} gives '/tmp/raw' as its raw zone"):
        open_lake(f"s3://{BUCKET}")
