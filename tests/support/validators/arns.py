"""Validator of ARNs in inputs: parts by the rules of their service, resources by their known forms.

Not covered: whether what they name exists (a test of the program looks at that where it matters).
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from cfnlint.helpers import REGIONS
from policy_sentry.querying.all import get_all_service_prefixes
from policy_sentry.querying.arns import get_raw_arns_for_service

from infra.plan.mock_outputs import ACCOUNT
from infra.plan.recorder import Recorded

_ARN = re.compile(r"arn:[^\s\"'\\,\[\]{}]+")
_INTEGRATION = re.compile(r"arn:aws:(states|scheduler):::[a-z-]+:[A-Za-z:.]+")
"""What a state machine or a schedule calls: no resource, but an ARN."""

_ACCOUNT_ROOT = f"arn:aws:iam::{ACCOUNT}:root"
_WILD = ("x", "x/x", "log-stream:x", "x:log-stream:x")
"""What a `*` may stand for when it is compared with a form."""


def arn_violations(resources: Sequence[Recorded]) -> list[str]:
    """Return invalid ARNs, as `type name: ARN: message`."""
    found = []
    for resource in resources:
        for arn in sorted(set(_ARN.findall(json.dumps(list(_texts(resource.inputs)))))):
            found += [f"{resource.type} {resource.name}: {arn}: {wrong}" for wrong in violations_of(arn)]
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, str) and not value.startswith("/* Presto"):
        yield value


@cache
def violations_of(arn: str) -> tuple[str, ...]:
    """Return the violations of one ARN."""
    if _INTEGRATION.fullmatch(arn) or arn == _ACCOUNT_ROOT:
        return ()
    parts = arn.split(":", 5)
    if len(parts) != 6:
        return ("it has not six parts",)
    _, partition, service, region, account, _ = parts
    wrong = []
    if partition != "aws":
        wrong.append(f"partition {partition!r}")
    if service not in get_all_service_prefixes():
        wrong.append(f"service {service!r}")
    if region and region not in REGIONS:
        wrong.append(f"region {region!r}")
    if account not in ("", ACCOUNT, "aws"):
        wrong.append(f"account {account!r}")
    if not wrong and not any(matches(arn, form) for form in get_raw_arns_for_service(service)):
        wrong.append(f"no resource of {service} has this form")
    return tuple(wrong)


@cache
def matches(arn: str, form: str) -> bool:
    """Return whether an ARN, which may hold `*`, can have a form such as `arn:${Partition}:s3:::${BucketName}`.

    >>> matches("arn:aws:s3:::lake/raw/*", "arn:${Partition}:s3:::${BucketName}")
    False
    """
    pattern = _pattern(form)
    return any(pattern.fullmatch(arn.replace("?", "x").replace("*", wild)) for wild in _WILD)


@cache
def _pattern(form: str) -> re.Pattern[str]:
    pieces = re.split(r"(\$\{\w+\})", form)
    last = max((index for index, piece in enumerate(pieces) if piece.startswith("${")), default=-1)
    return re.compile("".join(_piece(piece, is_last=index == last) for index, piece in enumerate(pieces)))


def _piece(piece: str, *, is_last: bool) -> str:
    if not piece.startswith("${"):
        return re.escape(piece)
    if piece == "${BucketName}":
        return r"[^/:]+"
    if piece == "${Account}":
        return r"(?:\d{12}|aws)"
    return r".+" if is_last else r"[^:]+"
