"""Policies for every deployed resource: tests check recordings, `pulumi up --policy-pack` checks deployments."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import (
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from infra.iam import SERVICES_WITHOUT_SOURCE

ANY_RESOURCE = {
    "SendTraces": "X-Ray has no resources to name",
    "TellFigures": "CloudWatch has no resources to name; the namespace narrows it",
    "ReadSecurity": "Glue's security configurations have no resources to name",
    "DeliverLogs": "log deliveries have no resources to name",
    "FindLogGroups": "the listing of log groups has no resources to name",
    "JoinNetwork": "EC2 has interfaces made under its own names",
}
"""Statements that may allow actions on every resource, each with the reason."""

KEY_PATHS = {
    "aws:cloudwatch/logGroup:LogGroup": ("kmsKeyId",),
    "aws:dynamodb/table:Table": ("serverSideEncryption.kmsKeyArn",),
    "aws:glue/securityConfiguration:SecurityConfiguration": (
        "encryptionConfiguration.s3Encryption.kmsKeyArn",
        "encryptionConfiguration.cloudwatchEncryption.kmsKeyArn",
        "encryptionConfiguration.jobBookmarksEncryption.kmsKeyArn",
    ),
    "aws:athena/workgroup:Workgroup": ("configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn",),
    "aws:lambda/function:Function": ("kmsKeyArn",),
    "aws:scheduler/schedule:Schedule": ("kmsKeyArn",),
    "aws:secretsmanager/secret:Secret": ("kmsKeyId",),
    "aws:sfn/stateMachine:StateMachine": ("encryptionConfiguration.kmsKeyId",),
    "aws:sns/topic:Topic": ("kmsMasterKeyId",),
    "aws:sqs/queue:Queue": ("kmsMasterKeyId",),
}
"""Properties that name the encryption key, by type of resource."""

S3_OWN_KEY = {"access-logs": "S3 delivers access logs only to buckets that are encrypted with its own key"}
"""Buckets without a key of ours, each with the reason."""

ATTACHED = {"arn:aws:iam::aws:policy/PowerUserAccess": "deploying needs hundreds of actions that change by version"}
"""Policies of AWS that a role may be given although their actions are wildcards, each with the reason."""

UNVERSIONED = {
    "access-logs": "a log is never changed",
    "athena-results": "an answer can be asked for again",
}
"""Buckets that keep no versions, each with the reason."""

_BUCKET = "aws:s3/bucket:Bucket"
_KEPT = (_BUCKET, "aws:kms/key:Key", "aws:dynamodb/table:Table")
_UNSOURCED = [[f"{service}.amazonaws.com"] for service in SERVICES_WITHOUT_SOURCE]
_POLICY_PROPS = ("policy", "assumeRolePolicy")


def _statements(props: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in _POLICY_PROPS:
        text = props.get(name)
        if isinstance(text, str) and text.startswith("{"):
            yield from json.loads(text).get("Statement", [])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _at(props: Mapping[str, Any], path: str) -> Any:
    found: Any = props
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _no_wildcard_action(args: ResourceValidationArgs, report: ReportViolation) -> None:
    for statement in _statements(args.props):
        for action in _listed(statement.get("Action", [])):
            if statement["Effect"] == "Allow" and "*" in action:
                report(f"{statement.get('Sid')} allows {action}: name the actions", None)


def _no_wildcard_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "aws:kms/key:Key":  # there it means the key itself
        return
    for statement in _statements(args.props):
        is_open = statement["Effect"] == "Allow" and "*" in _listed(statement.get("Resource", []))
        if is_open and statement.get("Sid") not in ANY_RESOURCE:
            report(f"{statement.get('Sid')} grants on every resource: name them, or give a reason", None)


def _no_foreign_policy(args: ResourceValidationArgs, report: ReportViolation) -> None:
    is_attachment = args.resource_type == "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    if is_attachment and args.props.get("policyArn") not in ATTACHED:
        report(f"attaches {args.props.get('policyArn')}: grant what is needed, or give a reason", None)


def _protected_production(args: ResourceValidationArgs, report: ReportViolation) -> None:
    is_production = (args.props.get("tags") or {}).get("Stack") == "prod"
    if is_production and args.resource_type in _KEPT and args.name not in UNVERSIONED and not args.opts.protect:
        report("`pulumi destroy` would delete it: protect it", None)


def _bounded_trust(args: ResourceValidationArgs, report: ReportViolation) -> None:
    for statement in _statements({"assumeRolePolicy": args.props.get("assumeRolePolicy")}):
        principal = statement.get("Principal", {})
        conditions = json.dumps(statement.get("Condition", {}))
        is_account = isinstance(principal, dict) and str(principal.get("AWS", "")).endswith(":root")
        is_exempt = isinstance(principal, dict) and principal.get("Service") in _UNSOURCED
        if not (is_account or is_exempt or "aws:SourceAccount" in conditions or ":sub" in conditions):
            report(f"anybody through {principal} may assume {args.name}: bound it by account or subject", None)


def _own_keys(args: ResourceValidationArgs, report: ReportViolation) -> None:
    for path in KEY_PATHS.get(args.resource_type, ()):
        if not str(_at(args.props, path) or "").startswith("arn:aws:kms:"):
            report(f"{path} names no key of ours", None)


def _bucket_key(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
        for rule in args.props["rules"]:
            default = rule["applyServerSideEncryptionByDefault"]
            if args.name not in S3_OWN_KEY and not default.get("kmsMasterKeyId"):
                report("the bucket is not encrypted with a key of ours", None)


def _log_retention(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "aws:cloudwatch/logGroup:LogGroup" and not args.props.get("retentionInDays"):
        report("logs are kept for ever: set retentionInDays", None)


def _dead_letters(args: ResourceValidationArgs, report: ReportViolation) -> None:
    is_queue = args.resource_type == "aws:sqs/queue:Queue"
    if is_queue and args.name != "dead-letters" and "deadLetterTargetArn" not in str(args.props.get("redrivePolicy")):
        report("messages that fail are lost: give it a dead-letter queue", None)


def _timeouts(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type in ("aws:lambda/function:Function", "aws:glue/job:Job") and not args.props.get("timeout"):
        report("it may run for ever: set timeout", None)


def _no_retried_trigger(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "aws:scheduler/schedule:Schedule":
        retries = _at(args.props, "target.retryPolicy.maximumRetryAttempts")
        if retries != 0:
            report("a trigger that comes late spends the credits of a later poll: maximumRetryAttempts 0", None)


def _alarm_leads_somewhere(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "aws:cloudwatch/metricAlarm:MetricAlarm":
        if not args.props.get("alarmActions"):
            report("notifies nobody: set alarmActions", None)
        if "Runbook: docs/runbooks/" not in str(args.props.get("alarmDescription")):
            report("the description names no runbook", None)


def _key_rotation(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "aws:kms/key:Key" and args.props.get("enableKeyRotation") is not True:
        report("its material is never renewed: enableKeyRotation", None)


def _nothing_from_outside(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "aws:ec2/securityGroup:SecurityGroup":
        for rule in args.props.get("ingress", []):
            if rule.get("cidrBlocks") or rule.get("ipv6CidrBlocks"):
                report(f"lets {rule['cidrBlocks']} in", None)


def _guarded_buckets(args: StackValidationArgs, report: ReportViolation) -> None:
    guards = {
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "a public access block",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "enforced ownership",
        "aws:s3/bucketPolicy:BucketPolicy": "a policy that asks for TLS",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "a lifecycle",
        "aws:s3/bucketVersioning:BucketVersioning": "versions",
        "aws:s3/bucketLogging:BucketLogging": "a log of accesses",
    }
    found: dict[str, set[str]] = {token: set() for token in guards}
    for resource in args.resources:
        if resource.resource_type in found:
            found[resource.resource_type].add(str(resource.props.get("bucket")))
    for bucket in (resource for resource in args.resources if resource.resource_type == _BUCKET):
        for token, guard in guards.items():
            if str(bucket.props.get("bucket")) not in found[token] and not _may_lack(bucket.name, guard):
                report(f"the bucket {bucket.name} has not {guard}", bucket.urn)


def _may_lack(name: str, guard: str) -> bool:
    is_copy = name.endswith("-copy")
    return {
        "versions": name in UNVERSIONED,
        "a log of accesses": name in S3_OWN_KEY or is_copy,  # the log lies in the stack's own region
    }.get(guard, False)


def _tls_only(args: ResourceValidationArgs, report: ReportViolation) -> None:
    guarded = ("aws:s3/bucketPolicy:BucketPolicy", "aws:sqs/queuePolicy:QueuePolicy", "aws:sns/topicPolicy:TopicPolicy")
    if args.resource_type in guarded:
        denied = [s for s in _statements(args.props) if s["Effect"] == "Deny"]
        if not any("aws:SecureTransport" in json.dumps(s.get("Condition", {})) for s in denied):
            report("plain HTTP is not refused", None)


def _resource_policy(name: str, description: str, validate: Any) -> ResourceValidationPolicy:
    return ResourceValidationPolicy(name=name, description=description, validate=validate)


RESOURCE_POLICIES: Sequence[ResourceValidationPolicy] = (
    _resource_policy("no-wildcard-action", "No statement allows actions by a wildcard.", _no_wildcard_action),
    _resource_policy(
        "no-wildcard-resource", "No statement allows every resource without a reason.", _no_wildcard_resource
    ),
    _resource_policy("no-foreign-policy", "No role has a policy from outside this project.", _no_foreign_policy),
    _resource_policy(
        "protected-production", "Stored data of production is protected from deletion.", _protected_production
    ),
    _resource_policy("bounded-trust", "A role can be assumed for this account or repository alone.", _bounded_trust),
    _resource_policy("own-keys", "Every resource that supports it is encrypted with a key of the stack.", _own_keys),
    _resource_policy("bucket-keys", "Buckets are encrypted with keys of the stack.", _bucket_key),
    _resource_policy("key-rotation", "Keys are rotated each year.", _key_rotation),
    _resource_policy("tls-only", "Plain HTTP is refused.", _tls_only),
    _resource_policy("log-retention", "Logs expire.", _log_retention),
    _resource_policy("dead-letters", "A queue has a dead-letter queue.", _dead_letters),
    _resource_policy("timeouts", "Functions and jobs have a timeout.", _timeouts),
    _resource_policy("no-retried-trigger", "A trigger is never retried.", _no_retried_trigger),
    _resource_policy("alarms-lead-somewhere", "An alarm notifies a topic and has a runbook.", _alarm_leads_somewhere),
    _resource_policy("nothing-from-outside", "No security group is open to the outside.", _nothing_from_outside),
)

STACK_POLICIES: Sequence[StackValidationPolicy] = (
    StackValidationPolicy(
        name="guarded-buckets", description="A bucket has every required guard.", validate=_guarded_buckets
    ),
)
