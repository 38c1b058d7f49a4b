"""AWS's resource schemas and the rules of Amazon States Language, as cfn-lint bundles them."""

import json
from collections.abc import Sequence
from functools import cache

from cfnlint.api import lint
from cfnlint.config import ManualArgs
from support.judges.template import template

from infra.recording import Recorded

_REGIONS = ["us-east-1"]

_PASSED_OVER = {"W3010": "a zone stands in the recording because the account was asked for it"}
"""Rules about how templates are written, each with the reason why it says nothing here."""


@cache
def _findings(text: str) -> tuple[str, ...]:
    """Return what is wrong with a template; the same one is judged once."""
    matches = lint(text, config=ManualArgs(regions=_REGIONS))
    return tuple(
        f"{match.rule.id} {'/'.join(map(str, match.path[1:]))}: {match.message}"
        for match in matches
        if match.rule.id not in _PASSED_OVER
    )


def schema_violations(resources: Sequence[Recorded]) -> list[str]:
    """Return what AWS's schemas refuse, as `rule resource/path: what is wrong`."""
    return list(_findings(json.dumps(template(resources), sort_keys=True)))
