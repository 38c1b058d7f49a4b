import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from glue_jobs.jobs.options import ConvertOptions, VacuumOptions, VerifyOptions
from infra.config.settings import STACKS
from infra.plan.recorder import Recording

JOB, TRIGGER = "aws:glue/job:Job", "aws:glue/trigger:Trigger"


def job(recording: Recording, name: str) -> dict[str, Any]:
    return recording.named(JOB, name).inputs


def triggers(recording: Recording) -> dict[str, dict[str, Any]]:
    return {found.name: found.inputs for found in recording.of_type(TRIGGER)}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("name", ["convert", "verify", "vacuum"])
def test_every_job_is_pinned_bounded_and_alone(recordings: Mapping[str, Recording], stack: str, name: str) -> None:
    inputs = job(recordings[stack], name)
    assert inputs["glueVersion"] == "6.0"
    assert inputs["timeout"] == 60
    assert inputs["executionProperty"] == {"maxConcurrentRuns": 1}
    assert inputs["maxRetries"] == 0
    assert inputs["securityConfiguration"] == f"flightlake-{stack}-jobs"
    assert inputs["defaultArguments"]["--continuous-log-logGroup"] == f"/flightlake/{stack}/jobs"
    forbidden = {"--JOB_NAME", "--debug", "--mode", "--additional-python-modules"}
    assert not forbidden & inputs["defaultArguments"].keys()


def test_only_a_conversion_that_somebody_waits_for_is_not_flexible(recordings: Mapping[str, Recording]) -> None:
    assert [job(recordings["prod"], name)["executionClass"] for name in ("convert", "verify", "vacuum")] == [
        "STANDARD",
        "FLEX",
        "FLEX",
    ]
    assert job(recordings["dev"], "convert")["executionClass"] == "FLEX"


def test_the_jobs_understand_the_arguments_that_they_are_given(recordings: Mapping[str, Recording]) -> None:
    def argv(name: str) -> list[str]:
        ours = ("--lake", "--database", "--service", "--min_quality", "--older_than_days")
        arguments = job(recordings["prod"], name)["defaultArguments"]
        return [text for key in ours if key in arguments for text in (key, arguments[key])]

    lake = recordings["prod"].exports["lake"]
    convert = ConvertOptions.from_argv(argv("convert"))
    assert (convert.lake, convert.database, convert.service) == (lake, "flightlake_prod", "flightlake-prod")
    assert convert.min_quality == 90
    assert VerifyOptions.from_argv(argv("verify")).lake == lake
    assert VacuumOptions.from_argv(argv("vacuum")).retention == timedelta(days=14)


def test_code_lies_under_its_own_hash(recordings: Mapping[str, Recording]) -> None:
    inputs = job(recordings["dev"], "convert")
    uploads = {found.inputs["key"] for found in recordings["dev"].of_type("aws:s3/bucketObjectv2:BucketObjectv2")}
    bucket = "s3://flightlake-dev-artifacts-111122223333-us-east-1/"
    for address in (inputs["command"]["scriptLocation"], inputs["defaultArguments"]["--extra-py-files"]):
        assert address.removeprefix(bucket) in uploads


def test_after_the_conversion_comes_the_crawler_and_then_the_verification(
    recordings: Mapping[str, Recording],
) -> None:
    found = triggers(recordings["prod"])
    assert found["daily"]["actions"] == [{"jobName": "flightlake-prod-convert"}]
    assert found["daily-crawl"]["predicate"]["conditions"] == [
        {"jobName": "flightlake-prod-convert", "logicalOperator": "EQUALS", "state": "SUCCEEDED"}
    ]
    assert found["daily-crawl"]["actions"] == [{"crawlerName": "flightlake-prod-raw"}]
    assert found["daily-verify"]["predicate"]["conditions"] == [
        {"crawlerName": "flightlake-prod-raw", "logicalOperator": "EQUALS", "crawlState": "SUCCEEDED"}
    ]
    assert found["daily-verify"]["actions"] == [{"jobName": "flightlake-prod-verify"}]
    assert {found[name]["workflowName"] for name in ("daily", "daily-crawl", "daily-verify")} == {
        "flightlake-prod-daily"
    }


def test_other_conversions_keep_out_of_the_workflows_hour(recordings: Mapping[str, Recording]) -> None:
    found = triggers(recordings["prod"])
    assert found["daily"]["schedule"] == "cron(20 0 * * ? *)"
    assert found["convert"]["schedule"] == "cron(10 6,12,18 * * ? *)"
    assert found["vacuum"]["schedule"] == "cron(40 3 ? * SUN *)"


def test_once_a_day_needs_no_second_schedule(record_stack: Callable[..., Recording]) -> None:
    assert "convert" not in triggers(record_stack("dev", convertEveryHours="24"))


def test_in_a_private_network_the_jobs_have_a_connection(record_stack: Callable[..., Recording]) -> None:
    recording = record_stack("dev", networkCidr="10.20.0.0/20")
    assert job(recording, "convert")["connections"] == ["flightlake-dev-jobs"]
    policies = [json.loads(found.inputs["policy"]) for found in recording.of_type("aws:iam/rolePolicy:RolePolicy")]
    assert sum(any(s["Sid"] == "JoinNetwork" for s in policy["Statement"]) for policy in policies) == 4
