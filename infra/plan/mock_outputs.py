"""Mock outputs of AWS resources for the recorder: ids and ARNs derived from names, in AWS's formats."""

import uuid
from typing import Any

from pulumi.runtime import mocks

ACCOUNT = "111122223333"
"""The account of a recording: one of those that AWS's documentation keeps for examples."""

_CALLER_IDENTITY = "aws:index/getCallerIdentity:getCallerIdentity"
_AVAILABILITY_ZONES = "aws:index/getAvailabilityZones:getAvailabilityZones"

_NETWORK_IDS = {
    "aws:ec2/eip:Eip": "eipalloc",
    "aws:ec2/internetGateway:InternetGateway": "igw",
    "aws:ec2/natGateway:NatGateway": "nat",
    "aws:ec2/routeTable:RouteTable": "rtb",
    "aws:ec2/securityGroup:SecurityGroup": "sg",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/vpc:Vpc": "vpc",
}
"""What an id of EC2 begins with; 17 hexadecimal digits follow."""


class MockOutputs(mocks.Mocks):
    """Pulumi mocks that return a resource's inputs, and outside of a preview its computed outputs."""

    def __init__(self, region: str, *, known: bool) -> None:
        self._region = region
        self._known = known

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Return the result of a provider function."""
        if args.token == _CALLER_IDENTITY:
            root = f"arn:aws:iam::{ACCOUNT}:root"
            return {"accountId": ACCOUNT, "arn": root, "userId": ACCOUNT, "id": ACCOUNT}, []
        if args.token == _AVAILABILITY_ZONES:
            zones = [f"{self._region}{letter}" for letter in "abcd"]
            return {"names": zones, "zoneIds": zones, "groupNames": [], "id": self._region}, []
        raise NotImplementedError(f"the recording engine has no answer to {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Return id and outputs of a resource; in a preview only its inputs."""
        if not self._known:
            return None, dict(args.inputs)
        identity, made_up = _made_up(args, self._region)
        return identity, {**made_up, **args.inputs}


def _made_up(args: mocks.MockResourceArgs, region: str) -> tuple[str, dict[str, Any]]:
    """Return id and computed outputs of a resource."""
    inputs, unique = args.inputs, str(uuid.uuid5(uuid.NAMESPACE_URL, f"{args.typ}/{args.name}"))
    region = inputs.get("region", region)
    name = _physical_name(args)
    if args.typ in _NETWORK_IDS:
        identity = f"{_NETWORK_IDS[args.typ]}-{unique.replace('-', '')[:17]}"
        return identity, {"arn": f"arn:aws:ec2:{region}:{ACCOUNT}:{_NETWORK_IDS[args.typ]}/{identity}"}
    forms = {
        "aws:kms/key:Key": (f"kms:{region}:{ACCOUNT}:key/{unique}", {"keyId": unique}, unique),
        "aws:s3/bucket:Bucket": (f"s3:::{name}", {"bucketRegionalDomainName": f"{name}.s3.amazonaws.com"}, name),
        "aws:iam/role:Role": (f"iam::{ACCOUNT}:role/{name}", {}, name),
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
            f"iam::{ACCOUNT}:oidc-provider/{str(inputs.get('url')).removeprefix('https://')}",
            {},
            name,
        ),
        "aws:lambda/function:Function": (f"lambda:{region}:{ACCOUNT}:function:{name}", {}, name),
        "aws:sqs/queue:Queue": (
            f"sqs:{region}:{ACCOUNT}:{name}",
            {"url": f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/{name}"},
            f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/{name}",
        ),
        "aws:sns/topic:Topic": (f"sns:{region}:{ACCOUNT}:{name}", {}, f"arn:aws:sns:{region}:{ACCOUNT}:{name}"),
        "aws:dynamodb/table:Table": (f"dynamodb:{region}:{ACCOUNT}:table/{name}", {}, name),
        "aws:secretsmanager/secret:Secret": (f"secretsmanager:{region}:{ACCOUNT}:secret:{name}-a1b2c3", {}, name),
        "aws:cloudwatch/logGroup:LogGroup": (f"logs:{region}:{ACCOUNT}:log-group:{name}", {}, name),
        "aws:cloudwatch/metricAlarm:MetricAlarm": (f"cloudwatch:{region}:{ACCOUNT}:alarm:{name}", {}, name),
        "aws:cloudwatch/eventRule:EventRule": (f"events:{region}:{ACCOUNT}:rule/{name}", {}, name),
        "aws:sfn/stateMachine:StateMachine": (f"states:{region}:{ACCOUNT}:stateMachine:{name}", {}, name),
        "aws:quicksight/dataSource:DataSource": (f"quicksight:{region}:{ACCOUNT}:datasource/{name}", {}, name),
        "aws:quicksight/dataSet:DataSet": (f"quicksight:{region}:{ACCOUNT}:dataset/{name}", {}, name),
    }
    arn, computed, identity = forms.get(args.typ, (f"{args.typ.split(':')[1]}:{region}:{ACCOUNT}:{name}", {}, name))
    return identity, {"name": name, "arn": f"arn:aws:{arn}", **computed}


def _physical_name(args: mocks.MockResourceArgs) -> str:
    for key in ("name", "bucket", "dataSourceId", "dataSetId"):
        if isinstance(args.inputs.get(key), str):
            return str(args.inputs[key])
    return args.name
