"""IAM policy documents as pure functions, and the constructor of roles."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import iam

from infra.config.names import Names

Value = str | pulumi.Output[str]

TLS_ONLY = {"Bool": {"aws:SecureTransport": "false"}}
"""Condition of a statement that denies requests without TLS."""


@dataclass(frozen=True)
class Grant:
    """Actions that a role is allowed on resources.

    Attributes:
        sid: purpose, in letters and digits; it appears in the policy and in the plan.
        actions: whole names; no wildcards.
        resources: ARNs; `*` only with a reason.
        conditions: IAM conditions that narrow it.
        reason: why the resource cannot be narrowed, or which service makes the calls instead of our code.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[Value]
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reason: str | None = None


def policy_document(grants: Sequence[Grant]) -> dict[str, Any]:
    """Return the identity policy with one statement for each grant."""
    return {"Version": "2012-10-17", "Statement": [_statement(grant) for grant in grants]}


def _statement(grant: Grant) -> dict[str, Any]:
    statement = {
        "Sid": grant.sid,
        "Effect": "Allow",
        "Action": list(grant.actions),
        "Resource": list(grant.resources),
    }
    return {**statement, "Condition": grant.conditions} if grant.conditions else statement


SERVICES_WITHOUT_SOURCE = ("lambda", "quicksight", "s3")
"""Services whose documentation of trust policies knows no condition on the source. Only a principal of the same
account, with `iam:PassRole`, can pass a role to them."""


def service_trust(names: Names, service: str) -> dict[str, Any]:
    """Return the trust policy for an AWS service that acts for this account alone (no confused deputy)."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": [f"{service}.amazonaws.com"]},
        "Action": "sts:AssumeRole",
    }
    if service not in SERVICES_WITHOUT_SOURCE:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": names.account}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def account_trust(names: Names) -> dict[str, Any]:
    """Return the trust policy for principals of this account, chosen by its administrators."""
    root = names.global_arn("iam", "root")
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}],
    }


def json_text(document: Any) -> pulumi.Output[str]:
    """Return a document as an output of JSON text."""
    return pulumi.Output.json_dumps(document)


def policy_text(document: Mapping[str, Any]) -> str | pulumi.Output[str]:
    """Return a policy as plain text where every part is known, so that a preview shows it; else as an output."""
    try:
        return json.dumps(document)
    except TypeError:
        return json_text(document)


def make_role(
    names: Names,
    what: str,
    *,
    trust: Mapping[str, Any],
    grants: Sequence[Grant],
    opts: pulumi.ResourceOptions,
    max_session_s: int | None = None,
) -> iam.Role:
    """Make one of the stack's roles, with one inline policy that holds its grants."""
    role = iam.Role(
        what,
        name=names.named(what),
        description=f"what {names.named(what)} may do; see docs/security.md",
        assume_role_policy=policy_text(trust),
        max_session_duration=max_session_s,
        opts=opts,
    )
    iam.RolePolicy(
        what,
        name="grants",
        role=role.name,
        policy=policy_text(policy_document(grants)),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(parent=role)),
    )
    return role
