"""Tags: every resource that can carry tags does, without its component's doing."""

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
    """Let every resource registered from now on carry these tags; its own go first."""

    def tagged(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not can_carry_tags(type(args.resource)):
            return None
        props = cast("dict[str, Any]", args.props)
        own = props.get("tags") or {}
        return pulumi.ResourceTransformationResult({**props, "tags": {**tags, **own}}, args.opts)

    pulumi.runtime.register_stack_transformation(tagged)


def can_carry_tags(resource: type[pulumi.Resource]) -> bool:
    """Tell whether a kind of resource takes tags as a mapping."""
    signature = inspect.signature(getattr(resource, "_internal_init", resource))
    return "tags" in signature.parameters
