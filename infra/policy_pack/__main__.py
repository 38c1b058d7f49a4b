"""Policy pack for `pulumi up --policy-pack infra/policy_pack`; every policy is mandatory."""

from pulumi_policy import EnforcementLevel, PolicyPack

from infra.policies import RESOURCE_POLICIES, STACK_POLICIES

PolicyPack(
    name="flightlake",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[*RESOURCE_POLICIES, *STACK_POLICIES],
)
