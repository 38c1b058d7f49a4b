"""Private network for poller and jobs, for accounts that require one; off by default.

The poller and the jobs reach S3 and DynamoDB through gateway endpoints, which cost nothing, and all else (OpenSky on
the internet, the other AWS services) through one NAT gateway, which costs some 33 USD a month.
"""

import ipaddress
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi_aws import cloudwatch, ec2

from infra.components.keys import Keys
from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant, make_role, service_trust

ZONE_COUNT = 3

_HTTPS = 443
_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class NetworkArgs:
    """Inputs of the network."""

    settings: Settings
    names: Names
    keys: Keys


class Network(pulumi.ComponentResource):
    """Private subnets in three zones; empty where the settings name no address range.

    Attributes:
        subnet_ids: of the private subnets; empty without a network.
        zones: the availability zone of each of them.
        security_group_ids: the one group: no inbound traffic, HTTPS outbound; empty without a network.
    """

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flightlake:index:Network", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.subnet_ids: list[pulumi.Output[str]] = []
        self.security_group_ids: list[pulumi.Output[str]] = []
        self.zones: list[str] = []
        if args.settings.network_cidr is not None:
            self._make(ipaddress.ip_network(args.settings.network_cidr))
        self.register_outputs({})

    @property
    def lambda_placement(self) -> Any:
        """Subnets and security groups of a Lambda function; None without a network."""
        if not self.subnet_ids:
            return None
        return {"subnet_ids": self.subnet_ids, "security_group_ids": self.security_group_ids}

    def _make(self, cidr: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
        self.zones = list(aws.get_availability_zones(state="available").names[:ZONE_COUNT])
        vpc = ec2.Vpc(
            "network", cidr_block=str(cidr), enable_dns_support=True, enable_dns_hostnames=True, opts=self._child
        )
        # A resource in this network without its own security group can connect to nothing.
        ec2.DefaultSecurityGroup("closed", vpc_id=vpc.id, opts=self._child)
        ranges = [str(part) for part in cidr.subnets(prefixlen_diff=3)]
        private_routes = self._private_subnets(vpc, ranges[:ZONE_COUNT])
        nat = self._nat_gateway(vpc, ranges[ZONE_COUNT])
        ec2.Route(
            "out",
            route_table_id=private_routes.id,
            destination_cidr_block=_ANYWHERE,
            nat_gateway_id=nat.id,
            opts=self._child,
        )
        self._endpoints(vpc, private_routes)
        self._security_group(vpc)
        self._flow_log(vpc)

    def _private_subnets(self, vpc: ec2.Vpc, ranges: list[str]) -> ec2.RouteTable:
        routes = ec2.RouteTable("private", vpc_id=vpc.id, opts=self._child)
        for zone, part in zip(self.zones, ranges, strict=True):
            subnet = ec2.Subnet(
                f"private-{zone}", vpc_id=vpc.id, cidr_block=part, availability_zone=zone, opts=self._child
            )
            ec2.RouteTableAssociation(
                f"private-{zone}", subnet_id=subnet.id, route_table_id=routes.id, opts=self._child
            )
            self.subnet_ids.append(subnet.id)
        return routes

    def _nat_gateway(self, vpc: ec2.Vpc, public_range: str) -> ec2.NatGateway:
        gateway = ec2.InternetGateway("internet", vpc_id=vpc.id, opts=self._child)
        public = ec2.Subnet(
            "public", vpc_id=vpc.id, cidr_block=public_range, availability_zone=self.zones[0], opts=self._child
        )
        routes = ec2.RouteTable(
            "public",
            vpc_id=vpc.id,
            routes=[{"cidr_block": _ANYWHERE, "gateway_id": gateway.id}],
            opts=self._child,
        )
        ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=routes.id, opts=self._child)
        address = ec2.Eip("out", domain="vpc", opts=self._child)
        return ec2.NatGateway("out", subnet_id=public.id, allocation_id=address.id, opts=self._child)

    def _endpoints(self, vpc: ec2.Vpc, routes: ec2.RouteTable) -> None:
        for service in ("s3", "dynamodb"):
            ec2.VpcEndpoint(
                service,
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{self._args.names.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[routes.id],
                opts=self._child,
            )

    def _security_group(self, vpc: ec2.Vpc) -> None:
        group = ec2.SecurityGroup(
            "workers",
            name=self._args.names.named("workers"),
            description="poller and jobs: HTTPS out, and Glue workers among themselves",
            vpc_id=vpc.id,
            # Source: AWS Glue developer guide, "Setting up Amazon VPC to connect to JDBC data stores": workers talk to
            # each other on every port.
            ingress=[{"protocol": "tcp", "from_port": 0, "to_port": 65535, "self": True}],
            egress=[
                {"protocol": "tcp", "from_port": 0, "to_port": 65535, "self": True},
                {"protocol": "tcp", "from_port": _HTTPS, "to_port": _HTTPS, "cidr_blocks": [_ANYWHERE]},
            ],
            opts=self._child,
        )
        self.security_group_ids.append(group.id)

    def _flow_log(self, vpc: ec2.Vpc) -> None:
        names = self._args.names
        log_group = f"/flightlake/{names.stack}/network"
        group = cloudwatch.LogGroup(
            "network",
            name=log_group,
            retention_in_days=self._args.settings.retention.log_days,
            kms_key_id=self._args.keys.operations,
            opts=self._child,
        )
        role = make_role(
            names,
            "network",
            trust=service_trust(names, "vpc-flow-logs"),
            grants=network_grants(names, log_group),
            opts=self._child,
        )
        ec2.FlowLog(
            "network",
            vpc_id=vpc.id,
            traffic_type="REJECT",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            opts=self._child,
        )


def network_grants(names: Names, log_group: str) -> list[Grant]:
    """Return the permissions of the flow log, which records refused connections."""
    arn = names.arn("logs", f"log-group:{log_group}")
    by_service = "VPC flow logs write by themselves; no code of ours asks"
    return [
        Grant("WriteFlowLog", ("logs:CreateLogStream", "logs:PutLogEvents"), [f"{arn}:*"], reason=by_service),
        Grant("FindFlowLog", ("logs:DescribeLogStreams",), [f"{arn}:*"], reason=by_service),
        Grant(
            "FindLogGroups",
            ("logs:DescribeLogGroups",),
            ["*"],
            reason=f"{by_service}; the listing of log groups has no resources to name",
        ),
    ]
