from collections.abc import Callable, Mapping

import pytest

from infra.plan.recorder import Recorded, Recording


@pytest.fixture(scope="module")
def network(record_stack: Callable[..., Recording]) -> list[Recorded]:
    recording = record_stack("dev", networkCidr="10.20.0.0/20")
    return recording.within("network")


def inputs_of(network: list[Recorded], token: str) -> list[dict[str, object]]:
    return [found.inputs for found in network if found.type == token]


def test_there_is_no_network_unless_a_range_is_set(recordings: Mapping[str, Recording]) -> None:
    assert [found for found in recordings["prod"].resources if found.type.startswith("aws:ec2")] == []


def test_private_subnets_lie_in_three_zones_and_do_not_overlap(network: list[Recorded]) -> None:
    subnets = inputs_of(network, "aws:ec2/subnet:Subnet")
    assert sorted((found["availabilityZone"], found["cidrBlock"]) for found in subnets) == [
        ("us-east-1a", "10.20.0.0/23"),
        ("us-east-1a", "10.20.6.0/23"),
        ("us-east-1b", "10.20.2.0/23"),
        ("us-east-1c", "10.20.4.0/23"),
    ]
    assert all("mapPublicIpOnLaunch" not in found for found in subnets)


def test_storage_is_reached_without_leaving_the_network(network: list[Recorded]) -> None:
    endpoints = inputs_of(network, "aws:ec2/vpcEndpoint:VpcEndpoint")
    assert sorted(str(found["serviceName"]) for found in endpoints) == [
        "com.amazonaws.us-east-1.dynamodb",
        "com.amazonaws.us-east-1.s3",
    ]
    assert {found["vpcEndpointType"] for found in endpoints} == {"Gateway"}


def test_nothing_from_outside_comes_in(network: list[Recorded]) -> None:
    (group,) = inputs_of(network, "aws:ec2/securityGroup:SecurityGroup")
    assert group["ingress"] == [{"protocol": "tcp", "fromPort": 0.0, "toPort": 65535.0, "self": True}]
    (closed,) = inputs_of(network, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert "ingress" not in closed
    assert "egress" not in closed
