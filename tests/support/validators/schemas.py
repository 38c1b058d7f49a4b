"""Validator by AWS's resource schemas and the grammar of Amazon States Language, as cfn-lint bundles them."""

from collections.abc import Sequence
from functools import cache

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner
from support.validators.template import template

from infra.plan.recorder import Recorded

_REGIONS = ["us-east-1"]

_IGNORED_RULES = {"W3010": "a zone stands in the recording because the account was asked for it"}
"""Rules about how templates are written, each with the reason why it says nothing here."""


@cache
def _runner() -> Runner:
    """Return the cfn-lint runner with its rules, which take half a second to load."""
    return Runner(ConfigMixIn(regions=_REGIONS))


def schema_violations(resources: Sequence[Recorded]) -> list[str]:
    """Return violations of AWS's schemas, as `rule resource/path: message`."""
    matches = _runner().validate_template(template(resources))
    return [
        f"{match.rule.id} {'/'.join(map(str, match.path[1:]))}: {match.message}"
        for match in matches
        if match.rule.id not in _IGNORED_RULES
    ]
