"""Spark reaches a bucket as boto3 does: its region, endpoint and credentials, wherever boto3 found them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from flightlake.errors import StorageError
from flightlake.storage.s3a import s3a_access

REGION = "spark.hadoop.fs.s3a.endpoint.region"
ENDPOINT = "spark.hadoop.fs.s3a.endpoint"
PATH_STYLE = "spark.hadoop.fs.s3a.path.style.access"
PROVIDER = "spark.hadoop.fs.s3a.aws.credentials.provider"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Only what is set here: no account of this machine."""
    for name in (
        *("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION"),
        *("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ):
        monkeypatch.delenv(name, raising=False)
    set_all(monkeypatch, {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"})
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def set_all(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


KEYS = {"AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a-canary-key", "AWS_DEFAULT_REGION": "eu-central-1"}


def test_on_aws_only_region_and_credentials_are_given(environment: pytest.MonkeyPatch) -> None:
    set_all(environment, KEYS)
    access = s3a_access()
    assert set(access.settings) == {REGION, PROVIDER}
    assert access.settings[REGION] == "eu-central-1"
    assert access.credentials == {"AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a-canary-key"}


def test_no_secret_is_a_setting_or_shown(environment: pytest.MonkeyPatch) -> None:
    set_all(environment, {**KEYS, "AWS_SESSION_TOKEN": "a-canary-token"})
    access = s3a_access()
    assert "canary" not in str(access.settings) + repr(access)
    assert access.credentials["AWS_SESSION_TOKEN"] == "a-canary-token"


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_another_server_is_reached_by_path(environment: pytest.MonkeyPatch, variable: str) -> None:
    set_all(environment, {**KEYS, variable: "http://127.0.0.1:9"})
    settings = s3a_access().settings
    assert (settings[ENDPOINT], settings[PATH_STYLE]) == ("http://127.0.0.1:9", "true")


def test_the_endpoint_of_s3_goes_before_the_one_of_all_services(environment: pytest.MonkeyPatch) -> None:
    set_all(
        environment, {**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:2"}
    )
    assert s3a_access().settings[ENDPOINT] == "http://127.0.0.1:2"


def test_a_profile_brings_its_keys_region_and_endpoint(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile lab]\nregion = eu-west-3\nendpoint_url = http://127.0.0.1:3\n")
    (tmp_path / "credentials").write_text("[lab]\naws_access_key_id = of-lab\naws_secret_access_key = labs-key\n")
    files = {"AWS_CONFIG_FILE": tmp_path / "config", "AWS_SHARED_CREDENTIALS_FILE": tmp_path / "credentials"}
    set_all(environment, {"AWS_PROFILE": "lab"} | {name: str(path) for name, path in files.items()})
    access = s3a_access()
    assert (access.settings[REGION], access.settings[ENDPOINT]) == ("eu-west-3", "http://127.0.0.1:3")
    assert access.credentials == {"AWS_ACCESS_KEY_ID": "of-lab", "AWS_SECRET_ACCESS_KEY": "labs-key"}


def test_without_credentials_or_region_the_way_out_is_named(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(StorageError, match="AWS_PROFILE"):
        s3a_access()
    set_all(environment, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
    with pytest.raises(StorageError, match="AWS_DEFAULT_REGION"):
        s3a_access()
