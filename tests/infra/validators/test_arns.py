import pytest
from support.validators.arns import violations_of

ACCOUNT = "111122223333"
VALID = [
    "arn:aws:s3:::lake",
    "arn:aws:s3:::lake/raw/*",
    f"arn:aws:iam::{ACCOUNT}:role/flightlake-dev-poller",
    f"arn:aws:iam::{ACCOUNT}:root",
    "arn:aws:iam::aws:policy/PowerUserAccess",
    f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:flightlake-dev-poller",
    f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/flightlake/dev/poller:*",
    f"arn:aws:glue:us-east-1:{ACCOUNT}:table/flightlake_dev/*",
    f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:flightlake-dev-opensky-??????",
    "arn:aws:states:::glue:startJobRun.sync",
    "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
]
INVALID = {
    "arn:aws:s3": "it has not six parts",
    "arn:amazon:s3:::lake": "partition 'amazon'",
    f"arn:aws:kinesiss:us-east-1:{ACCOUNT}:stream/x": "service 'kinesiss'",
    f"arn:aws:sqs:us-east-9:{ACCOUNT}:ticks": "region 'us-east-9'",
    "arn:aws:sqs:us-east-1:11112222333:ticks": "account '11112222333'",
    "arn:aws:sqs:us-east-1::ticks": "no resource of sqs has this form",
    f"arn:aws:sqs::{ACCOUNT}:ticks": "no resource of sqs has this form",
    f"arn:aws:s3:us-east-1:{ACCOUNT}:lake": "no resource of s3 has this form",
    f"arn:aws:iam:us-east-1:{ACCOUNT}:role/poller": "no resource of iam has this form",
    f"arn:aws:lambda:us-east-1:{ACCOUNT}:function/poller": "no resource of lambda has this form",
    f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:poll-state": "no resource of dynamodb has this form",
}


@pytest.mark.parametrize("arn", VALID)
def test_an_arn_passes(arn: str) -> None:
    assert violations_of(arn) == ()


@pytest.mark.parametrize(("arn", "wrong"), INVALID.items())
def test_what_is_no_arn_is_found(arn: str, wrong: str) -> None:
    assert violations_of(arn) == (wrong,)
