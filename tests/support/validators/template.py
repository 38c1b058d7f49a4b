"""Conversion of a recording to a CloudFormation template, so that AWS's own schemas can validate it.

Not covered: the types in `NOT_COVERED`, each with its reason; rules of a security group about itself; routes inside a
route table; what an account allows (quotas, regions that are switched off); whether names are taken; which values go
together where AWS's schema does not say so. Ids of a network are mock values and are not checked.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from support.validators.buckets import PARTS
from support.validators.reshaping import key_values
from support.validators.shapes import MAPPED, Shape

from infra.plan.recorder import Recorded

Properties = dict[str, Any]

_RULE, _ROLE, _QUEUE, _BUCKET = (
    "aws:cloudwatch/eventRule:EventRule",
    "aws:iam/role:Role",
    "aws:sqs/queue:Queue",
    "aws:s3/bucket:Bucket",
)
_TARGET, _ROLE_POLICY, _ATTACHMENT, _REDRIVE_ALLOW = (
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
)
_STACK = "aws:cloudformation/stack:Stack"
MERGED = frozenset({_STACK, *PARTS, _TARGET, _ROLE_POLICY, _ATTACHMENT, _REDRIVE_ALLOW})
"""Types that are part of another resource in CloudFormation; the resources of a nested stack are validated."""

NOT_COVERED: Mapping[str, str] = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "CloudFormation cannot change the group that a VPC comes with",
    "aws:s3/bucketObjectv2:BucketObjectv2": "CloudFormation puts no objects",
    "aws:secretsmanager/secretVersion:SecretVersion": "CloudFormation has no versions; its value belongs to the user",
}
"""Types that no schema covers, each with the reason."""


def template(resources: Sequence[Recorded]) -> Properties:
    """Return a template with the resources.

    Raises:
        KeyError: a type is neither mapped nor named as not covered, or a part has no whole.
    """
    made: dict[str, Properties] = {}
    ours = [found for found in resources if not found.is_component and found.type not in NOT_COVERED]
    for resource in ours:
        if resource.type not in MERGED:
            shape = MAPPED[resource.type]
            made[resource.urn] = {"Type": shape.type, "Properties": properties(resource, shape)}
    for resource in ours:
        if resource.type in MERGED - {_STACK}:
            _merge(resource, ours, made)
    whole = {logical_id(urn): resource for urn, resource in made.items()}
    for stack in (found for found in ours if found.type == _STACK):
        whole |= json.loads(stack.inputs["templateBody"])["Resources"]
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": whole}


def logical_id(urn: str) -> str:
    """Return a resource's id in the template: its type and name in letters and digits."""
    kind, name = urn.split("::")[-2:]
    return "".join(letter for letter in f"{kind.rpartition(':')[2]}{name.title()}" if letter.isalnum())


def properties(resource: Recorded, shape: Shape) -> Properties:
    """Return a resource's properties by CloudFormation's names."""
    inputs = {name: value for name, value in resource.inputs.items() if name not in {"tags", "region"}}
    changed = shape.reshape(_renamed(inputs, shape, ""))
    tags = resource.inputs.get("tags")
    if tags and shape.tags:
        changed[shape.tags] = tags if shape.tag_map else key_values(tags)
    return changed


def _renamed(value: Any, shape: Shape, path: str) -> Any:
    if path in shape.free:
        return value
    if isinstance(value, list):
        return [_renamed(entry, shape, path) for entry in value]
    if isinstance(value, dict):
        paths = {name: f"{path}.{name}".lstrip(".") for name in value}
        names = {name: shape.names.get(paths[name], capital(name)) for name in value}
        return {names[name]: _renamed(value[name], shape, paths[name]) for name in value if names[name]}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def capital(name: str) -> str:
    """Return CloudFormation's form of a name.

    >>> capital("kmsKeyId")
    'KmsKeyId'
    """
    return name[:1].upper() + name[1:]


def _merge(part: Recorded, ours: Sequence[Recorded], made: dict[str, Properties]) -> None:
    given = properties(part, Shape("", tags=""))
    if part.type in PARTS:
        whole = _whole(made, ours, _BUCKET, "bucket", given.pop("Bucket"))
        whole |= PARTS[part.type](given)
    elif part.type == _TARGET:
        whole = _whole(made, ours, _RULE, "name", given.pop("Rule"))
        whole.setdefault("Targets", []).append({"Id": part.name, **given})
    elif part.type == _REDRIVE_ALLOW:
        whole = _whole(made, ours, _QUEUE, "name", given["QueueUrl"].rpartition("/")[2])
        whole["RedriveAllowPolicy"] = json.loads(given["RedriveAllowPolicy"])
    else:
        _merge_into_role(given, _whole(made, ours, _ROLE, "name", given["Role"]))


def _merge_into_role(given: Properties, role: Properties) -> None:
    if "PolicyArn" in given:
        role.setdefault("ManagedPolicyArns", []).append(given["PolicyArn"])
    else:
        policy = {"PolicyName": given["Name"], "PolicyDocument": json.loads(given["Policy"])}
        role.setdefault("Policies", []).append(policy)


def _whole(made: Mapping[str, Properties], ours: Sequence[Recorded], token: str, key: str, value: str) -> Properties:
    for resource in ours:
        if resource.type == token and resource.inputs.get(key) == value:
            found: Properties = made[resource.urn]["Properties"]
            return found
    raise KeyError(f"a part belongs to {value}, and no {token} is called so")
