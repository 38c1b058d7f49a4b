import json
from collections.abc import Callable, Mapping

import pytest

from infra.plan.recorder import Recorded, Recording


@pytest.fixture(scope="module")
def delivery(record_stack: Callable[..., Recording]) -> list[Recorded]:
    recording = record_stack("prod", githubRepository="owner/lake", accountSettings="true")
    return recording.within("delivery")


def one(resources: list[Recorded], token: str) -> Recorded:
    (found,) = [resource for resource in resources if resource.type == token]
    return found


def test_nobody_deploys_unless_a_repository_is_set(recordings: Mapping[str, Recording]) -> None:
    assert recordings["prod"].exports["deployRole"] == ""
    assert not [found for found in recordings["prod"].of_type("aws:iam/role:Role") if found.name == "deploy"]


def test_only_jobs_of_the_repository_in_the_stacks_environment_deploy(delivery: list[Recorded]) -> None:
    trust = json.loads(one(delivery, "aws:iam/role:Role").inputs["assumeRolePolicy"])
    (statement,) = trust["Statement"]
    provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    assert statement["Principal"] == {"Federated": provider}
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:owner/lake:environment:prod",
        }
    }


def test_all_of_this_stacks_roles_but_its_own_are_managed_and_handed_over(
    delivery: list[Recorded], record_stack: Callable[..., Recording]
) -> None:
    policy = json.loads(one(delivery, "aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    resources = {statement["Sid"]: statement["Resource"] for statement in policy["Statement"]}
    everything = record_stack(
        "prod",
        githubRepository="owner/lake",
        networkCidr="10.20.0.0/20",
        quicksight="true",
        quicksightPrincipalArn="arn:aws:quicksight:us-east-1:111122223333:group/default/all",
    )
    roles = {found.name for found in everything.of_type("aws:iam/role:Role")} - {"deploy"}
    own_roles = [f"arn:aws:iam::111122223333:role/flightlake-prod-{role}" for role in roles]
    assert resources["ManageRolesOfThisStack"] == resources["HandRolesToServices"]
    assert sorted(resources["ManageRolesOfThisStack"]) == sorted(own_roles)


def test_a_stack_that_shares_its_account_uses_the_provider_that_is_there(
    record_stack: Callable[..., Recording],
) -> None:
    recording = record_stack("prod", githubRepository="owner/lake", accountSettings="false")
    assert recording.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    assert recording.exports["deployRole"] == "arn:aws:iam::111122223333:role/flightlake-prod-deploy"
