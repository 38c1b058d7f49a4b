"""Validator of IAM documents: sizes, actions, resources and condition keys, against policy_sentry's data.

Not covered: what the statements of several documents amount to together (that is IAM Access Analyzer's work), and
statements that deny, apart from their actions and keys.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy_sentry.querying.actions import get_privilege_info
from policy_sentry.shared.iam_data import get_service_prefix_data
from support.validators.arns import matches

from infra.plan.recorder import Recorded

Statement = Mapping[str, Any]

SIZES: Mapping[tuple[str, str], tuple[int, bool]] = {
    ("aws:iam/rolePolicy:RolePolicy", "policy"): (10_240, True),
    ("aws:iam/role:Role", "assumeRolePolicy"): (2_048, True),
    ("aws:s3/bucketPolicy:BucketPolicy", "policy"): (20_480, False),
    ("aws:kms/key:Key", "policy"): (32_768, False),
    ("aws:sqs/queuePolicy:QueuePolicy", "policy"): (8_192, False),
    ("aws:sns/topicPolicy:TopicPolicy", "policy"): (30_720, False),
}
"""Where documents stand, the most bytes that they may have, and whether white space is free.

Source: quotas of IAM and STS, S3, KMS, SQS and SNS. A role's limit is over all its inline policies; ours have one.
"""

_GLOBAL_KEYS = {"aws:PrincipalArn", "aws:SecureTransport", "aws:SourceAccount", "aws:SourceArn"}
_OIDC_KEYS = {"token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:sub"}
_OPERATOR = re.compile(
    r"(?:ForAnyValue:|ForAllValues:)?(?:Bool|Null|IpAddress|NotIpAddress"
    r"|(?:String|Arn)(?:Not)?(?:Equals|Like)|StringNotEqualsIgnoreCase|StringEqualsIgnoreCase"
    r"|(?:Numeric|Date)(?:NotEquals|Equals|(?:Less|Greater)Than(?:Equals)?))(?:IfExists)?"
)


def permission_violations(resources: Sequence[Recorded]) -> list[str]:
    """Return violations of the documents, as `type name: message`."""
    found = []
    for resource in resources:
        for (token, name), (most, is_space_free) in SIZES.items():
            if resource.type == token:
                text = resource.inputs[name]
                wrong = [*_size(text, most, is_space_free=is_space_free), *_document(json.loads(text), resource)]
                found += [f"{token} {resource.name}: {line}" for line in wrong]
    return found


def _size(text: str, most: int, *, is_space_free: bool) -> Iterator[str]:
    counted = re.sub(r"\s", "", text) if is_space_free else text
    if len(counted.encode()) > most:
        yield f"{len(counted.encode())} bytes, at most {most}"


def _document(document: Mapping[str, Any], resource: Recorded) -> Iterator[str]:
    if document["Version"] != "2012-10-17":
        yield f"version {document['Version']}"
    sids = Counter(statement.get("Sid") for statement in document["Statement"])
    yield from (f"two statements are called {sid}" for sid, count in sids.items() if sid and count > 1)
    for statement in document["Statement"]:
        called = statement.get("Sid", "the statement")
        wrong = [*_actions(statement), *_conditions(statement)]
        if resource.type != "aws:iam/role:Role" and statement["Effect"] == "Allow" and not wrong:
            wrong += _resources(statement)
        yield from (f"{called}: {line}" for line in wrong)


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def _info(action: str) -> Mapping[str, Any] | None:
    service, _, name = action.partition(":")
    privileges = get_service_prefix_data(service).get("privileges", {})
    return get_privilege_info(service, name) if name in privileges else None


def _actions(statement: Statement) -> Iterator[str]:
    for action in _listed(statement["Action"]):
        is_whole_service = action.endswith(":*") and get_service_prefix_data(action[:-2])
        if not is_whole_service and _info(action) is None:
            yield f"{action} is no action"


def _forms(action: str) -> list[str]:
    """Return the ARN forms that an action applies to; empty where it takes only `*`."""
    known = get_service_prefix_data(action.partition(":")[0])["resources"]
    info = _info(action) or {"resource_types": {}}
    return [known[kind]["arn"] for kind in info["resource_types"] if kind]


def _resources(statement: Statement) -> Iterator[str]:
    """Yield each action without a matching resource in its statement, and each resource without a matching action."""
    actions, resources = _listed(statement["Action"]), _listed(statement["Resource"])
    if "*" in resources:
        return
    for action in actions:
        if not any(matches(arn, form) for arn in resources for form in _forms(action)):
            yield f"{action} is done on none of {resources}"
    forms = {form for action in actions for form in _forms(action)}
    for arn in resources:
        if not any(matches(arn, form) for form in forms):
            yield f"none of {actions} is done on {arn}"


def _conditions(statement: Statement) -> Iterator[str]:
    known = _GLOBAL_KEYS | _OIDC_KEYS if "Federated" in str(statement.get("Principal")) else _GLOBAL_KEYS
    known = known.union(*(_keys(action) for action in _listed(statement["Action"])))
    for operator, compared in statement.get("Condition", {}).items():
        if _OPERATOR.fullmatch(operator) is None:
            yield f"{operator} is no operator"
        yield from (f"{key} is no key of its actions" for key in compared if not _is_known(key, known))


def _keys(action: str) -> set[str]:
    info = _info(action)
    if info is None:
        return set(get_service_prefix_data(action.partition(":")[0]).get("conditions", {}))
    return {key for kind in info["resource_types"].values() for key in kind["condition_keys"]}


def _is_known(key: str, known: set[str]) -> bool:
    stems = {name.partition("${")[0].lower() for name in known if "${" in name}
    return key.lower() in {name.lower() for name in known} or key.lower().startswith(tuple(stems))
