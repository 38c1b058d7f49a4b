"""Settings, names and packages of the stack that Pulumi deploys."""

from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.runtime import config as pulumi_config

from flightlake.errors import FlightLakeError
from infra.config.names import Names
from infra.config.settings import Settings
from infra.package.artifacts import Artifacts


def stack_settings() -> Settings:
    """Return the settings of the stack that is deployed.

    Raises:
        pulumi.RunError: a setting is refused; Pulumi prints the error's text without a traceback.
    """
    try:
        return Settings.from_config(pulumi.get_stack(), _whole_config())
    except FlightLakeError as error:
        raise pulumi.RunError(str(error)) from error


def stack_names(settings: Settings) -> Names:
    """Return the resource names in the account whose credentials deploy."""
    return Names(settings.stack, aws.get_caller_identity().account_id, settings.region)


def built_artifacts() -> Artifacts:
    """Return the packages that `make package` has built.

    Raises:
        pulumi.RunError: they have not been built.
    """
    try:
        return Artifacts.find()
    except FlightLakeError as error:
        raise pulumi.RunError(str(error)) from error


def _whole_config() -> dict[str, Any]:
    # `pulumi.Config` answers for keys that are asked for; only the whole shows a misspelt one.
    return {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
