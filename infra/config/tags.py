"""Tags for every resource that can carry them, set in one place."""

import inspect
from collections.abc import Mapping
from typing import Any, cast

import pulumi

from infra.config.names import PROJECT
from infra.config.settings import Settings


def tags_of(settings: Settings) -> dict[str, str]:
    """Return the tags of a stack's resources; cost reports group by them."""
    return {
        "Project": PROJECT,
        "Stack": settings.stack,
        "Owner": settings.owner,
        "CostCenter": settings.cost_center,
        "ManagedBy": "pulumi",
    }


def tag_everything(tags: Mapping[str, str]) -> None:
    """Add these tags to every resource that is registered from now on; a resource's own tags take precedence."""

    def tagged(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not can_carry_tags(type(args.resource)):
            return None
        props = cast("dict[str, Any]", args.props)
        own = props.get("tags") or {}
        return pulumi.ResourceTransformationResult({**props, "tags": {**tags, **own}}, args.opts)

    pulumi.runtime.register_stack_transformation(tagged)


def can_carry_tags(resource: type[pulumi.Resource]) -> bool:
    """Return whether a type of resource takes tags as a mapping."""
    signature = inspect.signature(getattr(resource, "_internal_init", resource))
    return "tags" in signature.parameters
