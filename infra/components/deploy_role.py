"""Role with which the workflows of one GitHub repository deploy this stack, without any stored key."""

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import iam

from infra.config.names import Names
from infra.config.settings import Settings
from infra.iam import Grant, make_role

_ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"
MANAGED_ROLES = (
    "poller",
    "scheduler",
    "convert",
    "verify",
    "vacuum",
    "crawler",
    "backfill",
    "replication",
    "quicksight",
    "network",
    "reader",
    "operator",
)
"""The stack's roles that its workflows may change: all but the deploying one, which an administrator changes."""

POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"

ROLE_ACTIONS = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)

PASSED_TO = ("lambda", "glue", "scheduler", "states", "s3", "quicksight", "vpc-flow-logs")
"""AWS services that work in a role of the stack."""


@dataclass(frozen=True)
class DeployRoleArgs:
    """Inputs of the deploying role."""

    settings: Settings
    names: Names


class DeployRole(pulumi.ComponentResource):
    """The deploying role and, once in an account, GitHub as identity provider; empty without a repository.

    Attributes:
        role_arn: of the deploying role; empty without a repository.
    """

    def __init__(self, name: str, args: DeployRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # The type token keeps its first name: it is part of the URNs of deployed resources.
        super().__init__("flightlake:index:Delivery", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.role_arn = ""
        repository = args.settings.github_repository
        if repository is not None:
            self._make(args.settings, args.names, repository)
        self.register_outputs({})

    def _make(self, settings: Settings, names: Names, repository: str) -> None:
        waits = self._child
        if settings.has_account_settings:
            provider = iam.OpenIdConnectProvider(
                "github", url=f"https://{_ISSUER}", client_id_lists=[_AUDIENCE], opts=self._child
            )
            waits = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[provider]))
        role = make_role(
            names, "deploy", trust=github_trust(names, repository), grants=deploy_grants(names), opts=waits
        )
        # What Pulumi's provider reads and writes is several hundred actions that change with its versions. The list is
        # AWS's own; what it leaves out, roles and policies, is granted above for this stack's roles alone.
        iam.RolePolicyAttachment("deploy", role=role.name, policy_arn=POWER_USER, opts=self._child)
        self.role_arn = names.role_arn("deploy")


def github_trust(names: Names, repository: str) -> dict[str, Any]:
    """Return the trust policy for the repository's jobs in the GitHub environment of the stack."""
    subject = f"repo:{repository}:environment:{names.stack}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": names.global_arn("iam", f"oidc-provider/{_ISSUER}")},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {f"{_ISSUER}:aud": _AUDIENCE, f"{_ISSUER}:sub": subject}},
            }
        ],
    }


def deploy_grants(names: Names) -> list[Grant]:
    """Return the permissions beyond PowerUserAccess: manage the stack's roles and pass them to services."""
    # Without its own role: a role that may change its own permissions could give itself any.
    own_roles = [names.role_arn(role) for role in MANAGED_ROLES]
    by_pulumi = "Pulumi's provider deploys; no code of ours asks"
    services = {"StringEquals": {"iam:PassedToService": [f"{service}.amazonaws.com" for service in PASSED_TO]}}
    provider = names.global_arn("iam", f"oidc-provider/{_ISSUER}")
    return [
        Grant("ManageRolesOfThisStack", ROLE_ACTIONS, own_roles, reason=by_pulumi),
        Grant("HandRolesToServices", ("iam:PassRole",), own_roles, conditions=services, reason=by_pulumi),
        Grant(
            "ManageIdentityProvider",
            ("iam:CreateOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"),
            [provider],
            reason=by_pulumi,
        ),
    ]
