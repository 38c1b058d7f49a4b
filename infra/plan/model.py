"""Plan of a stack: its settings, the resources that the program makes, and their cost."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flightlake.errors import UsageError
from infra.config.config_reader import NAMESPACE
from infra.config.settings import STACKS, Settings
from infra.package.artifacts import Artifacts
from infra.plan.cost import Holdings, Line, forecast
from infra.plan.recorder import Recorded, Recording, record

ROOT = Path(__file__).parents[2]
_CLIENT = (f"{NAMESPACE}:openskyClientId", f"{NAMESPACE}:openskyClientSecret")
_PLACEHOLDER = "placeholder"

OWN_METRICS = 27
"""Metrics that poller and jobs send; a test counts them."""

_ANOMALY_METRICS = 3
"""An alarm on an anomaly counts as three metrics. Source: Amazon CloudWatch pricing."""


@dataclass(frozen=True)
class Plan:
    """Settings, resources and cost of a stack as it would be deployed.

    Attributes:
        config: values of the stack's file, by key.
        has_placeholder: whether the account's client is not set yet and a placeholder stands for it.
    """

    stack: str
    config: dict[str, str]
    settings: Settings
    recording: Recording
    lines: list[Line]
    has_placeholder: bool


def make_plan(stack: str) -> Plan:
    """Return the plan of a stack.

    Raises:
        UsageError: there is no such stack, its configuration is refused, or the packages are not built.
    """
    config, has_placeholder = stack_config(stack)
    settings = Settings.from_config(stack, config)
    Artifacts.find()  # raises here what the program would raise as an error of Pulumi
    recording = record(stack, config, secrets=frozenset(_CLIENT[1:]))
    return Plan(stack, config, settings, recording, forecast(settings, holdings(recording)), has_placeholder)


def stack_config(stack: str) -> tuple[dict[str, str], bool]:
    """Return the values of `Pulumi.<stack>.yaml`, and whether placeholders stand for the account's client.

    Raises:
        UsageError: there is no such file, or it is no YAML.
    """
    if stack not in STACKS:
        raise UsageError(f"there is no stack {stack!r}; choose from {', '.join(STACKS)}")
    path = ROOT / f"Pulumi.{stack}.yaml"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        config = {key: str(value) for key, value in document["config"].items()}
    except FileNotFoundError as error:
        raise UsageError(f"{path.name} is missing") from error
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path.name} holds no `config`: {error}") from error
    missing = [key for key in _CLIENT if not config.get(key) or config[key].startswith("{")]
    if config.get(f"{NAMESPACE}:tier") == "anonymous":
        missing = []
    return config | dict.fromkeys(missing, _PLACEHOLDER), bool(missing)


def holdings(recording: Recording) -> Holdings:
    """Return the numbers of resources in a recording that are billed by the piece."""
    alarms = recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    alarmed = sum(_ANOMALY_METRICS if "metricQueries" in alarm.inputs else 1 for alarm in alarms)
    return Holdings(
        keys=len(recording.of_type("aws:kms/key:Key")),
        alarmed_metrics=alarmed,
        dashboards=len(recording.of_type("aws:cloudwatch/dashboard:Dashboard")),
        own_metrics=OWN_METRICS,
        secrets=len(recording.of_type("aws:secretsmanager/secret:Secret")),
    )


def physical_name(resource: Recorded) -> str:
    """Return the name of a resource on AWS, or its name in the program."""
    for key in ("name", "bucket", "dashboardName", "key", "dataSetId"):
        value = resource.inputs.get(key)
        if isinstance(value, str):
            return value
    return resource.name


def statements(recording: Recording) -> list[tuple[str, dict[str, Any]]]:
    """Return every statement that a role is granted, with the role's name."""
    policies = recording.of_type("aws:iam/rolePolicy:RolePolicy")
    return [
        (policy.inputs["role"], statement)
        for policy in policies
        for statement in json.loads(policy.inputs["policy"])["Statement"]
    ]
