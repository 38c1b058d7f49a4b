import json

import pytest
from support.aws import Aws

from flightlake.errors import SourceRejectedError
from ingestion.opensky.account_secret import read_credentials
from ingestion.opensky.oauth import Credentials


def test_the_account_comes_from_its_secret(aws: Aws) -> None:
    client = aws.client("secretsmanager")
    text = json.dumps({"client_id": "me", "client_secret": "private"})
    arn = client.create_secret(Name="opensky", SecretString=text)["ARN"]
    assert read_credentials(arn, client) == Credentials("me", "private")


@pytest.mark.parametrize(
    "text",
    ["private", "[]", '{"client_id": "private"}', '{"client_id": "me", "client_secret": ""}', '["private"]',
     '{"client_id": 5, "client_secret": "private"}'],
)  # fmt: skip
def test_a_secret_of_another_form_is_refused_and_not_told(aws: Aws, text: str) -> None:
    client = aws.client("secretsmanager")
    client.create_secret(Name="opensky", SecretString=text)
    with pytest.raises(SourceRejectedError, match="the secret opensky is not of the form") as refusal:
        read_credentials("opensky", client)
    assert "private" not in str(refusal.value)


def test_a_secret_that_is_not_there_is_named(aws: Aws) -> None:
    with pytest.raises(SourceRejectedError, match=r"the secret opensky cannot be read \(ResourceNotFound"):
        read_credentials("opensky", aws.client("secretsmanager"))


def test_a_binary_secret_cannot_be_read(aws: Aws) -> None:
    client = aws.client("secretsmanager")
    client.create_secret(Name="opensky", SecretBinary=b"private")
    with pytest.raises(SourceRejectedError, match="cannot be read"):
        read_credentials("opensky", client)
