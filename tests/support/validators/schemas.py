"""AWS's resource schemas and the grammar of Amazon States Language, as cfn-lint bundles them."""

from collections.abc import Sequence
from functools import cache

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner
from support.validators.template import template

from infra.plan.recorder import Recorded

_REGIONS = ["us-east-1"]

_PASSED_OVER = {"W3010": "a zone stands in the recording because the account was asked for it"}
"""Rules about how templates are written, each with the reason why it says nothing here."""


@cache
def _runner() -> Runner:
    """Return the judge with its rules, which take half a second to read."""
    return Runner(ConfigMixIn(regions=_REGIONS))


def schema_violations(resources: Sequence[Recorded]) -> list[str]:
    """Return what AWS's schemas refuse, as `rule resource/path: what is wrong`."""
    matches = _runner().validate_template(template(resources))
    return [
        f"{match.rule.id} {'/'.join(map(str, match.path[1:]))}: {match.message}"
        for match in matches
        if match.rule.id not in _PASSED_OVER
    ]
