"""Validator of names by AWS's rules: lengths, characters and reserved parts.

Not covered: whether a name is taken; bucket names are unique across all accounts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from infra.plan.recorder import Recorded


@dataclass(frozen=True)
class NameRule:
    """Rule for a name.

    Attributes:
        input: Pulumi's input that holds it.
        pattern: of the whole name.
        longest: in characters.
        reserved: what it must not hold anywhere, as a pattern.
    """

    input: str
    pattern: str
    longest: int
    reserved: str | None = None


_WORD = r"[A-Za-z0-9_-]+"
_DOTTED = r"[A-Za-z0-9._-]+"
_LINE = r"[\x20-\x7e]+"
_TABLE = r"[a-z0-9_]+"
_BUCKET_RESERVED = r"\.\.|^\d+\.\d+\.\d+\.\d+$|^xn--|^sthree-|^amzn-s3-demo-|-s3alias$|--ol-s3$|\.mrap$|--x-s3$"

NAME_RULES: Mapping[str, Sequence[NameRule]] = {
    "aws:athena/namedQuery:NamedQuery": [NameRule("name", _LINE, 128)],
    "aws:athena/preparedStatement:PreparedStatement": [NameRule("name", r"[A-Za-z_][A-Za-z0-9_@:]*", 256)],
    "aws:athena/workgroup:Workgroup": [NameRule("name", _DOTTED, 128)],
    "aws:budgets/budget:Budget": [NameRule("name", r"[^:\\]+", 100, r"(?i)/action/")],
    "aws:cloudformation/stack:Stack": [NameRule("name", r"[A-Za-z][A-Za-z0-9-]*", 128)],
    "aws:cloudwatch/dashboard:Dashboard": [NameRule("dashboardName", _WORD, 255)],
    "aws:cloudwatch/eventRule:EventRule": [NameRule("name", _DOTTED, 64)],
    "aws:cloudwatch/logGroup:LogGroup": [NameRule("name", r"[A-Za-z0-9._/#-]+", 512, r"^aws/")],
    "aws:cloudwatch/metricAlarm:MetricAlarm": [NameRule("name", _LINE, 255)],
    "aws:dynamodb/table:Table": [NameRule("name", r"[A-Za-z0-9._-]{3,}", 255)],
    "aws:ec2/securityGroup:SecurityGroup": [NameRule("name", r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]+", 255, r"^sg-")],
    "aws:glue/catalogDatabase:CatalogDatabase": [NameRule("name", _TABLE, 255)],
    "aws:glue/catalogTable:CatalogTable": [NameRule("name", _TABLE, 255)],
    "aws:glue/connection:Connection": [NameRule("name", _LINE, 255)],
    "aws:glue/crawler:Crawler": [NameRule("name", _LINE, 255), NameRule("tablePrefix", _TABLE, 128)],
    "aws:glue/job:Job": [NameRule("name", _LINE, 255)],
    "aws:glue/securityConfiguration:SecurityConfiguration": [NameRule("name", _LINE, 255)],
    "aws:glue/trigger:Trigger": [NameRule("name", _LINE, 255)],
    "aws:glue/workflow:Workflow": [NameRule("name", _LINE, 255)],
    "aws:iam/role:Role": [NameRule("name", r"[\w+=,.@-]+", 64), NameRule("description", _LINE, 1000)],
    "aws:iam/rolePolicy:RolePolicy": [NameRule("name", r"[\w+=,.@-]+", 128)],
    "aws:kms/alias:Alias": [NameRule("name", r"alias/[A-Za-z0-9/_-]+", 256, r"^alias/aws/")],
    "aws:lambda/function:Function": [NameRule("name", _WORD, 64)],
    "aws:quicksight/dataSet:DataSet": [NameRule("dataSetId", _WORD, 512), NameRule("name", _LINE, 128)],
    "aws:quicksight/dataSource:DataSource": [NameRule("dataSourceId", _WORD, 512), NameRule("name", _LINE, 128)],
    "aws:quicksight/refreshSchedule:RefreshSchedule": [NameRule("scheduleId", _WORD, 128)],
    "aws:s3/bucket:Bucket": [NameRule("bucket", r"[a-z0-9][a-z0-9.-]+[a-z0-9]", 63, _BUCKET_RESERVED)],
    "aws:scheduler/schedule:Schedule": [NameRule("name", _DOTTED, 64), NameRule("groupName", _DOTTED, 64)],
    "aws:scheduler/scheduleGroup:ScheduleGroup": [NameRule("name", _DOTTED, 64)],
    # A name that ends like the suffix that AWS adds makes partial ARNs ambiguous.
    "aws:secretsmanager/secret:Secret": [NameRule("name", r"[A-Za-z0-9/_+=.@-]+", 512, r"-[A-Za-z0-9]{6}$")],
    "aws:sfn/stateMachine:StateMachine": [NameRule("name", _WORD, 80)],
    "aws:sns/topic:Topic": [NameRule("name", _WORD, 256)],
    "aws:sqs/queue:Queue": [NameRule("name", _WORD, 80)],
}
"""Rules by type. Source: the API reference of each service, and "General purpose bucket naming rules" of Amazon S3."""

UNNAMED = frozenset(
    {
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/key:Key",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    }
)
"""Types without a name, besides parts of a network or a bucket."""


def has_name_rule(token: str) -> bool:
    """Return whether a type has rules for its name, or needs none."""
    is_part = token.startswith(("aws:ec2/", "aws:s3/bucket"))
    return token in NAME_RULES or token in UNNAMED or is_part


def name_violations(resources: Sequence[Recorded]) -> list[str]:
    """Return the names that AWS would refuse."""
    return [line for resource in resources for line in _violations(resource)]


def _violations(resource: Recorded) -> Iterator[str]:
    for rule in NAME_RULES.get(resource.type, []):
        name = resource.inputs.get(rule.input)
        if name is None:
            continue
        if len(name) > rule.longest:
            yield f"{resource.type} {name}: {len(name)} characters, at most {rule.longest}"
        if re.fullmatch(rule.pattern, name, re.ASCII) is None:
            yield f"{resource.type} {name}: not {rule.pattern}"
        if rule.reserved and re.search(rule.reserved, name):
            yield f"{resource.type} {name}: reserved ({rule.reserved})"
