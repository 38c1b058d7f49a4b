import importlib
from collections.abc import Callable, Mapping

import pulumi
import pytest
from support.stacks import PLANTED

from infra.config.settings import STACKS
from infra.config.tags import can_carry_tags
from infra.plan.recorder import Recording


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_runs_to_its_end(recordings: Mapping[str, Recording], stack: str) -> None:
    assert recordings[stack].exports["lake"] == f"s3://flightlake-{stack}-curated-111122223333-us-east-1"


@pytest.mark.parametrize("stack", STACKS)
def test_the_same_settings_make_the_same_resources(
    recordings: Mapping[str, Recording], record_stack: Callable[..., Recording], stack: str
) -> None:
    assert record_stack(stack) == recordings[stack]


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_needs_no_value_that_only_a_deployment_knows(
    recordings: Mapping[str, Recording], record_stack: Callable[..., Recording], stack: str
) -> None:
    preview = record_stack(stack, preview=True)
    assert [resource.urn for resource in preview.resources] == [
        resource.urn for resource in recordings[stack].resources
    ]
    assert preview.exports.keys() == recordings[stack].exports.keys()
    assert preview.exports["environment"] == recordings[stack].exports["environment"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_secret_reaches_the_engine_only_as_a_secret(recordings: Mapping[str, Recording], stack: str) -> None:
    leaks = [
        (resource.urn, key)
        for resource in recordings[stack].resources
        for key, value in resource.inputs.items()
        if PLANTED in str(value) and key not in resource.secrets
    ]
    assert leaks == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_that_can_carry_tags_carries_those_of_its_stack(
    recordings: Mapping[str, Recording], stack: str
) -> None:
    expected = {"Project": "flightlake", "Stack": stack, "ManagedBy": "pulumi"}
    for resource in recordings[stack].resources:
        if can_carry_tags(class_of(resource.type)):
            assert resource.inputs["tags"].items() >= expected.items(), resource.urn
            assert resource.inputs["tags"].keys() >= {"Owner", "CostCenter"}, resource.urn


def class_of(token: str) -> type[pulumi.Resource]:
    """Return the class of a type token such as `aws:s3/bucket:Bucket`; of a component of ours, the base class."""
    package, module, name = token.split(":")
    if package != "aws":
        return pulumi.ComponentResource
    service = module.partition("/")[0]
    return getattr(importlib.import_module(f"pulumi_aws.{'lambda_' if service == 'lambda' else service}"), name)
