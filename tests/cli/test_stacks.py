"""`--stack`, with a program named pulumi that answers as Pulumi's does."""

import json
from pathlib import Path

import pytest
from support.aws import DATABASE, POLL_STATE_TABLE, REGION, Aws
from support.commands import flightlake
from support.pulumi import pulumi_that, pulumi_that_exports

from cli.location import LakeLocation
from cli.stacks import read_stack
from flightlake.errors import StorageError, UsageError

ENVIRONMENT = {
    "FLIGHTLAKE_LAKE": "s3://a-lake/flights",
    "FLIGHTLAKE_DATABASE": DATABASE,
    "FLIGHTLAKE_POLL_STATE_TABLE": POLL_STATE_TABLE,
}


def test_a_stack_is_a_location_with_every_name_that_its_poller_has(tmp_path: Path) -> None:
    environ = pulumi_that_exports(tmp_path, {"environment": ENVIRONMENT, "region": "eu-west-1"})
    stack = read_stack("dev", environ)
    assert stack.settings == ENVIRONMENT
    assert stack.location == LakeLocation("s3://a-lake/flights", DATABASE, POLL_STATE_TABLE, "eu-west-1")
    assert (tmp_path / "asked").read_text().startswith("stack output --json --stack dev --non-interactive --cwd /")


def test_a_stack_tells_its_queue_of_dead_letters(tmp_path: Path) -> None:
    exports = {"environment": ENVIRONMENT, "region": "eu-west-1", "deadLetterQueue": "https://sqs.test/1/dead-letters"}
    found = read_stack("dev", pulumi_that_exports(tmp_path, exports))
    assert found.settings["FLIGHTLAKE_DEAD_LETTER_QUEUE"] == "https://sqs.test/1/dead-letters"


def test_without_pulumi_the_way_around_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not on the path: install it .* or name the lake with --lake"):
        read_stack("dev", {"PATH": str(tmp_path)})


def test_an_unknown_stack_is_wrong_usage_in_pulumis_words(tmp_path: Path) -> None:
    environ = pulumi_that(tmp_path, "echo \"error: no stack named 'dve' found\" >&2; exit 255")
    with pytest.raises(UsageError, match=r"the stack dve: error: no stack named 'dve' found; `pulumi stack ls`"):
        read_stack("dve", environ)


def test_a_stack_that_is_not_deployed_says_how_it_is(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="deploy it with `pulumi up --stack dev`"):
        read_stack("dev", pulumi_that_exports(tmp_path, {}))


def test_an_answer_that_is_not_json_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is not JSON: 'Welcome"):
        read_stack("dev", pulumi_that(tmp_path, "echo Welcome to Pulumi"))


def test_a_command_works_on_the_stacks_lake(aws: Aws, tmp_path: Path) -> None:
    aws.make_bucket()
    aws.make_database()
    aws.make_poll_state_table()
    recorded = tmp_path / "response.json"
    recorded.write_text(json.dumps({"time": 1767225600, "states": []}))
    environment = aws.environment | pulumi_that_exports(tmp_path, {"environment": ENVIRONMENT, "region": REGION})
    status, output, errors = flightlake("land", recorded, "--stack", "dev", "--format", "json", environment=environment)
    assert (status, json.loads(output)["landed"], errors) == (0, 1, "")
    keys = [found["Key"] for found in aws.client("s3").list_objects_v2(Bucket="a-lake")["Contents"]]
    assert sorted(key.partition("/year=")[0] for key in keys) == ["flights/flightlake.json", "flights/raw/states"]


def test_a_stack_and_a_lake_are_one_too_many(tmp_path: Path) -> None:
    status, _, errors = flightlake("history", "--stack", "dev", "--lake", tmp_path)
    assert status == 2
    assert "--stack and --lake name a lake each" in errors
